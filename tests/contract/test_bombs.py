"""Small specs that could cost minutes or gigabytes are drawn as quickly as others, or refused."""

import json
import pickle
import signal
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from lrviz.commands.lint import linting
from lrviz.commands.lint.linting import Request, iter_linted
from lrviz.drive.plan import plan_run
from lrviz.drive.runs import refuse_too_much, simulate, weigh
from lrviz.errors import MOST_TOLD, Position, Problem, SpecError
from lrviz.linter.engine import lint_run
from lrviz.linter.fix import fix_text
from lrviz.linter.rule import Finding
from lrviz.linter.rules import RULES as ALL_RULES
from lrviz.spec import nodes, refused
from lrviz.spec.assign import split_key
from lrviz.spec.parse import parse_spec
from lrviz.spec.tree import Tree
from lrviz.system.files import write_all
from lrviz.system.writing import write_file
from tests.support.linting import RULES, lint
from tests.support.lrvizrun import LRVIZ, run
from tests.support.slow import slow_but
from tests.support.specs import WriteSpec

STEP = {"StepLR": {"step_size": 4}}
COMMANDS = [
    *(["plot"], ["export"], ["code"], ["batch", "-o", "figures"], ["compare", "spec.yaml"]),
    *(["check", "--baselines", "figures"], ["lint"], ["lint", "--fix"]),
    *(["lint", "--output-format", each] for each in ("json", "github", "sarif")),
    *(["check", "--baselines", "figures", "--output-format", each] for each in ("json", "github")),
]
TOO_DEEP = "leads too deep; a spec is nested at most 20 deep"


def spell(**keys: object) -> str:
    return json.dumps({"epochs": 8, "scheduler": STEP, **keys})


def swept(count: int = 64) -> dict[str, list[float]]:
    return {"optimizer.SGD.lr": [index + 0.5 for index in range(count)]}


