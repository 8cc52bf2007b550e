"""What a report says of one figure, in HTML; every text in it is made harmless here."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from html import escape

from lrviz.check.verdict import Verdict
from lrviz.figure.moves import Move, NumbersDifference
from lrviz.spell import printable

MAX_LINES = 10

_PARTS = ("part", "baseline", "result")
_KEYS = ("key", "baseline", "result")
_STEPS = ("step", "quantity", "baseline", "result", "change")
_NUMERIC = ("step", "baseline", "result", "change")


def build_article(verdict: Verdict) -> str:
    """Return all that is known of a figure that is not a match."""
    title = f'<span class="name">{text(_name_of(verdict))}</span>'
    parts = [
        f"<article {_attributes(verdict)}>",
        f'<h2><span class="outcome">{verdict.outcome}</span> {title}</h2>',
        f'<p class="reason">{text(verdict.reason).replace("-&gt;", "→")}</p>',  # never broken
        _files(verdict),
        _pictures(verdict),
        _findings(verdict),
        "</article>",
    ]
    return "\n".join(filter(None, parts))


def build_logged(name: str, sentence: str, picture: bytes, notes: Sequence[object] = ()) -> str:
    """Return what a run's log is, over the plan that it was to follow, and what is noted of it."""
    shown = f"of {name}: what was logged, over the plan"
    return (
        f'<article data-text="{text(sentence)}">\n<h2><span class="name">{text(name)}</span></h2>\n'
        f'<p class="reason">{text(sentence)}</p>\n{_lines(notes)}\n'
        f"{_picture(picture, 'log', shown)}\n</article>"
    )


def build_matches(verdicts: Sequence[Verdict]) -> str:
    """Return the figures that match: a folded list of their names; nothing for none."""
    if not verdicts:
        return ""
    rows = "\n".join(
        f'<li {_attributes(verdict)}><span class="name">{text(_name_of(verdict))}</span>'
        f"{f': {text(verdict.reason)}' if verdict.reason else ''}</li>"
        for verdict in verdicts
    )
    return (
        f'<details class="matches">\n<summary><h2>{len(verdicts):,} match</h2></summary>\n'
        f'<ul class="lines">\n{rows}\n</ul>\n</details>'
    )


def _name_of(verdict: Verdict) -> str:
    """Return the spec's file, or the baseline's where there is no spec."""
    return verdict.source or verdict.baseline


def _attributes(verdict: Verdict) -> str:
    """Return what the page's filters look at."""
    words = " ".join((verdict.source, verdict.baseline, verdict.reason, *verdict.keys))
    return f'data-outcome="{text(verdict.outcome)}" data-text="{text(words)}"'


def _files(verdict: Verdict) -> str:
    if not verdict.source or not verdict.baseline:
        return ""
    return f'<p class="files">baseline: <span class="name">{text(verdict.baseline)}</span></p>'


def _pictures(verdict: Verdict) -> str:
    name, (baseline, result, difference, _) = _name_of(verdict), verdict.pictures
    if baseline is result is difference is None:
        return ""
    found = [
        _picture(baseline, "baseline", f"of {name}: the stored figure", "no baseline"),
        _picture(result, "result", f"of {name}: the figure drawn now", "no result"),
    ]
    if baseline is not None and result is not None:
        marked = f"of {name}: the pixels that moved, marked"
        apart = "the two cannot be laid over each other"
        found.append(_picture(difference, "difference", marked, apart))
    return f'<div class="pictures">\n{"".join(found)}\n</div>'


def _findings(verdict: Verdict) -> str:
    """Return the curves beside the words and tables."""
    name = _name_of(verdict)
    curves = ""
    if verdict.pictures.overlay is not None:
        shown = f"of {name}: baseline and result laid over each other"
        curves = _picture(verdict.pictures.overlay, "curves", shown)
    versions = [(part, then, now) for part, (then, now) in verdict.versions.items()]
    keys = [(key, *(each or "" for each in both)) for key, both in verdict.changes.items()]
    told = {
        "Problems": _lines(verdict.problems),
        "What moved": _lines(_moves(verdict.numbers)),
        "Changed steps": _steps(verdict),
        "Pixels": _lines([verdict.pixels] if verdict.pixels else []),
        "Spec keys that differ": _table(f"keys of {name}", _KEYS, keys),
        "Versions": _table(f"versions of {name}", _PARTS, versions),
    }
    sections = (
        f"<section>\n<h3>{title}</h3>\n{body}\n</section>" for title, body in told.items() if body
    )
    columns = [curves, "\n".join(sections)]
    inside = "\n".join(f"<div>\n{column}\n</div>" for column in columns if column)
    return f'<div class="findings">\n{inside}\n</div>' if inside else ""


def _moves(numbers: NumbersDifference | None) -> tuple[object, ...]:
    """Return all that moved, where there is more than the reason names."""
    moves = () if numbers is None else (*numbers.shape, *numbers.moves)
    return moves if len(moves) > 1 else ()


def _steps(verdict: Verdict) -> str:
    """Return the table of the first changed steps."""
    if verdict.numbers is None:
        return ""
    rows = [(m.start, _name_quantity(m), *m.values, m.percent) for m in verdict.numbers.steps]
    found = _table(f"changed steps of {_name_of(verdict)}", _STEPS, rows, _NUMERIC)
    return found and found + _note(len(rows), sum(move.moved for move in verdict.numbers.moves))


def _name_quantity(move: Move) -> str:
    """Return what moved; of a block, which of its numbers."""
    if not move.statistic:
        return move.name
    return f"{move.name}, {move.statistic} of {move.stop - move.start} steps"


def text(value: object) -> str:
    r"""Return a text as HTML shows it, in an element or a quoted attribute.

    >>> text('<b title="\x1b">')
    '&lt;b title=&quot;\\x1b&quot;&gt;'
    """
    return escape(printable(str(value)))


def _lines(values: Sequence[object]) -> str:
    """Return a list, cut with a note where it is long."""
    if not values:
        return ""
    rows = "\n".join(f"<li>{text(value)}</li>" for value in values[:MAX_LINES])
    return f'<ul class="lines">\n{rows}\n</ul>{_note(min(MAX_LINES, len(values)), len(values))}'


def _table(
    label: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    numeric: Collection[str] = (),
) -> str:
    """Return a table in a box that scrolls by itself, its numeric columns to the right."""
    if not rows:
        return ""
    sides = [head in numeric for head in heads]
    head = _row('th scope="col"', heads, sides)
    body = "\n".join(_row("td", row, sides) for row in rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(label)}">\n'
        f"<table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _row(cell: str, values: Sequence[object], sides: Sequence[bool]) -> str:
    marks = (' class="number"' if right else "" for right in sides)
    cells = zip(marks, map(text, values), strict=True)
    return f"<tr>{''.join(f'<{cell}{mark}>{each}</{cell[:2]}>' for mark, each in cells)}</tr>"


def _picture(data: bytes | None, caption: str, shown: str, otherwise: str = "") -> str:
    """Return a PNG with its caption, or a box that says why there is none."""
    inside = f'<p class="none">{text(otherwise)}</p>'
    if data is not None:
        address = f"data:image/png;base64,{b64encode(data).decode()}"
        inside = f'<img src="{address}" alt="{text(caption)} {text(shown)}">'
    return f"<figure>\n<figcaption>{text(caption)}</figcaption>\n{inside}\n</figure>"


def _note(shown: int, total: int) -> str:
    """Return how many of all are shown; nothing where all are."""
    return f'\n<p class="note">the first {shown:,} of {total:,}</p>' if shown < total else ""
