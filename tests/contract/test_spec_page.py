"""docs/spec.md has every key of a spec, with its default, and specs that can be driven."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lrviz
from lrviz.commands.schema.document import build_schema
from lrviz.spec.yamltree import parse_yaml
from tests.support.specs import EXAMPLES, ROOT

PAGE = (ROOT / "docs/spec.md").read_text("utf-8")
SPECS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
HEADING = re.compile(r"^### `([\w.]+)`\n\n\*(.*?)\*", re.MULTILINE)
TABLE = re.compile(r"^\| key of `([\w.]+)` \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
ROW = re.compile(r"^\| `(\w+)` \| .* \| (.*?) \| [^|]* \|$", re.MULTILINE)

# What the schema calls the keys under a key.
HOMES = {"data": "Data", "figure": "FigureOptions", "figure.style": "Style", "lint": "LintOptions"}

# What the schema says elsewhere, as any curve may have it, and what an empty `figure` is.
BESIDE = {"interval": "step", "frequency": 1, "calls": 1, "optimizer": {"SGD": {"lr": 1e-3}}}


def _walk(schema: dict[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    """Yield every key of a spec, its default or None, and whether it is required."""
    for home, keys in {
        "": schema,
        **{each: schema["$defs"][HOMES[each]] for each in HOMES},
    }.items():
        for name, said in keys["properties"].items():
            default = BESIDE.get(name) if said is True else said.get("default")
            yield f"{home}.{name}".lstrip("."), default, name in keys.get("required", ())


def _read() -> Iterator[tuple[str, str]]:
    """Yield every key that the page has, and what it says of its default."""
    for key, said in HEADING.findall(PAGE):
        yield key, said.rpartition(" · ")[2].removeprefix("default ")
    for home, rows in TABLE.findall(PAGE):
        assert len(ROW.findall(rows)) == len(rows.splitlines())
        yield from ((f"{home}.{key}", said) for key, said in ROW.findall(rows))


KEYS = {key: (default, is_required) for key, default, is_required in _walk(build_schema())}
TOLD = dict(_read())


def test_every_key_has_an_entry_and_every_entry_a_key() -> None:
    assert TOLD.keys() == KEYS.keys()


@pytest.mark.parametrize("key", KEYS)
def test_a_default_is_that_of_the_schema(key: str) -> None:
    """Where there is none the page says so in words, or what follows from others."""
    default, is_required = KEYS[key]
    assert ("required" in TOLD[key]) == (is_required or key in ("epochs", "scheduler"))
    found = re.fullmatch(r"`(.*)`", TOLD[key])
    if default is not None:
        assert found is not None
        assert parse_yaml(f"it: {found[1]}")[0] == {"it": default}
    elif key == "figure":  # which is empty in the schema
        assert TOLD[key] == "`{style: article}`"
    else:
        assert found is None or " or " in TOLD[key] or key == "figure.ylabel"


def test_every_key_stands_in_a_spec_of_the_page() -> None:
    def find(tree: Any) -> set[str]:
        below = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
        own = set(map(str, tree)) if isinstance(tree, dict) else set()
        return own.union(*map(find, below))

    shown = set[str]().union(*(find(parse_yaml(text)[0]) for text in SPECS))
    named = {key.rpartition(".")[2] for key in KEYS if not key.startswith("figure.style.")}
    assert named - shown == set()


@pytest.mark.parametrize("index", range(len(SPECS)))
def test_a_spec_of_the_page_is_driven(index: int, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "docs/losses.csv", tmp_path)
    (tmp_path / "spec.yaml").write_text(SPECS[index], "utf-8")
    run = lrviz.simulate(lrviz.load(tmp_path / "spec.yaml"))
    assert all(curve.lr[0].max() > curve.lr[0].min() for curve in run.curves)