def problems(text: str, **options: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        simulate(parse_spec(text, "a.yaml", **options))
    return str(caught.value).splitlines()


def group(count: int = 64) -> dict[str, object]:
    return {"SGD": {"lr": 0.1, "param_groups": [{} for _ in range(count)]}}


def chain(count: int, child: object = STEP) -> dict[str, object]:
    return {"ChainedScheduler": {"schedulers": [child] * count}}


def tell(command: list[str], text: str, folder: Path) -> str:
    """All that a command says of a spec that is wrong."""
    (folder / "spec.yaml").write_text(text)
    (folder / "figures").mkdir(exist_ok=True)
    result = run(command[0], "spec.yaml", *command[1:], cwd=folder)
    assert result.status == 2
    assert "Traceback" not in result.stderr
    return f"{result.text}{result.stderr}".replace("\\n", "\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_tells_50_problems_and_how_many_more(
    command: list[str], tmp_path: Path
) -> None:
    said = tell(command, spell(**{f"key{index}": index for index in range(120)}), tmp_path)
    assert "key49" in said
    assert "key50" not in said
    assert "and 70 more" in said


def test_51_problems_are_50_and_one_more_in_every_process() -> None:
    error = SpecError([Problem("a.yaml", (), f"{n}", Position(n, 1)) for n in range(1, 52)])
    again = pickle.loads(pickle.dumps(error))
    assert len(error.problems) == 51
    assert [str(each) for each in error.told[-2:]] == ["a.yaml:50:1: 50", "a.yaml: and 1 more"]
    assert again.problems == error.problems
    assert str(again) == str(error) == "\n".join(map(str, error.told))


@pytest.mark.parametrize(
    "keys",
    [
        {"lint": {"ignore": [f"word{index}" for index in range(200)]}},
        {f"key{index}": index for index in range(200)},
        {"figure": {f"key{index}": index for index in range(200)}},
        {"figure": {"panels": [f"key{index}" for index in range(200)]}},
        {"optimizer": {"SGD": {"param_groups": [{"lr": "=q"}] * 64, "x": ["=q"] * 136}}},
        {"scheduler": chain(200, "StepLr")},
        {"scheduler": {"LambdaLR": {"lr_lambda": ["q"] * 200}}},
        {"scheduler": "ReduceLROnPlateau", "metric": ["word"] * 200},
    ],
    ids=lambda keys: " ".join(keys)[:20],
)
def test_a_problem_of_all_variants_is_said_once(keys: dict[str, object]) -> None:
    said = problems(spell(**keys, sweep=swept()))
    assert len(said) == MOST_TOLD + 1
    assert said[-1] == "a.yaml: and 150 more"


def count_calls(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> Callable[[], int]:
    """Return what counts the calls of a function from now on, and how many were there."""
    calls = [0]
    original = getattr(owner, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, counted)
    return lambda: calls[0]


def test_many_problems_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = count_calls(monkeypatch, Problem, "__eq__")
    problems(spell(**{f"key{index}": index for index in range(1000)}))
    assert compared() <= 2000


def test_what_a_sweep_leaves_alone_is_not_looked_at_for_every_variant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = count_calls(monkeypatch, refused, "_say")
    problems(spell(lint={"ignore": ["word"] * 100}, sweep=swept()))
    assert looked() == 100


def test_installed_packages_are_asked_for_unknown_names_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = count_calls(monkeypatch, nodes, "list_entry_points")
    problems(spell(scheduler=chain(100, "Unknown")))
    assert asked() == 1


@pytest.mark.parametrize(
    "text",
    [
        spell(scheduler="S" * 100_000),
        spell(optimizer="S" * 100_000),
        spell(scheduler={"StepLR": "x" * 100_000}),
        spell(**{"k" * 900: 1}),
        spell(sweep={"k" * 900: [1]}),
        spell(sweep={"optimizer.SGD." + "k" * 900: [1]}),
        spell(curves={"k" * 900: {}}),
        spell(figure={"style": "x" * 100_000}),
        spell(metric=["x" * 100_000]),
        spell(title=["x"] * 50_000),
        spell(interval=[["x"] * 1_000] * 50),
        "!" + "a" * 100_000 + " b",
    ],
    ids=range(12),
)
def test_what_is_far_too_long_is_quoted_in_short(text: str) -> None:
    assert max(map(len, problems(text))) < 1_000


@pytest.mark.parametrize("parts", [25, 1_200, 100_000])
def test_a_key_path_that_leads_too_deep_is_said_to(parts: int, tmp_path: Path) -> None:
    key = f"scheduler.StepLR.gamma{'.a' * parts}"
    text = f"epochs: 8\nscheduler: {{StepLR: {{step_size: 4}}}}\nsweep:\n  ? {key}\n  : [1, 2]\n"
    (said,) = problems(text)
    assert said.startswith("a.yaml:4:5: sweep.scheduler.StepLR.gamma.a")
    assert said.endswith(TOO_DEEP)
    if parts < 100_000:  # no more fits on a command line
        spec = tmp_path / "spec.yaml"
        spec.write_text(spell())
        for options in (["--set", f"{key}=1"], ["--sweep", f"{key}=[1, 2]"]):
            result = run("plot", spec, *options, cwd=tmp_path)
            (said,) = result.stderr.splitlines()
            assert (result.status, said[:8]) == (2, f"{options[0]} sched"[:8])
            if parts < 1_000 or "--set" in options:  # beyond, it is no key of YAML's flow style
                assert said.endswith(TOO_DEEP)


def test_a_name_with_many_dots_is_one_part_of_a_key_path() -> None:
    name = "v1.0" + ".2" * 90
    tree: Tree = {"curves": {name: {"metric": [1, 2]}}}
    assert split_key(f"curves.{name}.metric.1", tree) == ("curves", name, "metric", 1)


@pytest.mark.parametrize("option", ["--set", "--sweep"])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_a_value_on_the_command_line_is_no_deeper_than_one_in_a_spec(
    option: str, opening: str, write_spec: WriteSpec
) -> None:
    value = opening * 5_000
    given = f"[{value}]" if option == "--sweep" else value
    result = run("plot", write_spec(spell()), option, f"optimizer.SGD.lr={given}")
    assert result.status == 2
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_number_of_an_item_has_any_number_of_digits() -> None:
    milestones = {"MultiStepLR": {"milestones": [1]}}
    (said,) = problems(
        spell(scheduler=milestones, sweep={f"scheduler.MultiStepLR.milestones.{'9' * 900}": [1]})
    )
    assert "no item 999" in said


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200 + "1" + ")" * 200,
        "-" * 400 + "1",
        "<".join(["1"] * 250),
        "1 if 1 else " * 41 + "1",
        "(1 if " * 30 + "1" + " else 1)" * 30,
        "+".join(["1"] * 250),
        "**".join(["1"] * 160),
        "sin(" * 99 + "1" + ")" * 99,
        "min(1," * 70 + "1" + ")" * 70,
        "not " * 120 + "1",
        "[" * 249 + "]" * 249,
        "lambda:" * 70 + "1",
        "a" + ".a" * 240,
        "a" + "()" * 240,
        "9" * 500,
    ],
    ids=lambda text: text[:8],
)
@pytest.mark.parametrize("place", ["expression", "formula", "metric"])
def test_an_expression_of_any_shape_is_a_number_or_one_problem(text: str, place: str) -> None:
    keys: dict[str, object] = {"scheduler": {"LambdaLR": {"lr_lambda": text}}}
    if place == "formula":
        keys = {"scheduler": {"ExponentialLR": {"gamma": f"={text}"}}}
    elif place == "metric":
        keys = {"scheduler": "ReduceLROnPlateau", "metric": {"expression": text}}
    found, wrong = 0, tuple[Problem, ...]()
    try:
        found = simulate(parse_spec(spell(**keys))).lr.size
    except SpecError as error:
        wrong = error.problems
    assert found == 8 or len(wrong) == 1


