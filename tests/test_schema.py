"""`lrviz schema` says of a spec what the checks say, before it is saved."""

import json
from pathlib import Path

import jsonschema
import pytest

import lrviz
from lrviz.catalog import CATALOG, OPTIMIZERS, SCHEDULERS
from lrviz.schema import build_schema
from lrviz.spec.yamltree import parse_yaml
from lrviz.template import spec_template

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = build_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def errors(validator: jsonschema.Draft202012Validator, text: str) -> list[str]:
    tree, _ = parse_yaml(text)
    return [error.message for error in validator.iter_errors(tree)]


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_config_is_valid(validator: jsonschema.Draft202012Validator, path: Path) -> None:
    assert errors(validator, path.read_text("utf-8")) == []


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_template_is_valid(validator: jsonschema.Draft202012Validator, name: str) -> None:
    assert errors(validator, spec_template(SCHEDULERS[name])) == []


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_what_a_figure_stores_is_valid(
    validator: jsonschema.Draft202012Validator, path: Path
) -> None:
    assert list(validator.iter_errors(lrviz.load(path).canonical)) == []


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


def test_a_default_is_torchs_own() -> None:
    definitions = build_schema()["$defs"]
    assert isinstance(definitions, dict)
    steplr = definitions["scheduler"]["anyOf"][1]["properties"]["StepLR"]["anyOf"][0]
    assert steplr["properties"]["gamma"]["default"] == 0.1
    assert steplr["required"] == ["step_size"]


def test_it_is_plain_json() -> None:
    schema = build_schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
