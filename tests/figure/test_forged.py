"""Records that somebody has changed: every field of every kind, to whatever JSON can hold."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from lrviz.check.baselines import Baseline, gather_facts
from lrviz.check.examine import Look, judge
from lrviz.check.output import format_checked
from lrviz.check.verdict import Checked
from lrviz.commands.code.script import write_code
from lrviz.commands.export import export_text
from lrviz.commands.results import drive_spec
from lrviz.draw.fonts import drawing_versions
from lrviz.draw.terminal.picture import draw_terminal
from lrviz.errors import ImageError, SpecError
from lrviz.figure.image import encode_image
from lrviz.figure.record import build_record
from lrviz.figure.stored import parse_record
from lrviz.reading.from_numbers import show_log
from lrviz.reading.sources import Reading, load_named, parse_data
from lrviz.run.driven import Run
from lrviz.run.log import Log, Series
from lrviz.spec.assign import Override
from lrviz.system.annotations import Listing
from tests.support.checking import STEP, check, draw, spoil_record
from tests.support.lrvizrun import run
from tests.support.slow import slow_but
from tests.support.specs import WriteSpec

FACTORY = """\
import torch
from torch.optim.lr_scheduler import ExponentialLR

def make():
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "name": name} for name in "ab"]
    optimizer = torch.optim.AdamW(groups, lr=0.1)
    return ExponentialLR(optimizer, 0.5), optimizer
"""
LAMBDA = "scheduler: {LambdaLR: {lr_lambda: '1'}}"
SPECS = {
    "plain": (
        "{title: A, epochs: 4, optimizer: {SGD: {lr: 0.1, momentum: 0.9}}, "
        "scheduler: {StepLR: {step_size: 2}}, lint: {ignore: [LR001]}, "
        "figure: {panels: [lr, momentum], xlim: [0, 4], size: [4, 3], markers: auto}}"
    ),
    "curves": (
        "{epochs: 4, curves: {a: {scheduler: {StepLR: {step_size: =4 / 2}}}, "
        f"b: {{interval: epoch, {LAMBDA}}}}}}}"
    ),
    "sweep": (
        "{epochs: 4, optimizer: {SGD: {lr: 1, param_groups: [{name: x}, {name: y, lr: 2}]}}, "
        f"{LAMBDA}, sweep: {{scheduler.LambdaLR.lr_lambda: ['1', '0.5 ** epoch']}}}}"
    ),
    "metric": (
        "{epochs: 5, scheduler: {ReduceLROnPlateau: {patience: 0}}, "
        "metric: {csv: losses.csv, column: loss}}"
    ),
    "blocks": "{epochs: 5000, scheduler: {ExponentialLR: {gamma: 0.999}}}",
}
NASTY: tuple[object, ...] = (
    None, True, 0, 1, -1, 1.5, 2**63, 10**400, 1e308, -1e308, 5e-324, float("nan"), float("inf"),
    "x", "", ".nan", "a" * 100_000, "a\0b", "\x1b[2J", "\n::error::x", "\ud800",
    [], {}, [[[0]]], {"a": 1},
)  # fmt: skip
MISSING, EXTRA = object(), object()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("forged")
    (folder / "train.py").write_text(FACTORY)
    (folder / "losses.csv").write_text("loss\n3\n2\n2\n2\n2\n")
    found = {}
    for name, text in SPECS.items():
        source = folder / f"{name}.yaml"
        source.write_text(text)
        found[name] = drive_spec(load_named(str(source)))
    factory = load_named(f"{folder}/train.py:make", Reading([Override("epochs", "5")]))
    found["factory"] = drive_spec(factory)
    points = Series("lr", np.array([1, 5, 9]), np.array([0.1, 0.05, 0.01]))
    found["log"] = drive_spec(show_log(Log("run.csv", "a csv", "step", (points,))))
    return found


def list_places(tree: object, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where every value of a record stands; of long lists the first and last."""
    yield place
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from list_places(value, (*place, key))
    elif isinstance(tree, list):
        for index in sorted({0, len(tree) - 1} if tree else ()):
            yield from list_places(tree[index], (*place, index))


def change(tree: Any, place: tuple[Any, ...], value: object) -> str | None:
    """Return the text of a record with another value in one place; None where there is no such."""
    tree = copy.deepcopy(tree)
    if not place:
        return None if value in (MISSING, EXTRA) else json.dumps(value)
    parent = tree
    for part in place[:-1]:
        parent = parent[part]
    if value is MISSING:
        del parent[place[-1]]
    elif value is EXTRA and isinstance(parent[place[-1]], dict):
        parent[place[-1]]["extra"] = 1
    elif value is EXTRA and isinstance(parent[place[-1]], list):
        parent[place[-1]] += parent[place[-1]][-1:] or [1]
    elif value is EXTRA:
        return None
    else:
        parent[place[-1]] = value
    return json.dumps(tree)


def iter_forged(run: Run) -> Iterator[str]:
    """Yield every changed record."""
    good = json.loads(build_record(run, drawing_versions(["DejaVu Sans"])))
    is_long = run.steps > 1000  # of such a record the numbers are what others have not
    for place in list_places(good):
        for value in (*NASTY, MISSING, EXTRA):
            text = change(good, place, value)
            if text is not None and (not is_long or place[:1] == ("numbers",)):
                yield text


def is_harmless(text: str) -> bool:
    """Whether a text of several lines steers no terminal."""
    return all(c.isprintable() or c == "\n" for c in text)


