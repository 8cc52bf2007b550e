"""docs/runs.md: its log is what a loop writes, its pictures are what its commands draw."""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.guide import iter_lines
from tests.support.lrvizrun import run
from tests.support.specs import ROOT

PAGE = (ROOT / "docs/runs.md").read_text("utf-8")
FILES = ROOT / "docs/runs"
PICTURES = re.findall(r"!\[[^]]+\]\(runs/([^)]+)\)", PAGE)
# What of a picture may differ where other fonts draw it.
ALIKE = 0.05


def test_the_page_has_its_pictures() -> None:
    assert PICTURES == ["drifted.webp", "resumed.webp"]


def test_the_log_is_what_a_training_loop_writes() -> None:
    written = (FILES / "metrics.csv").read_text().splitlines()
    for line, trained in zip(written[1:], [*iter_lines()][1:], strict=True):
        (step, rate), (own, meant) = line.split(","), trained.split(",")
        assert step == own
        assert float(rate) == pytest.approx(float(meant), rel=1e-12)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_its_command_draws(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (command,) = re.findall(rf"^ *\$ lrviz (.* -o {name}.*)$", PAGE, re.MULTILINE)
    for path in FILES.iterdir():
        if path.suffix in (".yaml", ".csv"):
            shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(*shlex.split(command, comments=True)).status == 0
    new, old = (np.asarray(Image.open(at / name).convert("RGB"), float) for at in (tmp_path, FILES))
    assert new.shape == old.shape
    assert (np.abs(new - old).max(axis=2) > 0).mean() < ALIKE
