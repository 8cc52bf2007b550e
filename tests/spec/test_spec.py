"""A spec is checked in one pass: shape, kinds and names, with every problem in its place."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.errors import SpecError
from lrviz.reading.metricfile import with_metrics
from lrviz.spec import parse as schedules
from lrviz.spec.catalog import OPTIMIZERS, SCHEDULERS
from lrviz.spec.keys import Shape, read_shape
from lrviz.spec.length import Length
from lrviz.spec.model import Node, Spec
from lrviz.spec.origin import Problems, Source
from lrviz.spec.parse import parse_spec, parse_tree
from lrviz.spec.style import styles
from lrviz.spec.tree import MetricCsv, MetricExpression, Tree
from lrviz.system.files import Reads

STEP = {"StepLR": {"step_size": 4}}
SMALL: dict[str, Any] = {"epochs": 4, "scheduler": STEP}


def spec_of(**tree: Any) -> Spec:
    return parse_tree({**SMALL, **tree}, Source())


def problems(tree: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        parse_tree(tree, Source("a"))
    return [line.removeprefix("a: ") for line in str(caught.value).splitlines()]


def problem(**tree: Any) -> str:
    (only,) = problems({**SMALL, **tree})
    return only


def test_what_is_left_out_has_these_values() -> None:
    spec = spec_of()
    assert spec.title is None
    assert spec.steps_per_epoch == 1
    assert spec.interval == "step"
    assert spec.optimizer == Node("SGD", ("optimizer", "SGD"), {"lr": 1e-3})
    assert spec.metric is None
    assert spec.lint.ignore == ()
    figure = spec.figure
    assert figure.style == styles()["article"]
    assert (figure.size, figure.dpi, figure.xlim, figure.ylim) == (None, None, None, None)
    assert (figure.x, figure.yscale, figure.panels) == ("step", "linear", ("lr",))
    assert (figure.xlabel, figure.ylabel, figure.legend, figure.grid) == (None,) * 4
    assert figure.markers == "auto"
    assert (figure.inches, figure.pixels_an_inch) == ((10, 5), 100)


def test_every_key_is_read() -> None:
    text = """\
title: Warm-up, then cosine
epochs: 4
steps_per_epoch: 8
interval: epoch
optimizer:
  AdamW:
    lr: 1e-3
    param_groups:
      - {name: backbone, lr: 1e-4}
      - {name: head}
scheduler:
  SequentialLR:
    schedulers:
      - LinearLR: {start_factor: 0.1, total_iters: 8}
      - CosineAnnealingLR: {T_max: =total_calls - 8, eta_min: 1e-6}
    milestones: [8]
metric: [0.9, 0.7, .nan]
figure:
  style: article
  size: [8, 4.5]
  dpi: 150
  x: epoch
  yscale: log
  xlim: [0, 4]
  ylim: [1e-6, 1]
  xlabel: Epochs
  ylabel: Rate
  panels: [lr, momentum, weight_decay]
  markers: false
  legend: true
  grid: false
