"""What other repositories use: the composite action and the pre-commit hooks."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.lrvizrun import run
from tests.support.specs import ROOT, STEP

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
COMMANDS = {
    "check": ["--baselines", "figures", "--report", "out", "--output-format", "github"],
    "lint": ["--output-format", "github"],
}
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
CLIMBS = "epochs: 30\nscheduler: {CosineAnnealingLR: {T_max: 20}}\n"


def find_step(command: str) -> dict[str, Any]:
    """The step that runs a command."""
    steps = ACTION["runs"]["steps"]
    (step,) = (each for each in steps if f"lrviz {command} " in each.get("run", ""))
    return dict(step)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")
@pytest.mark.parametrize(
    ("specs", "allow", "expected"),
    [
        ("configs", "", ["configs"]),
        ("configs more", "", ["configs", "more"]),
        ("my configs\nmore\n", "", ["my configs", "more"]),
        ("configs", "a.b:C\n\nd:E", ["configs", "--allow=a.b:C", "--allow=d:E"]),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_the_inputs_reach_the_command(
    tmp_path: Path, name: str, specs: str, allow: str, expected: list[str]
) -> None:
    """Paths with spaces among them."""
    command = tmp_path / "lrviz"
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', "utf-8")
    command.chmod(0o755)
    step = find_step(name)
    given = {"SPECS": specs, "ALLOW": allow, "BASELINES": "figures", "REPORT": "out"}
    assert set(step["env"]) == set(given if name == "check" else ["SPECS", "ALLOW"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={**os.environ, **given, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [name, *expected, *COMMANDS[name]]


def test_mistakes_are_looked_for_where_that_is_asked_and_whatever_the_check_found() -> None:
    condition = find_step("lint")["if"].split(" && ")
    assert ACTION["inputs"]["lint"]["default"] == "false"
    assert condition == [
        "inputs.lint == 'true'",
        "steps.install.outcome == 'success'",
        "!cancelled()",
    ]
    assert "install" in [step.get("id") for step in ACTION["runs"]["steps"]]


def test_every_input_is_used() -> None:
    text = str(ACTION["runs"])
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in text] == []


def test_every_hook_passes_what_is_right_and_fails_what_is_not(tmp_path: Path) -> None:
    """It is told the folders, as most YAML files of a repository are no specs."""
    (tmp_path / "configs").mkdir()
    spec = tmp_path / "configs/a.yaml"
    spec.write_text(STEP, "utf-8")
    (tmp_path / "other.yaml").write_text("on: push\n", "utf-8")
    assert run("batch", "configs", "-o", "figures", cwd=tmp_path).status == 0
    assert [hook["id"] for hook in HOOKS] == ["lrviz-check", "lrviz-lint"]
    for hook in HOOKS:
        spec.write_text(STEP, "utf-8")
        arguments = [*hook["entry"].split()[1:], *hook["args"]]
        assert run(*arguments, cwd=tmp_path).status == 0
        spec.write_text(CLIMBS, "utf-8")
        assert run(*arguments, cwd=tmp_path).status == 1
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)
