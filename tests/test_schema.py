"""`lrviz schema` says of a spec what the checks say, before it is saved."""

import json
import re
import subprocess
import sys

import jsonschema
import pytest

import lrviz
from lrviz.catalog import CATALOG, OPTIMIZERS
from lrviz.schema import build_schema
from lrviz.spec.yamltree import parse_yaml
from lrviz.template import spec_template
from tests.lrvizrun import run


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = build_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def errors(validator: jsonschema.Draft202012Validator, text: str) -> list[str]:
    tree, _ = parse_yaml(text)
    return [error.message for error in validator.iter_errors(tree)]


@pytest.mark.parametrize("name", CATALOG)
def test_every_template_is_valid(validator: jsonschema.Draft202012Validator, name: str) -> None:
    assert errors(validator, spec_template(CATALOG[name])) == []


@pytest.mark.parametrize("name", ["StepLR", "timm.CosineLRScheduler"])
def test_a_new_spec_tells_an_editor_of_the_schema(name: str) -> None:
    """The line is the one that yaml-language-server reads; beside the spec lies what it names."""
    first, second, *_ = run("new", name).text.splitlines()
    line = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    command = re.search(r"`lrviz (\S+) > (\S+)`", second)
    assert line is not None
    assert command is not None
    assert line[1] == command[2]
    written = run(command[1]).text
    assert json.loads(written) == build_schema()


WRONG = {
    "no epochs": "{scheduler: {StepLR: {step_size: 1}}}",
    "an unknown key": "{epochs: 4, epoch: 4, scheduler: {StepLR: {step_size: 1}}}",
    "an unknown scheduler": "{epochs: 4, scheduler: {StepLr: {step_size: 1}}}",
    "two schedulers": "{epochs: 4, scheduler: {StepLR: {step_size: 1}, LinearLR: {}}}",
    "a misspelt argument": "{epochs: 4, scheduler: {StepLR: {step_sz: 1, step_size: 1}}}",
    "a missing argument": "{epochs: 4, scheduler: StepLR}",
    "a wrong kind": "{epochs: 4, scheduler: {StepLR: {step_size: a}}}",
    "a wrong choice": "{epochs: 4, scheduler: {SWALR: {swa_lr: 1, anneal_strategy: sin}}}",
    "a float where torch wants an int": (
        "{epochs: 4, scheduler: {OneCycleLR: {max_lr: 1, total_steps: 4.5}}}"
    ),
    "an argument of another optimizer": (
        "{epochs: 4, optimizer: {SGD: {betas: [1, 1]}}, scheduler: LinearLR}"
    ),
    "a wrong child": "{epochs: 4, scheduler: {ChainedScheduler: {schedulers: [{Foo: {}}]}}}",
    "a wrong metric": "{epochs: 4, metric: {expr: 1}, scheduler: ReduceLROnPlateau}",
    "a wrong style": "{epochs: 4, figure: {style: neon}, scheduler: LinearLR}",
    "a wrong code": "{epochs: 4, lint: {ignore: [E501]}, scheduler: LinearLR}",
    "a sweep of the title": "{epochs: 4, sweep: {title: [a]}, scheduler: LinearLR}",
    "a wrong curve": "{epochs: 4, curves: {a: {style: dark}}}",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_checks_refuse_is_invalid(
    validator: jsonschema.Draft202012Validator, name: str
) -> None:
    assert errors(validator, WRONG[name]) != []
    with pytest.raises(lrviz.SpecError):
        lrviz.simulate(lrviz.parse_spec(WRONG[name]))


def test_every_scheduler_and_optimizer_can_be_completed() -> None:
    definitions = build_schema()["$defs"]
    assert isinstance(definitions, dict)
    assert list(definitions["scheduler"]["anyOf"][1]["properties"]) == list(CATALOG)
    assert list(definitions["optimizer"]["anyOf"][1]["properties"]) == list(OPTIMIZERS)


OF_OTHERS = {
    "transformers": [
        "transformers.get_wsd_schedule: {num_warmup_steps: ten, num_decay_steps: 1}",
        "transformers.get_wsd_schedule: {num_decay_steps: 1}",
        "transformers.get_greedy_schedule: {smooth: 1}",
        "transformers.get_reduce_on_plateau_schedule: {mode: least}",
    ],
    "timm": [
        "timm.CosineLRScheduler: {lr_min: low}",
        "timm.WSDLRScheduler: {warmup_t: 4}",
        "timm.TanhLRScheduler: {t_in_epochs: 1}",
    ],
}


@pytest.mark.parametrize("library", OF_OTHERS)
def test_other_libraries_arguments_are_checked_without_importing_them(
    validator: jsonschema.Draft202012Validator, library: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(library)
    for scheduler in OF_OTHERS[library]:
        assert errors(validator, f"{{epochs: 4, scheduler: {{{scheduler}}}}}") != []
    code = (
        "import sys; from lrviz.schema import build_schema; build_schema()\n"
        "print({name.partition('.')[0] for name in sys.modules} & {'transformers', 'timm'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_of_a_library_that_is_not_installed_the_names_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lrviz.drive.declared.find_spec", lambda name: None)
    validator = jsonschema.Draft202012Validator(build_schema())
    spec = "{epochs: 4, scheduler: {timm.CosineLRScheduler: {%s: low}}}"
    assert errors(validator, spec % "lr_min") == []
    assert errors(validator, spec % "lr_mini") != []


def test_a_default_is_torchs_own() -> None:
    definitions = build_schema()["$defs"]
    assert isinstance(definitions, dict)
    steplr = definitions["scheduler"]["anyOf"][1]["properties"]["StepLR"]["anyOf"][0]
    assert steplr["properties"]["gamma"]["default"] == 0.1
    assert steplr["required"] == ["step_size"]


def test_it_is_plain_json() -> None:
    schema = build_schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