LIMITS = [
    ({"epochs": 100_000, "scheduler": chain(200)}, "20,000,000 calls"),
    ({"epochs": 100_000, "scheduler": chain(20, chain(10))}, "20,000,000 calls"),
    ({"epochs": 50_000, "curves": {"a": {}, "b": {}}, "scheduler": chain(150)}, "15,000,000 calls"),
    ({"epochs": 50_000, "sweep": swept(3), "scheduler": chain(100)}, "15,000,000 calls"),
    (
        {
            "epochs": 200_000,
            "optimizer": group(),
            "scheduler": {"LambdaLR": {"lr_lambda": "0.5 ** epoch"}},
        },
        "12,800,000 calls",
    ),
    ({"epochs": 10_000, "optimizer": group(), "scheduler": chain(50)}, "32,000,000 points"),
    (
        {
            "epochs": 160_000,
            "optimizer": group(),
            "scheduler": {"OneCycleLR": {"max_lr": 1, "total_steps": 160_001}},
        },
        "20,480,000 points",
    ),
    (
        {
            "epochs": 11,
            "steps_per_epoch": 1_000_000,
            "interval": "epoch",
            "scheduler": "ReduceLROnPlateau",
            "metric": [1],
        },
        "22,000,000 points",
    ),
]


@pytest.mark.parametrize(("keys", "count"), LIMITS, ids=range(len(LIMITS)))
def test_what_schedulers_do_counts_towards_the_limits(keys: dict[str, object], count: str) -> None:
    with pytest.raises(SpecError) as caught:
        refuse_too_much(parse_spec(spell(**keys)))
    (problem,) = caught.value.problems
    most = {"calls": "10,000,000", "points": "20,000,000"}[count.split()[1]]
    assert problem.text.startswith(f"{count} are more than {most}; ")
    assert problem.key[:1] == ("scheduler",)


@pytest.mark.parametrize(
    "keys",
    [
        {"epochs": 10_000_000},
        {"epochs": 50_000, "scheduler": chain(200)},
        {
            "epochs": 5_000_000,
            "scheduler": {"SequentialLR": {"schedulers": [chain(200), STEP], "milestones": [99]}},
        },
        {"epochs": 156_000, "optimizer": group(), "scheduler": {"LambdaLR": {"lr_lambda": "1"}}},
        {"epochs": 300_000, "optimizer": group()},
    ],
    ids=range(5),
)
def test_what_is_below_the_limits_is_let_through(keys: dict[str, object]) -> None:
    refuse_too_much(parse_spec(spell(**keys)))


