"""The few pieces of HTML that a report is made of; every text in them is made harmless here."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from html import escape

from lrviz.spell import printable, spell_yaml


def text(value: object) -> str:
    r"""Return a text as HTML shows it, in an element or a quoted attribute.

    >>> text('<b title="\x1b">')
    '&lt;b title=&quot;\\x1b&quot;&gt;'
    """
    return escape(printable(str(value)))


def heading(title: str, body: str) -> str:
    """Return a part of a figure's article; nothing for an empty one."""
    return f"<section>\n<h3>{text(title)}</h3>\n{body}\n</section>" if body else ""


def lines(values: Sequence[object], most: int) -> str:
    """Return a list, cut with a note where it is longer than `most`."""
    if not values:
        return ""
    rows = "\n".join(f"<li>{text(value)}</li>" for value in values[:most])
    return f'<ul class="lines">\n{rows}\n</ul>{note(min(most, len(values)), len(values))}'


def table(
    label: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    numeric: Collection[str] = (),
) -> str:
    """Return a table in a box that scrolls by itself.

    Args:
        label: what a screen reader calls it.
        heads: a word a column.
        rows: cells; floats are written exactly.
        numeric: the heads of the columns that stand to the right.
    """
    if not rows:
        return ""
    sides = [head in numeric for head in heads]
    head = "".join(
        f'<th scope="col"{_align(right)}>{text(name)}</th>'
        for name, right in zip(heads, sides, strict=True)
    )
    body = "\n".join(f"<tr>{''.join(map(_cell, row, sides))}</tr>" for row in rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(label)}">\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def picture(data: bytes | None, caption: str, alt: str, otherwise: str = "") -> str:
    """Return a PNG with its caption, or a box that says why there is none."""
    inside = f'<p class="none">{text(otherwise)}</p>'
    if data is not None:
        address = f"data:image/png;base64,{b64encode(data).decode()}"
        inside = f'<img src="{address}" alt="{text(alt)}">'
    return f"<figure>\n<figcaption>{text(caption)}</figcaption>\n{inside}\n</figure>"


def note(shown: int, total: int) -> str:
    """Return how many of all are shown; nothing where all are."""
    return f'\n<p class="note">the first {shown:,} of {total:,}</p>' if shown < total else ""


def _cell(value: object, right: bool) -> str:
    spelled = spell_yaml(value) if isinstance(value, float) else value
    return f"<td{_align(right)}>{text(spelled)}</td>"


def _align(right: bool) -> str:
    return ' class="number"' if right else ""
