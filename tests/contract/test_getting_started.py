"""docs/getting-started.md shows what its commands draw, and readers' files are what writes them."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import get_cosine_schedule_with_warmup

from tests.support.lrvizrun import run
from tests.support.specs import EXAMPLES, ROOT

PAGE = (ROOT / "docs/getting-started.md").read_text("utf-8")
FILES = EXAMPLES / "docs"
PICTURES = re.findall(r"!\[[^]]+\]\(start/([^)]+)\)", PAGE)
DRAWING = re.findall(r"^\$ lrviz (.*-o \S+\.webp.*)$", PAGE, re.MULTILINE)
# What of a picture may differ where other fonts draw it.
ALIKE = 0.05


def test_every_picture_of_the_page_is_shown_by_it() -> None:
    assert sorted(PICTURES) == sorted(path.name for path in (ROOT / "docs/start").iterdir())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_a_command_of_the_page_draws(name: str, tmp_path: Path) -> None:
    for text, file in re.findall(r"```yaml\n(# (\S+)\n.*?)```", PAGE, re.DOTALL):
        (tmp_path / file).write_text(text, "utf-8")
    (command,) = (each for each in map(shlex.split, DRAWING) if name in each)
    assert run(*command, cwd=tmp_path).status == 0
    new, old = (
        np.asarray(Image.open(at / name).convert("RGB"), float)
        for at in (tmp_path, ROOT / "docs/start")
    )
    assert new.shape == old.shape
    assert (np.abs(new - old).max(axis=2) > 0).mean() < ALIKE


def test_the_readers_spec_is_what_import_makes_of_the_readers_arguments() -> None:
    made = run("import", "args.yaml", "--examples", 51760, "--processes", 1, cwd=FILES)
    assert (made.status, made.text) == (0, (FILES / "mine.yaml").read_text("utf-8"))


def test_the_readers_log_is_of_a_run_that_called_its_scheduler_four_times_a_step() -> None:
    """Hugging Face's Trainer logs after a step what the next one will train with."""
    steps = 3 * 51760 // 8
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=2e-5)
    scheduler = get_cosine_schedule_with_warmup(optimizer, steps // 10, steps)
    rates = []
    for _ in range(steps):
        optimizer.step()
        for _ in range(4):
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    logged = json.loads((FILES / "trainer_state.json").read_text())["log_history"]
    assert [row["step"] for row in logged] == [*range(500, steps + 1, 500)]
    assert [row["learning_rate"] for row in logged] == pytest.approx(rates[499::500], rel=1e-12)
