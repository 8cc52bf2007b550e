"""The README runs: what it shows is what happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.specs import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lrviz", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        check=False,
    )


def test_its_list_of_commands_is_what_the_command_prints(tmp_path: Path) -> None:
    block = re.search(r"```\n(Commands:\n.*?\n)```", README, re.DOTALL)
    assert block is not None
    printed = run(["--help"], tmp_path).stdout
    assert block[1] == printed[printed.index("Commands:") :]


def test_the_spec_it_begins_with_is_steplr_and_draws_its_figure(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    (tmp_path / "spec.yaml").write_text(block[1], "utf-8")
    assert run(["plot", "spec.yaml", "-o", "a.webp"], tmp_path).returncode == 0
    assert (tmp_path / "a.webp").read_bytes() == (ROOT / "figures/steplr.webp").read_bytes()


def test_the_setting_and_the_sweep_that_it_shows_work(tmp_path: Path) -> None:
    text = " ".join(README.split())
    setting = re.search(r"`--set ([^`]*)`", text)
    sweep = re.search(r"`--sweep '([^`]*)'`", text)
    assert setting is not None
    assert sweep is not None
    options = ["--set", setting[1], "--sweep", sweep[1], "-o", "a.png"]
    done = run(["plot", str(ROOT / "configs/steplr.yaml"), *options], tmp_path)
    assert (done.returncode, done.stdout) == (0, "a.png\n")


def test_the_error_it_shows_is_the_one_that_is_printed(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/step.yaml").write_text(
        "epochs: 4\n\nscheduler:\n  StepLR:\n    step_size: 4\n    step_sz: 4\n", "utf-8"
    )
    done = run(["plot", "configs/step.yaml"], tmp_path)
    assert done.returncode == 2
    assert f"`{done.stderr.strip()}`" in " ".join(README.split())


def test_every_spec_and_figure_that_it_links_to_is_there() -> None:
    links = re.findall(r"\((configs/[^)]*|figures/[^)]*)\)", README)
    assert {link for link in links if not (ROOT / link).is_file()} == set()
    shown = {Path(link).stem for link in links if link.startswith("configs/")}
    assert shown == {path.stem for path in (ROOT / "configs").rglob("*.yaml")}


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 150


def test_the_finding_it_shows_is_the_one_that_is_printed(tmp_path: Path) -> None:
    text = "epochs: 30\nsteps_per_epoch: 100\nscheduler: {CosineAnnealingLR: {T_max: 2000}}\n"
    (tmp_path / "cos.yaml").write_text(text, "utf-8")
    done = run(["lint", "cos.yaml"], tmp_path)
    assert done.returncode == 1
    assert f"`{done.stdout.strip()}`" in " ".join(README.split())


def test_the_page_on_speed_holds_its_tables() -> None:
    page = (ROOT / "docs/speed.md").read_text()
    assert "| `lrviz plot` / `import torch` |" in page
    assert "| matplotlib, Pillow |" in page
    assert not re.search(r"^[A-Z]+$", page, re.MULTILINE)
