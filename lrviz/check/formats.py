"""What a check found, as people and GitHub read it; `lrviz.check.schema` has the JSON."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from lrviz.check.checked import Checked, is_seen_only, is_unseen
from lrviz.check.judge import name_versions
from lrviz.check.schema import format_json
from lrviz.check.verdict import OUTCOMES, Verdict
from lrviz.commands.targets import Listing
from lrviz.errors import Problem
from lrviz.spec.factory import source_file
from lrviz.spell import printable
from lrviz.system.annotations import spell_annotation


def format_text(checked: Checked) -> str:
    """Return what is no match in detail, and a line on all."""
    lines = [line for each in checked.verdicts for line in _lines(each)]
    return "".join(f"{printable(line)}\n" for line in (*lines, *_closing(checked)))


def format_github(checked: Checked) -> str:
    """Return annotations of a pull request, one a finding, on file and line."""
    lines = [line for each in checked.verdicts for line in _iter_annotations(each)]
    return "".join(f"{line}\n" for line in (*lines, *map(printable, _closing(checked))))


FORMATTERS: Mapping[Listing, Callable[[Checked], str]] = MappingProxyType(
    {"text": format_text, "json": format_json, "github": format_github}
)


def format_checked(checked: Checked, listing: Listing) -> str:
    """Return what a check found, in lines."""
    return FORMATTERS[listing](checked)


def _lines(verdict: Verdict) -> list[str]:
    """Return what to say of a verdict: nothing of a match."""
    if verdict.outcome == "match":
        return []
    if verdict.problems:
        return list(map(str, verdict.problems))
    return [f"{_place(verdict)}: {_say(verdict)}"]


def _place(verdict: Verdict) -> str:
    return verdict.source if verdict.outcome == "wrong" else verdict.baseline


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
    unseen = [each for each in checked.verdicts if is_unseen(each)]
    if unseen:
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
    for outcome in OUTCOMES:
        if counts[outcome]:
            words.append(f"{counts[outcome]} {outcome}{_mended(checked.verdicts, outcome)}")
        if outcome == "match" and (kinds := _name_kinds(checked.verdicts)):
            words[-1] += f" ({', '.join(kinds)})"
    specs = sum(bool(each.source) for each in checked.verdicts)
    yield f"{specs} spec{'s' * (specs != 1)}: {', '.join(words)}"


def _name_kinds(verdicts: Sequence[Verdict]) -> list[str]:
    """Return how many matches are no more than half of one."""
    kinds = {"pixels inconclusive": is_unseen, "by pixels only": is_seen_only}
    counts = {kind: sum(map(is_kind, verdicts)) for kind, is_kind in kinds.items()}
    return [f"{count} {kind}" for kind, count in counts.items() if count]


def _mended(verdicts: Sequence[Verdict], outcome: str) -> str:
    """Return what was done about the figures of an outcome."""
    actions = Counter(each.action for each in verdicts if each.outcome == outcome and each.action)
    done = ", ".join(f"{count} {action}" for action, count in sorted(actions.items()))
    return f" ({done})" if done else ""


def _iter_annotations(verdict: Verdict) -> Iterator[str]:
    if verdict.outcome == "match":
        return
    level = "error" if verdict.exit_status else "notice"
    title = f"lrviz check: {verdict.action or verdict.outcome}"
    for each in verdict.problems:
        yield spell_annotation(
            level, source_file(each.source), each.position, title, _without_place(each)
        )
    if not verdict.problems:
        file = verdict.source or verdict.baseline
        text = f"{verdict.baseline}: {_say(verdict)}"
        yield spell_annotation(level, source_file(file), verdict.position, title, text)


def _without_place(problem: Problem) -> str:
    return str(Problem("", problem.key, problem.text))
