"""What a check found, as people, programs and GitHub read it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from lrviz.check.verdict import OUTCOMES, Checked, Verdict, name_versions
from lrviz.errors import Problem
from lrviz.figure.moves import NumbersDifference
from lrviz.spec.origin import source_file
from lrviz.spell import printable
from lrviz.system.annotations import (
    Listing,
    format_findings,
    spell_annotation,
    spell_position,
    spell_problem,
)


def format_checked(checked: Checked, listing: Listing) -> str:
    """Return what a check found: what is no match in detail, and a line on all; or all as JSON."""
    if listing == "json":
        return _format_json(checked)
    tell = _iter_annotations if listing == "github" else _iter_lines
    lines = [line for each in checked.verdicts if each.outcome != "match" for line in tell(each)]
    return "".join(f"{line}\n" for line in (*lines, *map(printable, _closing(checked))))


def _iter_lines(verdict: Verdict) -> Iterator[str]:
    place = verdict.source if verdict.outcome == "wrong" else verdict.baseline
    for each in verdict.problems or (f"{place}: {_say(verdict)}",):
        yield printable(str(each))


def _say(verdict: Verdict) -> str:
    """Return what became of a figure, in one line without its name."""
    if verdict.action == "added":
        return "added"
    if verdict.action is None and verdict.outcome in ("missing", "wrong"):
        return verdict.reason  # it begins with the word, or stands for itself
    return f"{verdict.action or verdict.outcome}: {verdict.reason}"


def _closing(checked: Checked) -> Iterator[str]:
    """Yield what there is to say of all."""
    counts = checked.counts
    if counts["pixels_inconclusive"]:
        unseen = [each for each in checked.verdicts if each.is_unseen]
        reasons = sorted({name_versions(each.versions) for each in unseen})
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        block = max(each.block for each in unseen)
        yield (
            f"pixels inconclusive in {len(unseen)} of {counts['match']} that match: "
            f"{reasons[0]}{more}; their numbers were compared"
            f"{f', in blocks of up to {block:,}' if block > 1 else ''}"
        )
    if not checked.compared:
        yield "nothing was compared: no spec here has a figure that can be read"
    words = []
    for outcome in filter(counts.__getitem__, OUTCOMES):
        among = [each for each in checked.verdicts if each.outcome == outcome]
        words.append(f"{len(among)} {outcome}{_specify(among)}")
    specs = sum(bool(each.source) for each in checked.verdicts)
    yield f"{specs} spec{'s' * (specs != 1)}: {', '.join(words)}"


def _specify(verdicts: Sequence[Verdict]) -> str:
    """Return what was done about the figures of one outcome, or how many are half a match."""
    actions = Counter(each.action for each in verdicts)
    counts = {
        "added": actions["added"],
        "updated": actions["updated"],
        "pixels inconclusive": sum(each.is_unseen for each in verdicts),
        "by pixels only": sum(each.is_seen_only for each in verdicts),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f" ({told})" if told else ""


def _iter_annotations(verdict: Verdict) -> Iterator[str]:
    """Yield annotations of a pull request, one a problem, on file and line."""
    level = "error" if verdict.exit_status else "notice"
    title = f"lrviz check: {verdict.action or verdict.outcome}"
    for each in verdict.problems:
        text = str(Problem("", each.key, each.text))
        yield spell_annotation(level, source_file(each.source), each.position, title, text)
    if not verdict.problems:
        file = verdict.source or verdict.baseline
        text = f"{verdict.baseline}: {_say(verdict)}"
        yield spell_annotation(level, source_file(file), verdict.position, title, text)


def _format_json(checked: Checked) -> str:
    """Return everything that is known, as one line of JSON; `docs/output.md` tells of the keys."""
    data = {
        "exit_status": checked.exit_status,
        "compared": checked.compared,
        "counts": checked.counts,
        "results": [_spell_verdict(each) for each in checked.verdicts],
    }
    return format_findings(data)


def _spell_verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "outcome": verdict.outcome,
        "source": verdict.source or None,
        "baseline": verdict.baseline,
        "reason": verdict.reason,
        "exit_status": verdict.exit_status,
        "action": verdict.action,
        "block": verdict.block,
        "numbers": verdict.numbers and _spell_numbers(verdict.numbers),
        "keys": verdict.keys,
        "changes": verdict.changes,
        "pixels": verdict.pixels and asdict(verdict.pixels),
        "pixels_compared": verdict.pixels_compared,
        "versions": verdict.versions,
        "problems": list(map(spell_problem, verdict.problems)),
        **spell_position(verdict.position),
    }


def _spell_numbers(numbers: NumbersDifference) -> dict[str, object]:
    return {
        "shape": list(map(asdict, numbers.shape)),
        "moves": [move._asdict() for move in numbers.moves],
        "hidden": numbers.hidden,
        "largest": numbers.largest and numbers.largest._asdict(),
        "end": numbers.end and numbers.end._asdict(),
    }
