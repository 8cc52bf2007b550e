"""docs/runs.md: every command in it runs, and prints what the page says."""

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
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = {line.strip(" $"): told for line, _, told in (each.partition("\n") for each in BLOCKS)}
PICTURES = re.findall(r"!\[[^]]+\]\(runs/([^)]+)\)", PAGE)
# What of a picture may differ where other fonts draw it.
ALIKE = 0.05


def test_the_page_has_its_commands_and_pictures() -> None:
    assert len(COMMANDS) == 8
    assert PICTURES == ["drifted.webp", "resumed.webp"]


def test_the_log_is_what_a_training_loop_writes() -> None:
    written = (FILES / "metrics.csv").read_text().splitlines()
    for line, trained in zip(written[1:], [*iter_lines()][1:], strict=True):
        (step, rate), (own, meant) = line.split(","), trained.split(",")
        assert step == own
        assert float(rate) == pytest.approx(float(meant), rel=1e-12)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_the_page_says(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in FILES.iterdir():
        if path.suffix in (".yaml", ".csv"):
            shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run(*shlex.split(command, comments=True)[1:])
    assert done.status == ("--exit-code" in command)
    told = [line.strip() for line in COMMANDS[command].rstrip().splitlines()]
    if told:
        printed = [*done.stderr.splitlines(), *done.text.splitlines()]
        assert [line.strip() for line in printed] == told
    for name in set(PICTURES) & set(shlex.split(command)):
        new, old = (
            np.asarray(Image.open(at / name).convert("RGB"), float) for at in (tmp_path, FILES)
        )
        assert new.shape == old.shape
        assert (np.abs(new - old).max(axis=2) > 0).mean() < ALIKE
