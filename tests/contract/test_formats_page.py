"""docs/formats.md says what is in the files that lrviz writes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from lrviz.figure.chunks import MAX_RECORD
from lrviz.figure.numbers import MAX_NUMBERS, MAX_SERIES, STATISTICS
from lrviz.reading.trainers.families import FAMILIES
from tests.support.lrvizrun import run
from tests.support.specs import EXAMPLES, ROOT

PAGE = (ROOT / "docs/formats.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```(yaml|json)\n(.*?)```", PAGE, re.DOTALL))
TABLES = re.findall(r"^\| .*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)


def _first_column(table: str) -> set[str]:
    cells = (row.split("|")[1] for row in table.splitlines())
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


_, KEYS, OF_CURVES, COLUMNS, _, CONFIGS = map(_first_column, TABLES)


def _draw(folder: Path, name: str, *more: object, spec: object = "tiny.yaml") -> Image.Image:
    (folder / "tiny.yaml").write_text(BLOCKS["yaml"], "utf-8")
    assert run("plot", spec, "-o", name, *more, cwd=folder).status == 0
    with Image.open(folder / name) as picture:
        picture.load()
    return picture


def _read(picture: Image.Image) -> Any:
    return json.loads(picture.info["lrviz"])


def test_the_record_is_the_one_of_the_figure(tmp_path: Path) -> None:
    """All but the versions, which are this machine's."""
    told, carried = json.loads(BLOCKS["json"]), _read(_draw(tmp_path, "tiny.png"))
    assert told["versions"].keys() == carried["versions"].keys()
    assert told | {"versions": 0} == carried | {"versions": 0}
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1e-3)
    scheduler, rates = torch.optim.lr_scheduler.StepLR(optimizer, 2), []
    for _ in range(4):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert told["numbers"]["curves"][0]["lr"] == [rates]


def test_every_key_of_a_record_is_explained_and_no_other(tmp_path: Path) -> None:
    """Of the figures of code, of a log and of a plateau there are all."""
    code = EXAMPLES / "docs/train.py:make_scheduler"
    records = [
        _read(_draw(tmp_path, "a.png", "--steps", 5000, spec=code)),
        _read(_draw(tmp_path, "b.png", spec=EXAMPLES / "docs/trainer_state.json")),
        _read(_draw(tmp_path, "c.png", spec=ROOT / "configs/reducelronplateau.yaml")),
    ]
    assert set().union(*records) == KEYS
    curves = [curve for record in records for curve in record["numbers"]["curves"]]
    assert set().union(*curves) == OF_CURVES
    summary = curves[0]["lr"][0]
    assert f"{{{', '.join(json.dumps(each) for each in summary)}}}" in PAGE
    assert tuple(summary) == STATISTICS
    assert set(records[0]["numbers"]) == {"curves", "digest"}
    assert {record["format"] for record in records} == {1}


def test_a_figure_without_metadata_says_who_drew_it_and_nothing_else(tmp_path: Path) -> None:
    bare = _draw(tmp_path, "bare.png", "--no-metadata")
    assert bare.info.keys() == {"Software", "dpi"}
    for name in "svg", "pdf":
        _draw_vector(tmp_path, name)
    (tmp_path / "figures").mkdir()
    (tmp_path / "bare.png").rename(tmp_path / "figures/tiny.png")
    done = run("check", "tiny.yaml", "--baselines", "figures", cwd=tmp_path)
    assert (done.status, done.stderr + done.text) == (0, "1 spec: 1 match (1 by pixels only)\n")
    assert "`match (1 by pixels only)`" in PAGE


def _draw_vector(folder: Path, ending: str) -> None:
    """Metadata or not makes no difference."""
    for options in (), ("--no-metadata",):
        assert (
            run("plot", "tiny.yaml", "-o", f"{len(options)}.{ending}", *options, cwd=folder).status
            == 0
        )
    assert (folder / f"0.{ending}").read_bytes() == (folder / f"1.{ending}").read_bytes()


@pytest.mark.parametrize(
    ("style", "size"), [("article", (1000, 500)), ("light", (1200, 675)), ("dark", (1920, 1080))]
)
def test_a_style_has_the_pixels_that_the_page_says(
    style: str, size: tuple[int, int], tmp_path: Path
) -> None:
    assert _draw(tmp_path, "a.webp", "--style", style).size == size
    assert f"{size[0]} x {size[1]} in `{style}`" in PAGE


def test_the_columns_of_a_table_are_those_of_an_export() -> None:
    header = run("export", ROOT / "configs/reducelronplateau.yaml").text.partition("\n")[0]
    assert set(header.split(",")) == COLUMNS


def test_families_and_limits_are_those_of_the_code() -> None:
    assert FAMILIES.keys() == CONFIGS
    for number in MAX_RECORD, MAX_NUMBERS, MAX_SERIES, MAX_SERIES // 4:
        assert f"{number:,}" in PAGE
