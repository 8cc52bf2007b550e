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
    ("specs", "allow", "exclude", "expected"),
    [
        ("configs", "", "", ["configs"]),
        ("configs more", "", "", ["configs", "more"]),
        ("my configs\nmore\n", "", "", ["my configs", "more"]),
        ("configs", "a.b:C\n\nd:E", "", ["configs", "--allow=a.b:C", "--allow=d:E"]),
        (".", "", "doc ker*.yml\nb", [".", "--exclude=doc ker*.yml", "--exclude=b"]),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_the_inputs_reach_the_command(
    tmp_path: Path, name: str, specs: str, allow: str, exclude: str, expected: list[str]
) -> None:
    """Paths with spaces among them."""
    step = find_step(name)
    given = {"SPECS": specs, "ALLOW": allow, "EXCLUDE": exclude}
    given |= {"BASELINES": "figures", "REPORT": "out"} if name == "check" else {}
    assert set(step["env"]) == set(given)
    done = perform(step, tmp_path, "lrviz", 'printf "%s\\n" "$@"', **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [name, *expected, *COMMANDS[name]]


def perform(
    step: dict[str, Any], folder: Path, name: str, script: str, **given: str
) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does, with a script in place of a command."""
    command = folder / name
    command.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    command.chmod(0o755)
    files = {each: str(folder / each) for each in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={**os.environ, **files, **given, **path},
        capture_output=True,
        text=True,
        check=False,
    )


SPECS = {"SPECS": "configs", "ALLOW": "", "EXCLUDE": "", "BASELINES": "figures", "REPORT": "out"}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")
def test_a_run_s_summary_has_a_row_for_all_that_does_not_match(tmp_path: Path) -> None:
    """What a spec is called is text in it, and the check's exit status is the step's."""
    told = (
        "::error file=a.yaml,line=6,col=5,title=lrviz check%3A differs::"
        "f/a.webp: differs: gamma 0.5 -> 0.25; most at step 4, -50 %25",
        "::error file=b_|*.yaml,title=lrviz check%3A wrong::[a](b)::title=lrviz check%3A match::c",
        "3 specs: 1 match, 1 differs, 1 wrong",
    )
    script = f"cat <<'END'\n{chr(10).join(told)}\nEND\nexit 2"
    done = perform(find_step("check"), tmp_path, "lrviz", script, **SPECS)
    assert (done.returncode, done.stdout.splitlines()) == (2, list(told))
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8").splitlines() == [
        "### lrviz check: 3 specs: 1 match, 1 differs, 1 wrong",
        "",
        "| outcome | what |",
        "| --- | --- |",
        r"| differs | f/a.webp: differs: gamma 0.5 -\> 0.25; most at step 4, -50 % |",
        r"| wrong | \[a\](b)::title=lrviz check%3A match::c |",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")
def test_a_summary_of_a_match_is_its_counts(tmp_path: Path) -> None:
    done = perform(find_step("check"), tmp_path, "lrviz", "echo 1 spec: 1 match", **SPECS)
    assert done.returncode == 0
    summary = (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    assert summary == "### lrviz check: 1 spec: 1 match\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")
@pytest.mark.parametrize(
    ("index", "words"), [("", []), ("https://a.b/c d", ["--index-url", "https://a.b/c d"])]
)
def test_pip_is_told_of_an_index_where_there_is_one(
    tmp_path: Path, index: str, words: list[str]
) -> None:
    (step,) = (each for each in ACTION["runs"]["steps"] if each.get("id") == "install")
    given = {"HERE": "/a b", "TORCH": "==2.13.0", "INDEX": index}
    assert set(step["env"]) == set(given)
    done = perform(step, tmp_path, "python", 'printf "%s\\n" "$@"', **given)
    expected = ["-m", "pip", "install", *words, "/a b", "torch==2.13.0"]
    assert done.stdout.splitlines() == expected


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")
def test_what_pip_downloads_is_kept_for_the_same_system_python_and_torch(tmp_path: Path) -> None:
    find, cache, install = ACTION["runs"]["steps"][:3]
    done = perform(
        find, tmp_path, "python", '[ "$1" = -m ] && echo "/the cache" || echo python=3.12'
    )
    assert done.returncode == 0
    found = (tmp_path / "GITHUB_OUTPUT").read_text("utf-8").splitlines()
    assert found == ["folder=/the cache", "python=3.12"]
    assert (find["id"], install["id"]) == ("pip", "install")
    assert cache["uses"] == "actions/cache@v4"
    assert cache["with"]["path"] == "${{ steps.pip.outputs.folder }}"
    parts = ("runner.os", "steps.pip.outputs.python", "inputs.torch")
    assert all(f"${{{{ {part} }}}}" in cache["with"]["key"] for part in parts)


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