@pytest.mark.parametrize(
    "scheduler",
    [
        chain(3),
        chain(2, chain(3)),
        {"SequentialLR": {"schedulers": [STEP] * 3, "milestones": [3, 5]}},
        {"SequentialLR": {"schedulers": [chain(2), STEP], "milestones": [5]}},
        chain(2, {"SequentialLR": {"schedulers": [STEP, STEP], "milestones": [4]}}),
    ],
    ids=range(5),
)
def test_the_calls_that_are_counted_are_those_that_torch_makes(
    scheduler: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    (schedule,) = parse_spec(spell(scheduler=scheduler)).schedules
    optimizer, plan = plan_run(schedule)
    counted, _ = weigh(schedule, optimizer, plan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a composite in a SequentialLR, which is called early
        built = _build(plan, optimizer)
    optimizer.step()
    made = count_calls(monkeypatch, torch.optim.lr_scheduler.LRScheduler, "_update_lr")
    for _ in range(schedule.total_calls):
        built.step()
    assert counted == made()


def _build(plan: Any, optimizer: Any) -> Any:
    given = dict(plan.bound.given)
    if plan.children:
        given["schedulers"] = [_build(child, optimizer) for child in plan.children]
    return plan.found.build(optimizer=optimizer, **given)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"scheduler": chain(4_097, "ConstantLR")},
            "scheduler.ChainedScheduler: 4,098 schedulers are more than 4,096",
        ),
        (
            {"scheduler": chain(64, "ConstantLR"), "sweep": swept()},
            "scheduler.ChainedScheduler: 4,160 schedulers are more than 4,096",
        ),
        (
            {"scheduler": {"MultiStepLR": {"milestones": list(range(3_000))}}, "sweep": swept()},
            "sweep: the optimizers and schedulers of all curves, written out, have more than "
            "1,000,000 characters",
        ),
        (
            {
                "scheduler": {"MultiStepLR": {"milestones": list(range(3_000))}},
                "curves": {f"c{index}": {} for index in range(64)},
            },
            "curves: the optimizers and schedulers of all curves, written out, have more than "
            "1,000,000 characters",
        ),
        (
            {"sweep": {f"optimizer.SGD.a{index}": [1] for index in range(65)}},
            "sweep: 65 key paths are more than 64",
        ),
        (
            {"sweep": {f"optimizer.SGD.a{index}": [1, 2] for index in range(64)}},
            "sweep: 1.8e19 curves are more than 64",
        ),
    ],
    ids=range(6),
)
def test_a_sweep_cannot_make_much_of_little(keys: dict[str, object], said: str) -> None:
    (problem,) = problems(spell(**keys))
    assert problem.split(": ", 1)[1] == said


def test_one_schedule_is_held_to_its_own_text_alone() -> None:
    text = spell(scheduler={"MultiStepLR": {"milestones": ["=" + "1 + 0 * " * 30 + "9"] * 900}})
    assert len(text) < 256_000
    assert len(parse_spec(text).schedules) == 1