lint: {ignore: [LR012]}
"""
    spec = parse_spec(text)
    at = ("scheduler", "SequentialLR")
    assert spec.title == "Warm-up, then cosine"
    assert (spec.epochs, spec.steps_per_epoch, spec.interval) == (4, 8, "epoch")
    assert (spec.total_steps, spec.total_calls) == (32, 4)
    groups: tuple[dict[str, Tree], ...] = ({"name": "backbone", "lr": 1e-4}, {"name": "head"})
    assert spec.optimizer == Node("AdamW", ("optimizer", "AdamW"), {"lr": 1e-3}, groups=groups)
    linear = {"start_factor": 0.1, "total_iters": 8}
    cosine: dict[str, Tree] = {"T_max": "=total_calls - 8", "eta_min": 1e-6}
    children = (
        Node("LinearLR", (*at, "schedulers", 0, "LinearLR"), linear),
        Node("CosineAnnealingLR", (*at, "schedulers", 1, "CosineAnnealingLR"), cosine),
    )
    assert spec.scheduler == Node("SequentialLR", at, {"milestones": [8]}, children)
    assert isinstance(spec.metric, tuple)
    assert spec.metric[:2] == (0.9, 0.7)
    assert math.isnan(spec.metric[2])
    figure = spec.figure
    assert (figure.inches, figure.pixels_an_inch) == ((8, 4.5), 150)
    assert (figure.x, figure.yscale, figure.xlim, figure.ylim) == (
        "epoch",
        "log",
        (0, 4),
        (1e-6, 1),
    )
    assert (figure.xlabel, figure.ylabel) == ("Epochs", "Rate")
    assert figure.panels == ("lr", "momentum", "weight_decay")
    assert (figure.markers, figure.legend, figure.grid) == (False, True, False)
    assert spec.lint.ignore == ("LR012",)


def test_the_totals_are_what_formulas_may_name() -> None:
    spec = spec_of(steps_per_epoch=8, interval="epoch")
    assert dict(spec.schedules[0].totals) == {
        "epochs": 4.0,
        "steps_per_epoch": 8.0,
        "total_steps": 32.0,
        "total_calls": 4.0,
    }


@pytest.mark.parametrize("tree", ["SWALR", {"SWALR": {}}, {"SWALR": None}])
def test_a_bare_name_is_a_scheduler_without_arguments(tree: Any) -> None:
    spec = spec_of(scheduler=tree)
    assert (spec.scheduler.name, dict(spec.scheduler.arguments)) == ("SWALR", {})


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_of_the_catalog_is_known(name: str) -> None:
    children = {"schedulers": [STEP]} if name in ("SequentialLR", "ChainedScheduler") else {}
    assert spec_of(scheduler={name: children}).scheduler.name == name


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_of_the_catalog_is_known(name: str) -> None:
    assert spec_of(optimizer=name).optimizer.name == name


def test_a_metric_is_a_list_an_expression_or_a_column() -> None:
    assert spec_of(metric=[1, 0.5]).metric == (1.0, 0.5)
    assert spec_of(metric={"expression": "exp(-step)"}).metric == MetricExpression("exp(-step)")
    assert spec_of(metric={"expression": 1}).metric == MetricExpression("1")
    assert spec_of(metric={"csv": "a.csv", "column": "x"}).metric == MetricCsv("a.csv", "x")


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"epochs": 0}, "epochs: must be at least 1, got 0"),
    ({"epochs": True}, "epochs: must be a number of epochs, got true"),
    ({"epochs": "4"}, "epochs: must be a number of epochs, got '4'; write 4, without quotes"),
    ({"epochs": math.inf}, "epochs: must be a number of epochs, got .inf"),
    ({"steps_per_epoch": -1}, "steps_per_epoch: must be at least 1, got -1"),
    ({"steps_per_epoch": None}, "steps_per_epoch: must be a whole number, got null"),
    ({"interval": "batch"}, "interval: must be one of step, epoch, got 'batch'"),
    ({"title": 5}, "title: must be a text, got 5"),
    ({"title": "x" * 201}, "title: longer than 200 characters"),
    ({"title": "a\x1b[31m"}, "title: must not contain control characters"),
    ({"epoch": 4}, "epoch: no such key; did you mean 'epochs'?"),
    (
        {"scheduler": {"CosineAnealingLR": {}}},
        "scheduler: unknown scheduler 'CosineAnealingLR'; did you mean 'CosineAnnealingLR'?",
    ),
    ({"optimizer": "adamw"}, "optimizer: unknown optimizer 'adamw'; did you mean 'AdamW'?"),
    ({"scheduler": None}, "scheduler: must name one scheduler, as `Name: {arguments}`, got null"),
    (
        {"scheduler": {"StepLR": {}, "SWALR": {}}},
        "scheduler: must name one scheduler, as `Name: {arguments}`, got 2 keys; write scheduler: "
        "{SequentialLR: {schedulers: [{StepLR: {}}, {SWALR: {}}], milestones: […]}}, or "
        "ChainedScheduler, in which all act at once",
    ),
    (
        {"scheduler": {"StepLR": 4}},
        "scheduler.StepLR: must be a mapping of arguments, got 4; "
        "write scheduler: {StepLR: {step_size: 4}}",
    ),
    (
        {"scheduler": {"step_size": 3}},
        "scheduler.step_size: names no scheduler; "
        "arguments stand below its name, as `StepLR: {step_size: …}`",
    ),
    (
        {"optimizer": {"lr": 0.1}},
        "optimizer.lr: names no optimizer; arguments stand below its name, as `SGD: {lr: …}`",
    ),
    (
        {"scheduler": {"StepLR": {"step_size": {}}}},
        "scheduler.StepLR.step_size: must be a value or a list, got a mapping",
    ),
    (
        {"scheduler": {"StepLR": {"step_size": 1, "optimizer": "SGD"}}},
        "scheduler.StepLR.optimizer: "
        "is not an argument here; a spec's `optimizer` stands at its top",
    ),
    (
        {"scheduler": {"StepLR": {"step_size": 1, "last_epoch": 4}}},
        "scheduler.StepLR.last_epoch: is not an argument here; a schedule is drawn from its start",
    ),
    (
        {"scheduler": {"StepLR": {"step_size": 1, "verbose": True}}},
        "scheduler.StepLR.verbose: is not an argument here; torch has dropped it",
    ),
    (
        {"optimizer": {"SGD": {"params": []}}},
        "optimizer.SGD.params: is not an argument here; lrviz makes the parameters",
    ),
    (
        {"scheduler": "SequentialLR"},
        "scheduler: schedulers is missing; give it a list of schedulers",
    ),
    (
        {"scheduler": {"ChainedScheduler": {"schedulers": []}}},
        "scheduler.ChainedScheduler.schedulers: must be a list of schedulers, got []",
    ),
    (
        {"scheduler": {"ChainedScheduler": {"schedulers": [STEP, 5]}}},
        "scheduler.ChainedScheduler.schedulers.1: "
        "must name one scheduler, as `Name: {arguments}`, got 5",
    ),
    (
        {"scheduler": {"StepLR": {"step_size": "=epocs"}}},
        "scheduler.StepLR.step_size: unknown name 'epocs' "
        "(known: e, epochs, lr, pi, steps_per_epoch, total_calls, total_steps)",
    ),
    (
        {"optimizer": {"SGD": {"lr": "=lr"}}},
        "optimizer.SGD.lr: unknown name 'lr' "
        "(known: e, epochs, pi, steps_per_epoch, total_calls, total_steps)",
    ),
    (
        {"scheduler": {"MultiStepLR": {"milestones": [8, "=min(1"]}}},
        "scheduler.MultiStepLR.milestones.1: unbalanced parentheses in 'min(1'; quote the formula",
    ),
    (
        {"scheduler": {"LambdaLR": {"lr_lambda": "x"}}},
        "scheduler.LambdaLR.lr_lambda: unknown name 'x' "
        "(known: call, e, epoch, epochs, pi, step, steps_per_epoch, total_calls, total_steps); "
        "write epoch",
    ),
    (
        {"scheduler": {"LambdaLR": {"lr_lambda": ["1", True]}}},
        "scheduler.LambdaLR.lr_lambda.1: must be an expression in epoch, got true",
    ),
    (
        {"scheduler": {"StepLR": {"step_size": "x" * 201}}},
        "scheduler.StepLR.step_size: longer than 200 characters",
    ),
    (
        {"optimizer": {"SGD": {"param_groups": 4}}},
        "optimizer.SGD.param_groups: must be a list of mappings, one a param group",
    ),
    (
        {"optimizer": {"SGD": {"param_groups": [{}] * 65}}},
        "optimizer.SGD.param_groups: 65 param groups are more than 64",
    ),
    (
        {"optimizer": {"SGD": {"param_groups": [{"name": "a"}, {"name": "a"}]}}},
        "optimizer.SGD.param_groups.1.name: 'a' is group 0's name already",
    ),
    (
        {"optimizer": {"SGD": {"param_groups": [{"name": 4}]}}},
        "optimizer.SGD.param_groups.0.name: must be a text of at most 200 characters",
    ),
    ({"metric": []}, "metric: must have 1 to 16,384 values, got 0"),
    ({"metric": [1] * 16_385}, "metric: must have 1 to 16,384 values, got 16385"),
    ({"metric": [1, "x"]}, "metric.1: must be a number, got 'x'"),
    (
        {"metric": 4},
        "metric: must be a list of numbers, `{expression: …}` in `step`, "
        "or `{csv: FILE, column: NAME}`",
    ),
    (
        {"metric": {"expression": "epoch"}},
        "metric.expression: unknown name 'epoch' "
        "(known: call, e, epochs, pi, step, steps_per_epoch, total_calls, total_steps)",
    ),
    ({"figure": 4}, "figure: must be a mapping, got 4"),
    ({"figure": {"style": "articel"}}, "figure.style: no style 'articel'; did you mean 'article'?"),
    ({"figure": {"stile": 4}}, "figure.stile: no such key; did you mean 'style'?"),
    ({"metric": [10**400]}, "metric.0: a number beyond 64 bits"),
    (
        {"scheduler": {"SWALR": {"swa_lr": -(2**63)}}},
        "scheduler.SWALR.swa_lr: a number beyond 64 bits",
    ),
    ({"figure": {"size": 5}}, "figure.size: must be a list, width and height in inches, got 5"),
    (
        {"figure": {"size": [5]}},
        "figure.size: must be a list of 2 numbers, width and height in inches, got [5]",
    ),
    (
        {"figure": {"size": [8, 5, 1]}},
        "figure.size: must be a list of 2, width and height in inches, got [8, 5, 1]",
    ),
    ({"figure": {"size": [5, 0]}}, "figure.size.1: must be more than 0 inches, got 0"),
    ({"figure": {"size": ["8in", 5]}}, "figure.size.0: must be a number of inches, got '8in'"),
    (
        {"figure": {"size": [1920, 1080], "dpi": 96}},
        "figure.size: [1920, 1080] inches are 184320 x 103680 pixels at dpi 96, more than 16,383 a "
        "side or 16,000,000 in all; for 1920 x 1080 pixels write [20, 11.25]",
    ),
    (
        {"figure": {"dpi": 600}},  # of the 10 by 5 inches of the article
        "figure.dpi: [10, 5] inches are 6000 x 3000 pixels at dpi 600, more than 16,383 a side or "
        "16,000,000 in all",
    ),
    (
        {"figure": {"dpi": "100"}},
        "figure.dpi: must be a number of pixels an inch, got '100'; write 100, without quotes",
    ),
    ({"figure": {"font_size": "12pt"}}, "figure.font_size: must be a number of points, got '12pt'"),
    ({"figure": {"font_size": 0.5}}, "figure.font_size: must be at least 1 point, got 0.5"),
    ({"figure": {"font_size": 101}}, "figure.font_size: must be at most 100 points, got 101"),
    (
        {"figure": {"transparent": 1}},
        "figure.transparent: must be true or false, got 1; write true",
    ),
    ({"figure": {"svg_text": "font"}}, "figure.svg_text: must be one of paths, text, got 'font'"),
    ({"figure": {"dpi": math.inf}}, "figure.dpi: must be finite, got .inf"),
    (
        {"figure": {"x": "steps"}},
        "figure.x: must be one of step, epoch, got 'steps'; did you mean 'step'?",
    ),
    ({"figure": {"panels": ["lr", "momentum", "lr"]}}, "figure.panels: has lr twice"),
    ({"figure": {"panels": []}}, "figure.panels: must be a list of at least 1, got []"),
    (
        {"figure": {"panels": ["lr", "beta"]}},
        "figure.panels.1: must be one of lr, momentum, weight_decay, metric, got 'beta'",
    ),
    ({"figure": {"markers": 1}}, "figure.markers: must be auto, true or false, got 1; write true"),
    ({"figure": {"grid": "on"}}, "figure.grid: must be true or false, got 'on'; write true"),
    ({"figure": {"xlabel": "x" * 201}}, "figure.xlabel: longer than 200 characters"),
    ({"lint": {"ignore": ["on"]}}, "lint.ignore.0: must be the code of a rule, as LR012, got 'on'"),
    (
        {"figure": {"style": {"colors": ["red"]}}},
        "figure.style.colors.0: must be a color, as '#1f77b4' (lower case), got 'red'",
    ),
)


@pytest.mark.parametrize(("tree", "message"), WRONG)
def test_what_is_wrong_is_said(tree: dict[str, Any], message: str) -> None:
    assert problem(**tree) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.yaml: empty; a spec needs `epochs` and `scheduler`"),
        ("[1]", "a.yaml:1:1: must be a mapping of keys, got a list"),
        ("StepLR", "a.yaml:1:1: must be a mapping of keys, got 'StepLR'"),
        ("epochs: 4\n", "a.yaml:1:1: scheduler is missing"),
        ("scheduler: SWALR\n", "a.yaml:1:1: epochs is missing"),
        ("a: [1, 2\n", "a.yaml:2:1: not YAML: expected ',' or ']'"),
        ("epochs: 1\nepochs: 2\n", "a.yaml:2:1: epochs: given twice (first at line 1)"),
    ],
)
def test_a_text_that_holds_no_spec_is_said(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "a.yaml")
    assert str(caught.value) == message


def test_all_that_is_wrong_is_said_at_once_and_in_file_order() -> None:
    text = """\
