"""The record: what a figure says of itself, as one JSON object.

`format` is 1; `spec` is the canonical spec, its keys in their order; `versions` is what drew it;
`numbers` is the curves' own numbers, or null where they would be too large; `description` is the
figure in a sentence, which nothing here reads. JSON has no NaN and no infinities: numbers have
their own way (`lrviz.figure.numbers`), and the spec's are spelled as YAML spells them and turned
back only where a number may stand.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, cast

from lrviz.errors import ImageError
from lrviz.figure.chunks import MAX_RECORD
from lrviz.figure.numbers import Recorded, summarise
from lrviz.figure.stored import parse_numbers, spell_numbers
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import NO_TEXT
from lrviz.spell import spell_yaml
from lrviz.system.versions import platform_tag, versions

FORMAT = 1
MAX_NUMBERS_TEXT = 1_000_000

Versions = dict[str, str | list[str]]

_MAX_DEPTH = 40
_MAX_REASON = 100
_WITH_NUMBERS = ("optimizer", "scheduler", "metric", "curves", "sweep")
# Keys below them that hold a text, be it spelled like a number.
_TEXTS = ("name", "expression", "column")

_SPELLED = {".nan": math.nan, ".inf": math.inf, "-.inf": -math.inf}


@dataclass(frozen=True)
class Record:
    """What a figure says of itself.

    Attributes:
        spec: the canonical spec it was drawn from: plain data, not yet checked.
        versions: what drew it, as `drawing_versions` gives it.
        numbers: the curves' numbers; None where none are stored.
    """

    spec: dict[str, Tree]
    versions: Versions
    numbers: Recorded | None


def drawing_versions(fonts: Sequence[str], freetype: str, packages: Sequence[str] = ()) -> Versions:
    """Return everything beside the spec that a figure's pixels depend on.

    >>> drawing_versions(["DejaVu Sans"], "2.6.1")["fonts"]
    ['DejaVu Sans']
    """
    rest: Versions = {"fonts": list(fonts), "freetype": freetype, "platform": platform_tag()}
    return {**versions(packages), **rest}


def build_record(run: Run, fonts: Sequence[str], freetype: str) -> str:
    """Return the record of a figure: one line of ASCII.

    Args:
        run: what is drawn.
        fonts: the fonts that the drawing used.
        freetype: the version of the library that draws their glyphs.
    """
    numbers: object = spell_numbers(summarise(run.curves))
    if len(_dump(numbers)) > MAX_NUMBERS_TEXT:  # the names of many groups can be that long
        numbers = None
    record = {
        "format": FORMAT,
        "description": str(run),
        "spec": _spell(run.spec.canonical),
        "versions": drawing_versions(fonts, freetype, run.spec.packages),
        "numbers": numbers,
    }
    text = _dump(record)
    return text if len(text) <= MAX_RECORD else _dump(record | {"numbers": None})


def parse_record(text: str) -> Record:
    """Return what a record says; nothing in it is trusted, and the spec is yet to be checked.

    Raises:
        ImageError: it is not what `build_record` gives.

    >>> parse_record('{"format": 2}')
    Traceback (most recent call last):
        ...
    lrviz.errors.ImageError: drawn by a newer lrviz: its record has a format beyond 1
    """
    data = _load(text)
    if not isinstance(data, dict) or type(data.get("format")) is not int:
        raise _damaged("format: missing, or no number")
    if data["format"] > FORMAT:
        raise ImageError(f"drawn by a newer lrviz: its record has a format beyond {FORMAT}")
    if data["format"] < FORMAT:
        raise _damaged("format: less than 1")
    spec, numbers = data.get("spec"), data.get("numbers")
    if not isinstance(spec, dict):
        raise _damaged("spec: missing, or no mapping")
    return Record(
        spec={_text(key): _restore(spec[key], 1, key in _WITH_NUMBERS) for key in spec},
        versions=_parse_versions(data.get("versions")),
        numbers=None if numbers is None else parse_numbers(numbers),
    )


def _dump(data: object) -> str:
    return json.dumps(data, separators=(",", ":"), allow_nan=False)


def _load(text: str) -> object:
    if len(text) > MAX_RECORD:
        raise ImageError(f"its record is larger than {MAX_RECORD:,} characters")
    try:
        data: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
        if "\\ud" in text.lower():  # half a pair cannot be encoded, and so never be shown
            json.dumps(data, ensure_ascii=False).encode()
    except RecursionError as cause:
        raise _damaged("nested too deep") from cause
    except ImageError:
        raise
    except ValueError as cause:  # a number of too many digits is one, too
        raise _damaged(f"not JSON: {str(cause)[:_MAX_REASON]}") from cause
    return data


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise _damaged("a key is given twice")
    return mapping


def _refuse_constant(name: str) -> NoReturn:
    raise _damaged(f"{name} is not JSON")


def _parse_versions(data: object) -> Versions:
    if not isinstance(data, dict):
        raise _damaged("versions: missing, or no mapping")
    for name, value in data.items():
        for item in (name, *(value if isinstance(value, list) else [value])):
            if not isinstance(item, str) or len(item) > MAX_TEXT or NO_TEXT.search(item):
                raise _damaged("versions: not text")
    return cast(Versions, data)


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


def _restore(tree: Tree, depth: int, with_numbers: bool) -> Tree:
    """Return the spec's plain data, its numbers as they were."""
    if depth > _MAX_DEPTH:
        raise _damaged("nested too deep")
    match tree:
        case dict():
            return {
                _text(key): _restore(each, depth + 1, with_numbers and key not in _TEXTS)
                for key, each in tree.items()
            }
        case list():
            return [_restore(each, depth + 1, with_numbers) for each in tree]
        case str() if with_numbers and tree in _SPELLED:
            return _SPELLED[tree]
        case str():
            return _text(tree)
    return tree


def _text(text: str) -> str:
    """Return a text as YAML can hold it."""
    if NO_TEXT.search(text):
        raise _damaged("spec: a control character")
    return text


def _damaged(what: str) -> ImageError:
    return ImageError(f"its record is damaged: {what}")


def build_sheet_record(digest: str) -> str:
    """Return the record of a sheet: one line of ASCII.

    >>> build_sheet_record("c0ffee")
    '{"format":1,"sheet":"c0ffee"}'
    """
    return json.dumps({"format": FORMAT, "sheet": digest}, separators=(",", ":"))


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
