"""The record: what a figure says of itself, as one JSON object.

`format` is 1; `spec` is the canonical spec, its keys in their order; `style` is the name by which
it gave its style, whose values are in it; `versions` is what drew it; `numbers` is the curves' own
numbers, or null where they would be too large; `description` is the figure in a sentence, which
nothing here reads. JSON has no NaN and no infinities: the spec's are spelled as YAML spells them
and turned back only where a number may stand; in numbers, NaN is null.

One curve is `{"label", "groups", "steps", "block"}`, and for every quantity a list of one series a
param group (`metric`: of one). A series that never moves is one number. One that does is a list of
every step where `block` is 1, and else `{"first", "min", "max", "mean", "order"}`, each a list of
one number a block of so many steps, the last block being shorter where the steps do not fill it.
`block` is a power of two, so that of two figures the finer can always be made as coarse as the
other. Where anything is not stored step by step, `digest` beside the curves is one of every value.
Version 0.1 stored neither it nor `order`.

A log's spec has `log`, its name, in place of a scheduler. Its curve counts points as `steps`, and
has the step of each, or of the first one of each block, in `at`.

A figure of code has `schedulers`, one a curve, which its title and phases need and no spec holds:
`{"name", "given", "calls", "values", "children"}`, `given` being arguments, `values` a range's
start, stop and step. Where they would be too large they are left out, as in earlier versions.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lrviz.curve import Values
from lrviz.figure.chunks import MAX_RECORD
from lrviz.figure.numbers import STATISTICS, Recorded, RecordedCurve, summarise
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.style import styles
from lrviz.spec.tree import Tree, find_below
from lrviz.spell import spell_json, spell_yaml
from lrviz.system.versions import Versions, platform_tag, versions

FORMAT = 1
MAX_NUMBERS_TEXT = 1_000_000


class Record(NamedTuple):
    """What a figure says of itself.

    Attributes:
        spec: the canonical spec it was drawn from: plain data, not yet checked.
        versions: what drew it, as `lrviz.draw.fonts.drawing_versions` gives it.
        numbers: the curves' numbers; None where none are stored.
        style: the name by which the spec gave its style, which is there as values; empty for none.
        schedulers: what it tells of them, as it stands there, yet to be checked; None for nothing.
    """

    spec: dict[str, Tree]
    versions: Versions
    numbers: Recorded | None
    style: str = ""
    schedulers: object = None


def with_style_named(record: Record) -> Record:
    """Return a record whose spec gives its style by name, where that still means its values."""
    figure, style = record.spec.get("figure"), styles().get(record.style)
    values = figure.get("style") if isinstance(figure, dict) else None
    if style is None or not isinstance(figure, dict) or not isinstance(values, dict):
        return record
    named: dict[str, Tree] = {**figure, "style": record.style}
    meant = style.model_dump(mode="json")
    is_same = meant | values == meant
    return record._replace(spec={**record.spec, "figure": named}) if is_same else record


def build_record(run: Run, drawn: Versions) -> str:
    """Return the record of a figure: one line of ASCII.

    Args:
        run: what is drawn.
        drawn: what draws it, as `lrviz.draw.fonts.drawing_versions` gives it.
    """
    numbers: object = spell_numbers(summarise(run.curves))
    if len(_dump(numbers)) > MAX_NUMBERS_TEXT:  # the names of many groups can be that long
        numbers = None
    style = find_below(dict(run.spec.tree), ("figure", "style"))
    record = {
        "format": FORMAT,
        "description": str(run),
        "spec": _spell(run.spec.canonical),
        **({"style": style} if isinstance(style, str) else {}),
        "versions": drawn,
        "numbers": numbers,
    }
    text = _dump(record)
    if "factory" in run.spec.canonical and len(run.schedulers) == len(run.curves):
        from lrviz.figure.remembered import spell_schedulers  # of code only

        if told := spell_schedulers(run.schedulers):
            more = _dump(record | {"schedulers": told})
            text = more if len(more) <= MAX_RECORD else text
    return text if len(text) <= MAX_RECORD else _dump(record | {"numbers": None})


def _dump(data: object) -> str:
    return json.dumps(data, separators=(",", ":"), allow_nan=False)


def _spell(tree: object) -> object:
    """Return plain data whose numbers JSON can hold."""
    match tree:
        case Mapping():
            return {key: _spell(value) for key, value in tree.items()}
        case list() | tuple():
            return [_spell(value) for value in tree]
        case float() if not math.isfinite(tree):
            return spell_yaml(tree)
    return tree


def spell_numbers(recorded: Recorded) -> dict[str, object]:
    """Return numbers as plain data for JSON.

    >>> series = {"lr": (np.array([[0.1, 0.01]]),)}
    >>> spell_numbers(Recorded((RecordedCurve("", ("",), 2, 1, series),)))["curves"]
    [{'label': '', 'groups': [''], 'steps': 2, 'block': 1, 'lr': [[0.1, 0.01]]}]
    """
    data: dict[str, object] = {"curves": [_spell_curve(each) for each in recorded.curves]}
    return data | ({"digest": recorded.digest} if recorded.digest else {})


def _spell_curve(curve: RecordedCurve) -> dict[str, object]:
    data = {"label": curve.label, "groups": [*curve.groups], "steps": curve.steps}
    series = {name: list(map(_spell_series, each)) for name, each in curve.series.items()}
    at = {} if curve.at is None else {"at": curve.at.tolist()}
    return data | {"block": curve.block} | at | series


def _spell_series(series: Values) -> object:
    rows = series.tolist()
    if not np.isfinite(series).all():
        rows = [list(map(spell_json, row)) for row in rows]
    if len(rows) > 1:
        return dict(zip(STATISTICS, rows, strict=True))
    return rows[0] if series.size > 1 else rows[0][0]


def build_sheet_record(digest: str) -> str:
    """Return the record of a sheet: one line of ASCII.

    >>> build_sheet_record("c0ffee")
    '{"format":1,"sheet":"c0ffee"}'
    """
    return _dump({"format": FORMAT, "sheet": digest})


def is_sheet(text: str) -> bool:
    """Whether a picture's record is that of a sheet, be it damaged or not.

    >>> is_sheet(build_sheet_record("c0ffee")), is_sheet('{"format":1,"spec":{}}')
    (True, False)
    """
    return text.startswith('{"format":1,"sheet":')


def panel_digest(spec: Spec, title: str) -> str:
    """Return what one panel of a sheet depends on, as 64 letters and digits."""
    return _digest([title, spec.canonical, versions(spec.packages)])


def sheet_digest(panels: Sequence[str], style: str) -> str:
    """Return what a sheet depends on, as 64 letters and digits.

    Args:
        panels: the digest of each panel, in order.
        style: what all of them are drawn in.
    """
    return _digest([style, platform_tag(), *panels])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
