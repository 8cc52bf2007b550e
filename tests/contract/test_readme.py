"""What README.md and other pages show beside what tests/contract/test_docs.py runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.specs import ROOT

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = (ROOT / "docs/commands.md").read_text("utf-8")
GALLERY = (ROOT / "docs/gallery.md").read_text("utf-8")
CHINESE = (ROOT / "docs/visual-guide.zh.md").read_text("utf-8")


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lrviz", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        check=False,
    )


def test_the_list_of_commands_is_what_the_command_prints(tmp_path: Path) -> None:
    block = re.search(r"```\n(Commands:\n.*?\n)```", COMMANDS, re.DOTALL)
    assert block is not None
    printed = run(["--help"], tmp_path).stdout
    assert block[1] == printed[printed.index("Commands:") :]


def test_the_spec_it_begins_with_draws_the_figure_beside_it(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    (tmp_path / "spec.yaml").write_text(block[1], "utf-8")
    assert run(["plot", "spec.yaml", "-o", "a.webp"], tmp_path).returncode == 0
    figure = ROOT / "figures/warmup_cosine.webp"
    assert (tmp_path / "a.webp").read_bytes() == figure.read_bytes()


def test_the_setting_and_the_sweep_that_it_shows_work(tmp_path: Path) -> None:
    text = " ".join(COMMANDS.split())
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


def test_the_gallery_and_the_chinese_guide_show_every_spec_and_its_figure() -> None:
    names = {
        path.relative_to(ROOT / "configs").with_suffix("").as_posix()
        for path in (ROOT / "configs").rglob("*.yaml")
    }
    chinese = {name for name in names if name.startswith("zh/")}
    picture = re.compile(r"!\[[^]]*\]\(\.\./figures/([^)]*)\.webp\)")
    assert set(re.findall(r"\]\(\.\./configs/([^)]*)\.yaml\)", GALLERY)) == names - chinese
    assert set(picture.findall(GALLERY)) == names - chinese
    assert set(re.findall(r"`lrviz configs/(zh/\w+)\.yaml`", CHINESE)) == chinese
    assert set(picture.findall(CHINESE)) == chinese | {"zh/cheat_sheet"}


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 110


def test_the_page_on_speed_holds_its_tables() -> None:
    page = (ROOT / "docs/speed.md").read_text()
    assert "| `lrviz plot` / `import torch` |" in page
    assert "| matplotlib, Pillow |" in page
    assert not re.search(r"^[A-Z]+$", page, re.MULTILINE)
