"""What a report says of one figure."""

import math
from collections.abc import Sequence

from lrviz.check.report.markup import heading, lines, note, picture, table, text
from lrviz.check.verdict import PixelsDifference, Verdict
from lrviz.figure.difference import Move, NumbersDifference

MAX_ROWS = 50
MAX_LINES = 10

_NUMERIC = ("step", "baseline", "result", "change")


def build_article(verdict: Verdict) -> str:
    """Return all that is known of a figure that is not a match."""
    title = f'<span class="name">{text(name_of(verdict))}</span>'
    parts = [
        f"<article {attributes(verdict)}>",
        f'<h2><span class="outcome">{verdict.outcome}</span> {title}</h2>',
        f'<p class="reason">{text(verdict.reason)}</p>',
        _files(verdict),
        _pictures(verdict),
        _findings(verdict),
        "</article>",
    ]
    return "\n".join(filter(None, parts))


def build_matches(verdicts: Sequence[Verdict]) -> str:
    """Return the figures that match: a folded list of their names; nothing for none."""
    if not verdicts:
        return ""
    rows = "\n".join(
        f'<li {attributes(verdict)}><span class="name">{text(name_of(verdict))}</span>'
        f"{f': {text(verdict.reason)}' if verdict.reason else ''}</li>"
        for verdict in verdicts
    )
    return (
        f'<details class="matches">\n<summary><h2>{len(verdicts):,} match</h2></summary>\n'
        f'<ul class="lines">\n{rows}\n</ul>\n</details>'
    )


def name_of(verdict: Verdict) -> str:
    """Return the spec's file, or the baseline's where there is no spec."""
    return verdict.source or verdict.baseline


def attributes(verdict: Verdict) -> str:
    """Return what the page's filters look at."""
    words = " ".join((verdict.source, verdict.baseline, verdict.reason, *verdict.keys))
    return f'data-outcome="{text(verdict.outcome)}" data-text="{text(words)}"'


def _files(verdict: Verdict) -> str:
    if not verdict.source or not verdict.baseline:
        return ""
    return f'<p class="files">baseline: <span class="name">{text(verdict.baseline)}</span></p>'


def _pictures(verdict: Verdict) -> str:
    name, (baseline, result, difference, _) = name_of(verdict), verdict.pictures
    if baseline is result is difference is None:
        return ""
    stored = f"baseline of {name}: the stored figure"
    drawn = f"result of {name}: the figure drawn now"
    found = [
        picture(baseline, "baseline", stored, "no baseline"),
        picture(result, "result", drawn, "no result"),
    ]
    if baseline is not None and result is not None:
        marked = f"difference of {name}: the pixels that moved, marked"
        apart = "the two cannot be laid over each other"
        found.append(picture(difference, "difference", marked, apart))
    return f'<div class="pictures">\n{"".join(found)}\n</div>'


def _findings(verdict: Verdict) -> str:
    """Return the curves beside the words and tables."""
    name = name_of(verdict)
    curves = ""
    if verdict.pictures.overlay is not None:
        alt = f"curves of {name}: baseline and result laid over each other"
        curves = picture(verdict.pictures.overlay, "curves", alt)
    versions = [(part, then, now) for part, (then, now) in verdict.versions.items()]
    words = [
        heading("Problems", lines(verdict.problems, MAX_LINES)),
        heading("What moved", lines(_moves(verdict.numbers), MAX_LINES)),
        heading("Changed steps", _steps(verdict)),
        heading("Pixels", lines(_pixels(verdict.pixels), MAX_LINES)),
        heading("Spec keys that differ", lines(verdict.keys, MAX_LINES)),
        heading("Versions", table(f"versions of {name}", ("part", "baseline", "result"), versions)),
    ]
    columns = [curves, "\n".join(filter(None, words))]
    inside = "\n".join(f"<div>\n{column}\n</div>" for column in columns if column)
    return f'<div class="findings">\n{inside}\n</div>' if inside else ""


def _moves(numbers: NumbersDifference | None) -> tuple[object, ...]:
    """Return all that moved, where there is more than the reason names."""
    moves = () if numbers is None else (*numbers.shape, *numbers.moves)
    return moves if len(moves) > 1 else ()


def _pixels(pixels: PixelsDifference | None) -> list[str]:
    if pixels is None:
        return []
    if pixels.old_size != pixels.new_size:
        old, new = ("{} x {}".format(*size) for size in (pixels.old_size, pixels.new_size))
        return [f"was {old}, is {new}"]
    return [
        f"{pixels.moved:,} of {pixels.total:,} differ, the largest by {pixels.largest} of 255",
    ]


def _steps(verdict: Verdict) -> str:
    """Return the table of the first changed steps, without columns that are empty in all rows."""
    heads = ("step", "quantity", "curve", "group", "baseline", "result", "change")
    shown = [
        (m.start, _name_quantity(m), m.curve, m.group, m.old, m.new, _change(m.old, m.new))
        for m in verdict.steps[:MAX_ROWS]
    ]
    kept = [i for i in range(len(heads)) if any(row[i] != "" for row in shown)]
    rows = [[row[i] for i in kept] for row in shown]
    label = f"changed steps of {name_of(verdict)}"
    found = table(label, [heads[i] for i in kept], rows, _NUMERIC)
    return found and found + note(len(rows), _count_changes(verdict))


def _name_quantity(move: Move) -> str:
    """Return what moved; of a block, which of its numbers."""
    if not move.statistic:
        return move.quantity
    return f"{move.quantity}, {move.statistic} of {move.stop - move.start} steps"


def _count_changes(verdict: Verdict) -> int:
    """Return how many steps moved, in all series; at least as many as there are rows."""
    moves = verdict.numbers.moves if verdict.numbers is not None else ()
    return max(sum(move.moved for move in moves), len(verdict.steps))


def _change(old: float, new: float) -> str:
    """Return by how many percent a value moved, or nothing where that says nothing."""
    if old == 0 or not math.isfinite(old) or not math.isfinite(new):
        return ""
    return f"{(new - old) / abs(old) * 100:+.3g} %"
