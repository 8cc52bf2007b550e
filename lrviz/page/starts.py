"""Specs to start from: the article's and the recipes of `configs`, and the catalog's examples."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, THIRD_PARTY

Group = Literal["article", "recipe", "catalog"]

# A wheel has them beside the code, a checkout where people read them.
_PLACES = (Path(__file__).with_name("configs"), Path(__file__).parents[2] / "configs")

_TITLE = re.compile(r"^title: (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"(?:#.*\n)*")
_SENTENCE = re.compile(r"(.*?\S)(?:[.](?=\s)|[.]?$)")


class Start(NamedTuple):
    """A spec to start from.

    Attributes:
        kind: the article's, a recipe, or of the catalog.
        name: of its file, without an ending; or of its scheduler.
        summary: what it is, in a sentence without a full stop.
    """

    kind: Group
    name: str
    summary: str


@cache
def list_starts() -> tuple[Start, ...]:
    """Return what there is, in the order in which it is listed, of what is installed.

    >>> list_starts()[0]
    Start(kind='article', name='steplr', summary='StepLR: the LR is halved every 4 steps')
    """
    files = {"article": sorted(_find_folder().glob("*.yaml"), key=_find_place)}
    files["recipe"] = sorted((_find_folder() / "recipes").glob("*.yaml"))
    found = [
        *(Start("article", path.stem, _summarise(path)) for path in files["article"]),
        *(Start("recipe", path.stem, _summarise(path)) for path in files["recipe"]),
        *(Start("catalog", name, said.rstrip(".")) for name, said in CATALOG.summaries.items()),
    ]
    missing = tuple(each for each in THIRD_PARTY.packages if find_spec(each) is None)
    return tuple(each for each in found if not each.name.startswith(missing))


def read_start(kind: str, name: str) -> str:
    """Return the text of a spec of a file.

    Raises:
        UsageError: none is called so.
    """
    if (kind, name) not in {(each.kind, each.name) for each in list_starts()}:
        raise UsageError(f"{name}: nothing of that name to start from")
    folder = _find_folder() / "recipes" if kind == "recipe" else _find_folder()
    return (folder / f"{name}.yaml").read_text("utf-8")


def _find_folder() -> Path:
    return next(each for each in _PLACES if each.is_dir())


def _find_place(path: Path) -> tuple[int, str]:
    """Return where a file is listed: as its scheduler is in the catalog, mixtures last."""
    names = [name.lower() for name in CATALOG]
    place = next((at for at, each in enumerate(names) if path.stem.startswith(each)), len(names))
    return place, path.stem


def _summarise(path: Path) -> str:
    """Return a file's title, or the first sentence of what it says of itself."""
    text = path.read_text("utf-8")
    if title := _TITLE.search(text):
        return title[1]
    lines = "".join(_COMMENT.findall(text)[:1]).splitlines()
    sentence = _SENTENCE.match(" ".join(line.removeprefix("#").strip() for line in lines))
    return sentence[1] if sentence else path.stem