def test_no_more_rows_are_exported_than_10_million(write_spec: WriteSpec) -> None:
    spec = write_spec(spell(epochs=1, steps_per_epoch=10_000_001, interval="epoch"))
    result = run("export", spec)
    text = f"{spec}: 10,000,001 rows are more than 10,000,000; export a shorter run\n"
    assert (result.status, result.text, result.stderr) == (2, "", text)


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_file_is_written_a_part_at_a_time(
    ending: str, write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = write_spec(spell(epochs=10_000, optimizer=group(3)))
    written: list[int] = []
    original = write_all

    def write(descriptor: int, data: bytes) -> None:
        written.append(len(data))
        original(descriptor, data)

    monkeypatch.setattr("lrviz.system.writing.write_all", write)
    assert run("export", spec, "-o", f"o.{ending}", cwd=tmp_path).status == 0
    data = (tmp_path / f"o.{ending}").read_bytes()
    assert data == run("export", spec, "-f", ending).stdout
    assert sum(written) == len(data)
    assert max(written) < len(data) / 5


def test_a_file_stays_where_a_part_of_the_new_one_cannot_be_made(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"new"
        raise KeyboardInterrupt

    path = tmp_path / "o.csv"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        write_file(path, parts(), overwrite=True)
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def curves(count: int, bad: set[int]) -> str:
    """So many curves whose cosine is too short; a gamma of 1 is fixed to one that grows."""
    return "epochs: 3\ncurves:\n" + "".join(
        f"  c{index}: {{scheduler: {{ExponentialLR: {{gamma: 1.0}}}}}}\n"
        if index in bad
        else f"  c{index}: {{scheduler: {{CosineAnnealingLR: {{T_max: {index + 5}}}}}}}\n"
        for index in range(count)
    )


@pytest.mark.parametrize(
    ("bad", "most"), [(set(), 1), ({40}, 3), ({0, 13, 63}, 8)], ids=["none", "one", "three"]
)
def test_64_curves_are_fixed_together(bad: set[int], most: int) -> None:
    text, linted = curves(64, bad), list[str]()

    def lint_again(changed: str) -> tuple[Finding, ...]:
        linted.append(changed)
        return lint(changed)

    fixed = fix_text(text, lint(text), lint_again, tuple(RULES))
    assert len(linted) <= most
    assert (len(fixed.changes), len(fixed.refusals)) == (64 - len(bad), len(bad))
    assert {each.reason for each in fixed.refusals} <= {"LR902 would be found then"}
    assert fixed.findings == lint(fixed.text)
    again = fix_text(fixed.text, fixed.findings, lint, tuple(RULES))
    assert (again.text, again.changes) == (fixed.text, ())


def test_the_schedulers_of_one_list_are_fixed_together() -> None:
    children = [{"CosineAnnealingLR": {"T_max": 5}} for _ in range(100)]
    sequence = {"schedulers": children, "milestones": [10 * n for n in range(1, 100)]}
    text, linted = spell(epochs=1000, scheduler={"SequentialLR": sequence}), list[str]()

    def lint_again(changed: str) -> tuple[Finding, ...]:
        linted.append(changed)
        return _lint_all(changed)

    fixed = fix_text(text, _lint_all(text), lint_again, tuple(ALL_RULES))
    assert (len(linted), len(fixed.changes), fixed.refusals) == (1, 100, ())
    assert fixed.text == text.replace('"T_max": 5', '"T_max": 10')


def _lint_all(text: str) -> tuple[Finding, ...]:
    return lint_run(simulate(parse_spec(text)), ALL_RULES.values())


def test_what_cannot_be_tried_any_more_is_said() -> None:
    text, linted = curves(64, set(range(64))), list[str]()

    def lint_again(changed: str) -> tuple[Finding, ...]:
        linted.append(changed)
        return lint(changed)

    fixed = fix_text(text, lint(text), lint_again, tuple(RULES), tries=10)
    assert (fixed.text, fixed.changes, len(fixed.refusals), len(linted)) == (text, (), 64, 10)
    reason = "not tried alone, as a spec of this size is linted 10 times at most"
    assert fixed.refusals[-1].reason == reason


def test_a_large_spec_is_linted_for_its_fixes_less_often_than_a_small(
    write_spec: WriteSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_cycle = {"OneCycleLR": {"max_lr": 1, "total_steps": 20_000, "pct_start": 0.001}}
    text = spell(epochs=1_000, curves={f"c{n}": {"scheduler": one_cycle} for n in range(8)})
    monkeypatch.setattr(linting, "MAX_WRITTEN", 4 * len(text))
    monkeypatch.setattr(linting, "lint_run", lambda run, rules, drive: lint_run(run, rules, None))
    driven = count_calls(monkeypatch, linting, "drive_spec")
    (linted,) = iter_linted(Request([str(write_spec(text))], fixes=True))
    assert sum(each.fix is not None for each in linted.refusals) == 8
    assert driven() == 1 + 4


def test_beside_a_figure_50_findings_are_told(write_spec: WriteSpec, tmp_path: Path) -> None:
    each = {f"c{n}": {"scheduler": _cosine(n)} for n in range(60)}
    spec = write_spec(json.dumps({"epochs": 30, "curves": each}))
    result = run("plot", spec, cwd=tmp_path)
    lines = result.stderr.splitlines()
    assert (result.status, len(lines)) == (0, MOST_TOLD + 1)
    assert lines[-1] == f"{spec}: and 10 more"


def _cosine(number: int) -> dict[str, object]:
    return {"CosineAnnealingLR": {"T_max": 5, "eta_min": number * 1e-9}}


@pytest.mark.parametrize("command", slow_but({"plot"}, ["plot", "export", "code", "lint"]))
def test_an_interrupt_ends_a_long_run_at_once(command: str, write_spec: WriteSpec) -> None:
    spec = write_spec(spell(epochs=49_000, scheduler=chain(200)))
    process = subprocess.Popen(
        [*LRVIZ, command, str(spec)], cwd=spec.parent, stdout=subprocess.DEVNULL
    )
    time.sleep(3)  # it is driving by now, or still importing
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