metric: [1, x, y]
figure:
  dpi: high
  size: [1, two]
scheduler:
  SequentialLR:
    schedulers: [{StepLR: {step_size: =a}}, NoLR]
    milestones: [8]
optimizer: {NoSGD: {}}
stepz: 8
epochs: none
"""
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "a.yaml")
    places = [str(each).split(": ")[:2] for each in caught.value.problems]
    at = "scheduler.SequentialLR.schedulers"
    assert places == [
        ["a.yaml:1:13", "metric.1"],
        ["a.yaml:1:16", "metric.2"],
        ["a.yaml:3:3", "figure.dpi"],
        ["a.yaml:4:13", "figure.size.1"],
        ["a.yaml:7:28", f"{at}.0.StepLR.step_size"],
        ["a.yaml:7:45", f"{at}.1"],
        ["a.yaml:9:1", "optimizer"],
        ["a.yaml:10:1", "stepz"],
        ["a.yaml:11:1", "epochs"],
    ]


def test_what_is_missing_stands_at_its_parent() -> None:
    text = "epochs: 4\nscheduler:\n  ChainedScheduler:\n    x: 1\n"
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "a.yaml")
    (missing,) = caught.value.problems
    assert str(missing) == (
        "a.yaml:3:3: scheduler.ChainedScheduler: "
        "schedulers is missing; give it a list of schedulers"
    )


THREE: dict[str, Any] = {"SGD": {"param_groups": [{}, {}, {}]}}


@pytest.mark.parametrize(
    ("inside", "outside", "message"),
    [
        (
            {"epochs": 10_000_000},
            {"epochs": 10_000_001},
            "epochs: 10,000,001 calls are more than 10,000,000",
        ),
        (
            {"epochs": 5_000, "steps_per_epoch": 2_000},
            {"epochs": 5_001, "steps_per_epoch": 2_000},
            "epochs: 10,002,000 calls are more than 10,000,000",
        ),
        (
            {"epochs": 10_000, "steps_per_epoch": 2_000, "interval": "epoch"},
            {"epochs": 10_001, "steps_per_epoch": 2_000, "interval": "epoch"},
            "epochs: 20,002,000 points are more than 20,000,000",
        ),
        (
            {"epochs": 6_666_666, "optimizer": THREE},
            {"epochs": 6_666_667, "optimizer": THREE},
            "epochs: 20,000,001 points are more than 20,000,000",
        ),
        (
            {"optimizer": {"SGD": {"param_groups": [{}] * 64}}},
            {"optimizer": {"SGD": {"param_groups": [{}] * 65}}},
            "optimizer.SGD.param_groups: 65 param groups are more than 64",
        ),
        ({"title": "x" * 200}, {"title": "x" * 201}, "title: longer than 200 characters"),
        (
            {"metric": [1] * 16_384},
            {"metric": [1] * 16_385},
            "metric: must have 1 to 16,384 values, got 16385",
        ),
        (
            {"figure": {"size": [40, 40], "dpi": 100}},
            {"figure": {"size": [40, 40.01], "dpi": 100}},
            "figure.size: [40, 40.01] inches are 4000 x 4001 pixels at dpi 100, more than 16,383 a "
            "side or 16,000,000 in all",
        ),
        (
            {"figure": {"size": [163.83, 1], "dpi": 100}},
            {"figure": {"size": [163.84, 1], "dpi": 100}},
            "figure.size: [163.84, 1] inches are 16384 x 100 pixels at dpi 100, more than 16,383 a "
            "side or 16,000,000 in all",
        ),
        (
            {"figure": {"size": [0.01, 0.01], "dpi": 100}},
            {"figure": {"size": [0.001, 1], "dpi": 100}},
            "figure.size: [0.001, 1] inches are less than a pixel at dpi 100",
        ),
        (
            {"scheduler": {"LambdaLR": {"lr_lambda": "1" + " " * 499}}},
            {"scheduler": {"LambdaLR": {"lr_lambda": "1" + " " * 500}}},
            "scheduler.LambdaLR.lr_lambda: longer than 500 characters",
        ),
    ],
)
def test_a_limit_is_the_last_that_is_allowed(
    inside: dict[str, Any], outside: dict[str, Any], message: str
) -> None:
    assert isinstance(spec_of(**inside), Spec)
    assert problem(**outside) == message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("epochs: 4\nscheduler: SWALR\n", "# c\nscheduler: SWALR\nepochs: 4.0\n"),
        (
            "{epochs: 4, scheduler: SWALR, metric: [.nan]}",
            "{epochs: 4, scheduler: SWALR, metric: [.NaN]}",
        ),
        (
            "{epochs: 4, scheduler: {SWALR: {swa_lr: 1}}}",
            "{epochs: 4, scheduler: {SWALR: {swa_lr: 1.0}}}",
        ),
        (
            "{epochs: 4, scheduler: {SWALR: {swa_lr: 1e-3}}}",
            "{epochs: 4, scheduler: {SWALR: {swa_lr: 0.001}}}",
        ),
    ],
)
def test_specs_are_equal_where_their_values_are(one: str, other: str) -> None:
    assert parse_spec(one) == parse_spec(other)
    assert hash(parse_spec(one)) == hash(parse_spec(other))


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 5},
        {"title": "x"},
        {"steps_per_epoch": 1},
        {"scheduler": {"StepLR": {"step_size": "=4"}}},
        {"scheduler": {"StepLR": {"step_size": True}}},
        {"figure": {}},
    ],
)
def test_specs_differ_where_a_key_does(change: dict[str, Any]) -> None:
    assert spec_of() != spec_of(**change)


def test_true_is_not_one() -> None:
    one, true = ({"StepLR": {"step_size": each}} for each in (1, True))
    assert spec_of(scheduler=one) != spec_of(scheduler=true)


def test_the_order_of_a_list_counts() -> None:
    assert spec_of(metric=[1, 2]) != spec_of(metric=[2, 1])


def test_a_canonical_spec_holds_only_what_was_given() -> None:
    assert spec_of().canonical == {"epochs": 4, "scheduler": STEP}
    formula = {"StepLR": {"step_size": "=epochs / 2"}}
    assert spec_of(scheduler=formula).canonical["scheduler"] == formula


def test_a_canonical_style_is_its_values() -> None:
    canonical = spec_of(figure={"style": "article", "dpi": 50}).canonical
    figure = canonical["figure"]
    assert isinstance(figure, dict)
    style = figure["style"]
    assert isinstance(style, dict)
    assert (style["size"], style["dpi"], style["title"]) == ([10, 5], 100, "own")
    assert figure["dpi"] == 50


def test_a_canonical_spec_stands_for_itself() -> None:
    spec = spec_of(figure={"style": "article"}, metric=[1, math.nan], title="x")
    again = parse_tree(spec.canonical, Source())
    assert again == spec
    assert again.canonical.keys() == spec.canonical.keys()
    assert again.figure == spec.figure


def test_a_metric_read_from_a_csv_stands_in_the_canonical_spec(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n0.5\n")
    spec = with_metrics(spec_of(metric={"csv": "a.csv", "column": "x"}), tmp_path, Reads())
    assert spec.metric == (1.0, 0.5)
    assert spec.canonical["metric"] == [1.0, 0.5]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**63, 0, 1]),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["StepLR", "SGD", "=lr", "=1", "article", "step", "epoch", "SequentialLR"]),
)
KEYS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(
        (
            *("title", "epochs", "steps_per_epoch", "interval", "optimizer", "scheduler"),
            *("metric", "figure", "lint", "style", "size", "dpi", "x", "yscale", "xlim", "ylim"),
            *("panels", "markers", "legend", "ignore", "expression", "csv", "column", "StepLR"),
            *("SGD", "SequentialLR", "schedulers", "milestones", "param_groups", "name", "lr"),
            *("step_size", "lr_lambda", "LambdaLR", "colors", "fonts", "linestyles"),
        )
    ),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TOPS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("title", "epochs", "steps_per_epoch", "interval", "metric"), TREES),
        "optimizer": TREES | st.fixed_dictionaries({"SGD": TREES}),
        "scheduler": st.one_of(
            TREES,
            st.sampled_from(["LambdaLR", "StepLR", "SequentialLR"]).flatmap(
                lambda name: st.fixed_dictionaries({name: TREES})
            ),
            st.fixed_dictionaries(
                {"SequentialLR": st.fixed_dictionaries({"schedulers": st.lists(TREES)})}
            ),
        ),
        "figure": st.dictionaries(KEYS, TREES, max_size=4) | TREES,
        "lint": st.fixed_dictionaries({"ignore": TREES}) | TREES,
    },
)


def refused(tree: Any) -> SpecError | None:
    try:
        parse_tree(tree, Source())
    except SpecError as error:
        return error
    return None


def test_plain_data_is_as_deep_as_yaml_at_most() -> None:
    deep: Any = 1
    for _ in range(19):
        deep = [deep]
    assert problem(metric=deep) == "metric.0: must be a number, got " + "[" * 18 + "1" + "]" * 18
    deep = [deep]
    assert problem(metric=deep).endswith("nested more than 20 deep")


@given(TOPS | TREES)
def test_any_tree_is_a_spec_or_a_spec_error(tree: Any) -> None:
    error = refused(tree)
    if error is not None:
        assert all(each.text for each in error.problems)


@given(
    st.sampled_from(["title", "steps_per_epoch", "metric", "figure", "lint", "optimizer"]), TREES
)
def test_any_value_of_a_key_is_right_or_said_at_that_key(key: str, value: Any) -> None:
    tree: Mapping[str, Any] = {**SMALL, key: value}
    error = refused(tree)
    if error is not None:
        assert {each.key[0] for each in error.problems} <= {key, "epochs"}


@pytest.mark.parametrize(
    ("keys", "times"),
    [
        ({}, 1),
        ({"sweep": {"scheduler.StepLR.gamma": [0.1, 0.2, 0.3]}}, 1),
        ({"sweep": {"epochs": [2, 4, 8]}}, 4),
    ],
    ids=["plain", "sweep", "sweep of lengths"],
)
def test_the_keys_of_a_spec_are_checked_once_and_a_swept_length_for_every_value(
    keys: dict[str, Any], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[object] = []

    def counted(tree: dict[str, Tree], found: Problems) -> tuple[Shape | None, Length | None]:
        checked.append(tree)
        return read_shape(tree, found)

    monkeypatch.setattr(schedules, "read_shape", counted)
    spec_of(**keys)
    assert len(checked) == times
