"""The composite action hands its inputs to the command, paths with spaces among them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.specs import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
TAIL = ["--baselines", "figures", "--report", "out", "--output-format", "github"]


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
def test_the_inputs_reach_the_command(
    tmp_path: Path, specs: str, allow: str, expected: list[str]
) -> None:
    command = tmp_path / "lrviz"
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', "utf-8")
    command.chmod(0o755)
    (step,) = (each for each in ACTION["runs"]["steps"] if "lrviz check" in each.get("run", ""))
    given = {"SPECS": specs, "ALLOW": allow, "BASELINES": "figures", "REPORT": "out"}
    assert set(step["env"]) == set(given)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={**os.environ, **given, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["check", *expected, *TAIL]


def test_every_input_is_used() -> None:
    text = str(ACTION["runs"])
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in text] == []
