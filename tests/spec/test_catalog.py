"""The catalog says of every scheduler what the installed torch has, no more and no less."""

import inspect
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch.optim import lr_scheduler

import lrviz
from lrviz.spec import catalog
from lrviz.spec.catalog import CATALOG, COMPOSITES, OPTIMIZERS, SCHEDULERS
from tests.support.lrvizrun import run

# What lrviz decides itself: which optimizer, and that a schedule is drawn from its start.
NOT_ARGUMENTS = {"optimizer", "last_epoch", "verbose"}


def torch_arguments(name: str) -> dict[str, inspect.Parameter]:
    found = getattr(import_module(SCHEDULERS[name].module), name)
    parameters = inspect.signature(found).parameters
    return {key: each for key, each in parameters.items() if key not in NOT_ARGUMENTS}


def test_every_scheduler_of_torch_is_there_and_swalr_besides() -> None:
    assert set(SCHEDULERS) == {*lr_scheduler.__all__, "SWALR"} - {"LRScheduler"}
    assert {"SequentialLR", "ChainedScheduler"} == COMPOSITES


def test_names_and_summaries_are_found_without_reading_all_of_the_files() -> None:
    read = {
        f"{file.stem}.{name}".removeprefix("torch."): table["summary"]
        for file in Path(catalog.__file__).parent.glob("*.toml")
        for name, table in tomllib.loads(file.read_text("utf-8")).items()
        if isinstance(table, dict) and "summary" in table
    }
    assert CATALOG.summaries == read == {name: entry.summary for name, entry in CATALOG.items()}


def test_every_optimizer_of_torch_is_there() -> None:
    found = {
        name
        for name, value in vars(torch.optim).items()
        if inspect.isclass(value) and issubclass(value, torch.optim.Optimizer)
    }
    assert set(OPTIMIZERS) == found - {"Optimizer"}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_exactly_torch_s_arguments_are_documented_in_torch_s_order(name: str) -> None:
    assert list(SCHEDULERS[name].arguments) == list(torch_arguments(name))
    assert all(SCHEDULERS[name].arguments.values())


@pytest.mark.parametrize("name", SCHEDULERS)
def test_show_names_every_argument_with_its_default(name: str) -> None:
    result = run("show", name)
    assert (result.status, result.stderr) == (0, "")
    entry = SCHEDULERS[name]
    head, table, resuming, example, picture = result.text.rstrip("\n").split("\n\n")
    assert head == f"{name}: {entry.summary}\n{entry.address}"
    rows = {line.split()[0]: line for line in table.splitlines()}
    assert list(rows) == list(torch_arguments(name))
    for key, parameter in torch_arguments(name).items():
        if parameter.default is parameter.empty:
            assert "  required  " in rows[key]
        assert rows[key].endswith(f"  {entry.arguments[key]}")
    assert resuming.startswith("resume: ")
    assert example.replace("\n  ", "\n").strip() == entry.example
    assert picture.count("┤") > 1
    assert max(map(len, picture.splitlines())) == 60


@pytest.mark.parametrize(
    ("name", "argument", "kind", "default"),
    [
        ("StepLR", "gamma", "float", "0.1"),
        ("OneCycleLR", "total_steps", "int | None", "null"),
        ("OneCycleLR", "three_phase", "bool", "false"),
        ("OneCycleLR", "final_div_factor", "float", "1e4"),
        ("CyclicLR", "cycle_momentum", "bool", "true"),
        ("CyclicLR", "scale_mode", "Literal['cycle', 'iterations']", "cycle"),
        ("ReduceLROnPlateau", "eps", "float", "1e-8"),
    ],
)
def test_types_and_defaults_are_spelt_as_yaml_spells_them(
    name: str, argument: str, kind: str, default: str
) -> None:
    pattern = rf"^{argument} +{re.escape(kind)} +{re.escape(default)}  "
    assert re.search(pattern, run("show", name).text, re.MULTILINE)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_new_spec_draws_a_curve_that_moves(name: str, tmp_path: Path) -> None:
    new = run("new", name)
    assert (new.status, new.stderr) == (0, "")
    (tmp_path / "new.yaml").write_bytes(new.stdout)
    result = run("plot", "new.yaml", cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "new.png\n", "")
    spec = lrviz.load(tmp_path / "new.png")
    assert (spec.scheduler.name, spec.total_steps) == (name, 32)
    rates = lrviz.simulate(spec).curves[0].lr[0]
    assert len(set(rates.tolist())) > 1


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_new_spec_says_what_it_is_and_what_its_arguments_mean(name: str) -> None:
    lines = run("new", name).text.splitlines()
    assert lines[2] == f"# {name}: {SCHEDULERS[name].summary}."
    assert lines[3] == f"# {SCHEDULERS[name].address}"
    assert max(map(len, lines)) <= 120
    for argument in SCHEDULERS[name].example.splitlines():
        if ":" in argument and not argument.startswith(" "):
            meaning = SCHEDULERS[name].arguments[argument.split(":")[0]]
            assert f"    {argument}  # {meaning}" in lines


@pytest.mark.parametrize("name", SCHEDULERS)
def test_the_address_is_a_page_of_torch_s_documentation(name: str) -> None:
    entry = SCHEDULERS[name]
    assert entry.address.startswith("https://pytorch.org/docs/stable/")
    assert entry.address.endswith((f".{name}", f".{name}.html"))
