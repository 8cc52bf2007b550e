"""Where the names of phases stand: in one row, or on several like flags on their hairlines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lrviz.draw.captions import shorten
from lrviz.draw.text import Measure

LEAST = 4
"""The characters, at least, that a shortened name keeps."""

BEFORE, AFTER = "← ", " →"
"""Point from a name that stands beside its phase to the phase."""


@dataclass(frozen=True)
class Placed:
    """A text, and the room along the x axis that it stands in.

    Attributes:
        text: empty while the room is free.
        start: of the room, in pixels from the axes' left edge.
        end: of the room, likewise.
        phase: the place among the phases of the one that it names.
        row: counted from the top.
        align: where in the room it stands.
    """

    text: str
    start: float
    end: float
    phase: int
    row: int = 0
    align: Literal["left", "center", "right"] = "center"


def place_names(
    names: Sequence[str], spans: Sequence[tuple[float, float]], pad: float, measure: Measure
) -> list[Placed]:
    """Return where the names of phases stand, from left to right; some may find no room.

    Args:
        names: one a phase.
        spans: where each phase begins and ends.
        pad: between a name and what is beside it.
        measure: the width of a text, in the unit of the spans.

    >>> [each.text for each in place_names(["Linear", "Cosine"], [(0, 3), (3, 40)], 1, len)]
    ['← Linear', 'Cosine']
    """
    rooms = [Placed("", start + pad, end - pad, at) for at, (start, end) in enumerate(spans)]
    fitted = [
        replace(room, text=shorten_name(name, room.end - room.start, measure))
        for name, room in zip(names, rooms, strict=True)
    ]
    beside: list[Placed] = []
    for place, name in enumerate(names):
        if fitted[place].text or spans[place][0] >= spans[place][1]:
            continue
        for host, before in ((place + 1, BEFORE), (place - 1, AFTER)):
            if not 0 <= host < len(names):
                continue
            text = _point(name, before, fitted[host], pad, measure)
            if text:
                taken, fitted[host] = _part(text, before, fitted[host], pad, measure)
                beside.append(replace(taken, phase=place))
                break
    return sorted([*(each for each in fitted if each.text), *beside], key=lambda each: each.start)


def is_whole(placed: Sequence[Placed], names: Sequence[str]) -> bool:
    """Return whether every name stands somewhere, and none without its middle.

    Args:
        placed: where names stand.
        names: of the phases in view.

    >>> is_whole(place_names(["Cosine", "Step"], [(0, 10), (10, 20)], 1, len), ["Cosine", "Step"])
    True
    >>> is_whole(place_names(["Cosine", "Step"], [(0, 7), (7, 20)], 1, len), ["Cosine", "Step"])
    False
    """
    return len(placed) == len(names) and not any("…" in each.text for each in placed)


def stagger_names(
    names: Sequence[str],
    spans: Sequence[tuple[float, float]],
    width: float,
    most: int,
    pad: float,
    measure: Measure,
) -> list[Placed]:
    """Return names that begin where their phases do, each on the first row that is free there.

    One that would run out of the axes ends where its phase begins, and points there; so does one
    that begins only where its phase has ended. They lack their `LR`, and then their middle, where
    only that makes them fit; what does not fit then is left out.

    Args:
        names: one a phase.
        spans: where each phase begins and ends, from left to right.
        width: of the axes.
        most: how many rows there may be.
        pad: between a name and what is beside it.
        measure: the width of a text, in the unit of the spans.

    >>> spans = [(0, 3), (3, 20), (20, 24)]
    >>> placed = stagger_names(["Linear", "Step", "Cosine"], spans, 24, 2, 1, len)
    >>> [(each.text, each.row, each.start) for each in placed]
    [('Linear', 0, 1), ('Step', 1, 4), ('Cosine →', 0, 11)]
    """
    plain = [_drop_ending(name) for name in names]
    half = [shorten_name(name, width / 2, measure) for name in plain]
    for called in (names, plain, half):
        placed: list[Placed] = []
        for phase, (name, span) in enumerate(zip(called, spans, strict=True)):
            if name:  # else it cannot be made any shorter
                flag = _hoist(name, phase, span, width - pad, pad, measure)
                placed.append(replace(flag, row=_find_row(flag, placed, pad)))
        fitting = [each for each in placed if each.row < most and each.start >= 0]
        if len(fitting) == len(names):
            break
    return fitting


def _hoist(
    name: str,
    phase: int,
    span: tuple[float, float],
    limit: float,
    pad: float,
    measure: Measure,
) -> Placed:
    """Return a name behind its hairline; before it, with an arrow, where it would run out."""
    start, end = span[0] + pad, span[0] - pad
    text = name if start < span[1] else f"{BEFORE}{name}"
    if start + measure(text) <= limit:
        return Placed(text, start, start + measure(text), phase, align="left")
    text = f"{name}{AFTER}"
    return Placed(text, end - measure(text), end, phase, align="right")


def _find_row(flag: Placed, placed: Sequence[Placed], pad: float) -> int:
    """Return the first row where nothing is in the way."""
    near = (each for each in placed if flag.start < each.end + pad and each.start < flag.end + pad)
    taken = {each.row for each in near}
    return next(row for row in range(len(taken) + 1) if row not in taken)


def _point(name: str, arrow: str, host: Placed, pad: float, measure: Measure) -> str:
    """Return a name with an arrow as it fits beside another one; empty where it does not."""
    room = host.end - host.start - (measure(host.text) + 2 * pad if host.text else 0)
    for each in (name, _drop_ending(name)):
        text = f"{arrow}{each}" if arrow is BEFORE else f"{each}{arrow}"
        if measure(text) <= room:
            return text
    return ""


def _part(
    text: str, arrow: str, host: Placed, pad: float, measure: Measure
) -> tuple[Placed, Placed]:
    """Return what a text takes of another's room, at the side that it points to, and the rest."""
    width = measure(text)
    if arrow is BEFORE:
        edge = host.start + width
        return replace(host, text=text, end=edge), replace(host, start=edge + 2 * pad)
    edge = host.end - width
    return replace(host, text=text, start=edge), replace(host, end=edge - 2 * pad)


def shorten_name(name: str, room: float, measure: Measure) -> str:
    """Return a name as it fits on a line: without `LR`, then without its middle; else nothing.

    >>> [shorten_name("CosineAnnealingLR", room, len) for room in (17, 16, 9, 4)]
    ['CosineAnnealingLR', 'CosineAnnealing', 'Cosi…ngLR', '']
    """
    for each in (name, _drop_ending(name)):
        if each and measure(each) <= room:
            return each
    if " + " in name or room <= measure(name[:LEAST] + "…") - 1e-9:
        return ""
    return shorten(name, room, 1, measure)


def _drop_ending(name: str) -> str:
    return " + ".join(part.removesuffix("LR") for part in name.split(" + "))
