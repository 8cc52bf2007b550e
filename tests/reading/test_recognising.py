"""A file that is no spec is told in one line: what it is, and what makes a spec of it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.lrvizrun import run
from tests.support.specs import EXAMPLES, ROOT, WriteSpec

IMPORTED = [
    path
    for path in sorted((EXAMPLES / "import").rglob("*.*"))
    if not path.name.endswith(".numbers.json")  # what another library gives for one
]
MANY: list[tuple[str, ...]]
MANY = [("plot", "a.yml"), ("lint", "a.yml"), ("export", "a.yml"), ("code", "a.yml")]
MANY += [("batch", "a.yml", "-o", "out"), ("compare", "a.yml", "a.yml")]
MANY += [("check", "a.yml", "--baselines", ".")]

AXOLOTL = "`lrviz import a.yml > a_spec.yaml` makes a spec of it"

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
STATE = json.dumps({"best_metric": None, "epoch": 1.0, "log_history": [{"step": 1}]})
OWN = "model: a\nbatch_size: 8\nworkers: 3\nepochs: 3\nweight_decay: 1\nscheduler: cosine\n"
PACKAGE = json.dumps({"name": "a", "version": "1.0.0", "scripts": {}, "dependencies": {}})


@pytest.mark.parametrize("path", IMPORTED, ids=lambda path: path.name)
def test_a_trainer_s_config_is_told_with_the_command_that_makes_a_spec_of_it(path: Path) -> None:
    result = run("plot", path.name, cwd=path.parent)
    assert result.status == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{path.name}: looks like ")
    assert line.endswith(f"`lrviz import {path.name} > {path.stem}_spec.yaml` makes a spec of it")


@pytest.mark.parametrize("arguments", MANY, ids=lambda arguments: arguments[0])
def test_every_command_that_reads_a_spec_says_so(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_bytes((EXAMPLES / "import/axolotl/qlora.yml").read_bytes())
    result = run(*arguments, cwd=tmp_path)
    printed = result.stderr + result.text
    told = [line.partition("looks")[2] for line in printed.splitlines() if "looks" in line]
    assert result.status == 2
    assert set(told) == {f" like axolotl's config; {AXOLOTL}"}
    assert "no such key" not in printed


def test_the_command_can_be_pasted(tmp_path: Path) -> None:
    name = "my config; rm -rf '$HOME'.yml"
    (tmp_path / name).write_bytes((EXAMPLES / "import/axolotl/one_cycle.yml").read_bytes())
    line = run("plot", name, cwd=tmp_path).stderr
    command = line.partition("`")[2].partition("` makes")[0]
    assert shlex.split(command)[:3] == ["lrviz", "import", name]
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {**os.environ, "PATH": path}
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, timeout=60, env=own)
    result = run("plot", f"{Path(name).stem}_spec.yaml", cwd=tmp_path)
    assert (result.status, result.stderr) == (0, "")


def test_standard_input_is_told_the_same() -> None:
    data = (EXAMPLES / "import/axolotl/qlora.yml").read_bytes()
    result = run("plot", "-", stdin=data)
    assert result.stderr == "-: looks like axolotl's config; `lrviz import -` makes a spec of it\n"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.ipynb", NOTEBOOK, "a notebook, and no spec; call lrviz.preview(scheduler, steps=N)"),
        ("b.ipynb", " " * 300_000 + NOTEBOOK, "a notebook, and no spec"),
        ("trainer_state.json", STATE, "holds no learning rate; it has step; choose"),
        ("package.json", PACKAGE, "no spec: its keys are name, version, scripts, dependencies"),
        ("pyproject.toml", "[project]\nname = 'a'\n", "TOML, where a spec is YAML; `lrviz new"),
        ("state.json", '{"a":[1],"log_history":[{"step":1}]}', "holds no learning rate; it has"),
        ("own.yml", OWN, "no spec: its keys are model, batch_size, workers, weight_decay"),
        ("work.yml", "name: a\non: push\njobs: {}\nenv: {}\n", "no spec: its keys are name, on"),
    ],
)
def test_what_is_no_spec_is_told_in_one_line(
    name: str, text: str, told: str, write_spec: WriteSpec
) -> None:
    path = write_spec(text, name)
    result = run("plot", path)
    (line,) = result.stderr.splitlines()
    assert result.status == 2
    assert line.startswith(f"{path}: {told}")


def test_code_without_a_name_is_told() -> None:
    assert run("plot", "conftest.py", cwd=ROOT).stderr == (
        "conftest.py: holds no spec; name a function in it as conftest.py:FUNCTION\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "epoch: 3\nschedulr: {StepLR: {step_size: 3}}\n",
        "epochs: 3\nscheduler: {StepLr: {}}\nlearning_rate: 1\nwarmup_steps: 3\nmax_steps: 3\n",
        "scheduler: StepLr\nnum_train_epochs: 3\n",
        "epochs: 3\nlr: 1\nstep_size: 3\ngamma: 0.1\n",
        "num_train_epochs: 3\ncurves: {a: {scheduler: {StepLR: {}}}}\n",
        "foo: 1\n",
        "epochs: 3\nsteps_per_epoch: 2\nschedulers: {StepLR: {step_size: 3}}\n"
        "train_batch_size: 8\n",
        "epochs: 3\nnum_train_epochs: 3\n"
        "scheduler: {StepLR: {step_size: 3}, ExponentialLR: {gamma: 0.9}}\n",
        "epochs: 3\nsteps_per_epoch: 2\ntitle: a\nnum_train_epochs: 3\n",
        "epochs: 3\nscheduler: {StepLR: {step_size: 3}\n",
    ],
)
def test_a_spec_with_mistakes_keeps_its_errors(text: str, write_spec: WriteSpec) -> None:
    result = run("plot", write_spec(text))
    assert result.status == 2
    assert "looks like" not in result.stderr
    assert "no spec:" not in result.stderr
    assert ":1:" in result.stderr or ":2:" in result.stderr or ":3:" in result.stderr


def test_what_a_spec_has_and_an_override_breaks_is_the_override_s(step: Path) -> None:
    result = run("plot", step, "--set", "micro_batch_size=2")
    assert result.stderr.startswith("--set micro_batch_size=2: no such key; known: ")


def test_a_file_that_is_called_like_an_option_can_be_pasted(tmp_path: Path) -> None:
    (tmp_path / "-x.yml").write_bytes((EXAMPLES / "import/axolotl/qlora.yml").read_bytes())
    line = run("plot", "--", "-x.yml", cwd=tmp_path).stderr
    assert "`lrviz import ./-x.yml > -x_spec.yaml`" in line


def test_what_is_too_large_for_a_spec_is_not_looked_into(write_spec: WriteSpec) -> None:
    path = write_spec(f"num_train_epochs: 3\na: {'x' * 300_000}\n")
    result = run("plot", path)
    assert (result.status, "looks like" in result.stderr) == (2, False)