def look_at(run: Run, text: str) -> bool:
    """Hold a run against a record; return whether there is one."""
    try:
        baseline = Baseline(b"", parse_record(text))
    except ImageError as error:
        baseline = Baseline(b"", unreadable=str(error))
    facts = gather_facts("a.yaml", "a.webp", run, baseline, drive_spec)
    verdict = judge(facts, Look(True))
    assert verdict.outcome in ("match", "differs", "unreadable")
    assert len(verdict.reason) <= 400
    for listing in get_args(Listing):
        told = format_checked(Checked((verdict,)), listing)
        assert is_harmless(told)
        assert "::error::x" not in told.splitlines()
    return baseline.record is not None


def use(text: str) -> None:
    """Do with a figure what can be done with a spec."""
    data = encode_image(np.zeros((1, 1, 4), np.uint8), "png", 100, text)
    spec = parse_data(data, "a.png", Reading(columns=()))
    run = drive_spec(spec)
    for curve in run.curves:
        assert np.isfinite(curve.lr).all()
        assert all(name.isprintable() and len(name) <= 200 for name in curve.groups)
        assert curve.lr.size <= 20_000_000
    table = "".join(islice(export_text(run, "csv"), 100))
    assert is_harmless(table + draw_terminal(run) + str(run))
    assert "::error::x" not in table.splitlines()
    if spec.tree.keys().isdisjoint(("factory", "log")):
        compile(write_code(run), "a.py", "exec")


@pytest.mark.parametrize("name", slow_but({"plain", "metric", "log"}, [*SPECS, "factory", "log"]))
def test_whatever_a_record_is_changed_to_it_is_used_or_refused_in_a_line(
    runs: dict[str, Run], name: str
) -> None:
    seen, counts = set[str](), Counter[str]()
    for text in iter_forged(runs[name]):
        readable = look_at(runs[name], text)
        counts["readable"] += readable
        counts["refused"] += not readable
        if not readable:
            continue
        record = json.loads(text)
        coded = name in ("factory", "log")
        own = [record.get(key) for key in ("numbers", "schedulers") if coded]
        says = json.dumps([record["spec"], own])
        if says not in seen:  # what else a record holds is compared, and not used
            seen.add(says)
            with suppress(SpecError):
                use(text)
                counts["used"] += 1
    assert min(counts["readable"], counts["refused"]) >= 100
    assert counts["used"] >= 1


# What is told of it


def forge(record: dict[str, Any]) -> None:
    record["numbers"]["curves"][0] |= {"steps": 4, "block": 2**63, "lr": [0.001]}


def test_one_forged_figure_is_unreadable_and_the_others_are_judged(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    draw(STEP, tmp_path, "other")
    spoil_record(figures / "other.webp", forge)
    other, match = check(spec.parent, figures).verdicts
    assert (match.outcome, match.exit_status) == ("match", 0)
    assert (other.outcome, other.exit_status) == ("unreadable", 1)
    assert other.reason == "its numbers are damaged: block: does not fit the numbers"


@pytest.mark.parametrize("command", [("export",), ("code",), ("plot", "--terminal"), ("lint",)])
@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (("numbers", "curves", 0, "lr"), [None, None], "numbers are damaged: lr: not finite"),
        (
            ("numbers", "curves", 0, "groups"),
            ["a" * 100_000, "b"],
            "numbers are damaged: groups: not the names of param groups",
        ),
        (
            ("numbers", "curves", 0, "groups"),
            ["\x1b[2J", "b"],
            "numbers are damaged: groups: not the names of param groups",
        ),
        (("spec", "title"), "\0", "record is damaged: spec: a control character"),
        (
            ("spec", "sweep"),
            {"optimizer.SGD.lr": ["\0"]},
            "record is damaged: spec: a control character",
        ),
        (("versions", "torch"), "\x1b", "record is damaged: versions: not text"),
        (("versions", "fonts"), ["a" * 201], "record is damaged: versions: not text"),
        (("schedulers",), [], "record is damaged: schedulers: not one for every curve"),
        (
            ("schedulers", 0, "calls"),
            10_000_001,
            "record is damaged: schedulers: not the calls and values of a run",
        ),
        (("schedulers", 0, "name"), "a" * 201, "record is damaged: schedulers: not plain data"),
        (("schedulers", 0, "name"), "\x1b", "record is damaged: schedulers: not plain data"),
    ],
)
def test_a_factorys_figure_is_held_to_the_limits_of_a_spec(
    runs: dict[str, Run],
    tmp_path: Path,
    command: tuple[str, ...],
    place: tuple[Any, ...],
    value: object,
    reason: str,
) -> None:
    good = json.loads(build_record(runs["factory"], {}))
    text = change(good, place, value) or ""
    data = encode_image(np.zeros((1, 1, 4), np.uint8), "png", 100, text)
    (tmp_path / "a.png").write_bytes(data)
    done = run(*command, "a.png", cwd=tmp_path)
    assert done.status == 2
    told, other = (done.text, done.stderr) if command == ("lint",) else (done.stderr, done.text)
    assert told == f"a.png: its {reason}\n"
    assert other in ("", "1 spec: 1 wrong\n")


def test_a_label_is_one_line_whatever_is_swept(write_spec: WriteSpec) -> None:
    """It stands in a comment of the script that `code` writes."""
    text = '{epochs: 2, scheduler: {LambdaLR: {lr_lambda: "1"}}, sweep: {lr_lambda: ["1", "2\\n"]}}'
    spec = load_named(
        str(write_spec(text.replace("lr_lambda: [", "scheduler.LambdaLR.lr_lambda: [")))
    )
    assert [each.label for each in spec.schedules] == ["lr_lambda 1", 'lr_lambda "2\\n"']
