"""What listings of findings share: annotations of a pull request, and JSON that is strict."""

import json
from collections.abc import Mapping
from typing import Literal

from lrviz import __version__
from lrviz.errors import Position, Problem, spell_key
from lrviz.spell import printable, spell_json

# How findings are listed: for people, for programs, as annotations of a pull request.
Listing = Literal["text", "json", "github"]

# Those of a lint: as a log for code scanning, too.
LintListing = Literal[Listing, "sarif"]

_GITHUB_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_GITHUB_PROPERTY = _GITHUB_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def spell_annotation(
    level: str, file: str, position: Position | None, title: str, text: str
) -> str:
    """Return the line that GitHub shows beside a line of a file.

    Args:
        level: error, warning or notice.
        file: that the user sees.
        position: in it; None where it has no lines.
        title: above the text.
        text: what there is to say.

    >>> spell_annotation("error", "a.yaml", Position(3, 5), "LR001", "ends after 100 steps")
    '::error file=a.yaml,line=3,col=5,title=LR001::ends after 100 steps'
    """
    properties = {"file": file}
    if position is not None:
        properties |= {"line": str(position.line), "col": str(position.column)}
    spelled = ",".join(
        f"{name}={printable(value).translate(_GITHUB_PROPERTY)}"
        for name, value in (properties | {"title": title}).items()
    )
    return f"::{level} {spelled}::{printable(text).translate(_GITHUB_DATA)}"


def spell_position(position: Position | None) -> dict[str, int | None]:
    """Return a place in a file for JSON; null where it has no lines."""
    if position is None:
        return {"line": None, "column": None}
    return {"line": position.line, "column": position.column}


def spell_problem(problem: Problem) -> dict[str, object]:
    """Return what is wrong with a spec for JSON."""
    spelled = {"source": problem.source, "key": spell_key(problem.key), "text": problem.text}
    return {**spelled, **spell_position(problem.position)}


def format_findings(data: Mapping[str, object]) -> str:
    """Return what is known of all findings as one line of JSON.

    Within one schema keys are added and never taken away or changed.
    """
    return dump_json({"schema": 1, "lrviz": __version__, **data})


def dump_json(data: Mapping[str, object]) -> str:
    """Return data as one line of strict JSON, in ASCII."""
    return json.dumps(_clean_json(data), sort_keys=True, allow_nan=False) + "\n"


def _clean_json(value: object) -> object:
    """Return what strict JSON can hold: of numbers, and of names that are not Unicode.

    >>> _clean_json({"peak": float("-inf"), "final": float("nan")})
    {'peak': '-.inf', 'final': None}
    """
    match value:
        case Mapping():
            return {_clean_json(key): _clean_json(each) for key, each in value.items()}
        case list() | tuple():
            return [_clean_json(each) for each in value]
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case float():
            return spell_json(value)
    return value
