"""Resuming: into another schedule, what code builds, where a run is stopped, and what fails."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn, optim
from torch.optim.lr_scheduler import LambdaLR, LinearLR, LRScheduler, StepLR

import lrviz
from lrviz.drive import resuming, stops
from lrviz.errors import SpecError, UsageError
from lrviz.run.resumed import STATELESS, WAYS, Resumed
from lrviz.spec.catalog import THIRD_PARTY
from lrviz.spec.model import Spec

HEAD = "optimizer: {SGD: {lr: 0.1}}\n"


def parse(scheduler: str, length: str = "steps: 30", head: str = HEAD) -> Spec:
    return lrviz.parse_spec(f"{length}\n{head}scheduler: {{{scheduler}}}\n")


def verdicts(rows: Sequence[Resumed]) -> dict[str, str]:
    return {row.way: row.verdict for row in rows}


def both(rows: Sequence[Resumed]) -> Resumed:
    return next(row for row in rows if row.way == "both")


# Into a longer run


@pytest.mark.parametrize(
    ("old", "new", "last", "restored"),
    [
        (
            "CosineAnnealingLR: {T_max: 30}",
            "CosineAnnealingLR: {T_max: 60}",
            0.0997,
            ("CosineAnnealingLR.T_max", 60, 30),
        ),
        (
            "PolynomialLR: {total_iters: 30}",
            "PolynomialLR: {total_iters: 60}",
            0.0,
            ("PolynomialLR.total_iters", 60, 30),
        ),
        (
            "MultiStepLR: {milestones: [6, 24]}",
            "MultiStepLR: {milestones: [12, 48, 48]}",
            0.001,
            ("MultiStepLR.milestones", [12, 48, 48], [6, 24]),
        ),
    ],
)
def test_loading_into_a_longer_schedule_brings_back_the_old_arguments(
    old: str, new: str, last: float, restored: tuple[str, object, object]
) -> None:
    row = both(lrviz.resume(parse(old), at=20, into=parse(new, "steps: 60")))
    assert (row.verdict, row.steps, row.recovers) == ("wrong", 40, None)
    assert row.curve is not None
    assert row.curve.lr[0, -1] == pytest.approx(last, abs=3e-5)
    assert row.restored == (restored,)


def test_what_is_loaded_may_raise_where_the_old_run_would_have_ended() -> None:
    old, new = (
        parse(f"OneCycleLR: {{max_lr: 0.1, total_steps: {n}}}", f"steps: {n}") for n in (30, 60)
    )
    row = both(lrviz.resume(old, at=20, into=new))
    assert row.verdict == "raises"
    assert row.reason.startswith("after step 30: ValueError: Tried to step 31 times")
    assert row.curve is None


def test_functions_are_not_saved_so_those_of_the_longer_run_count() -> None:
    old, new = (parse(f"LambdaLR: {{lr_lambda: 1 - epoch / {n}}}", f"steps: {n}") for n in (30, 60))
    rows = lrviz.resume(old, at=20, into=new)
    # The first value is what the optimizer had: 1 - 20 / 30 in place of 1 - 20 / 60.
    row = both(rows)
    assert (row.wrong, row.recovers, row.restored) == (1, 21, ())
    assert row.factor == pytest.approx((1 / 3) / (2 / 3))
    assert verdicts(rows)["anew"] == "right"


def test_arguments_come_back_to_their_own_places() -> None:
    """Of two schedulers of one class inside a composite only the second was given another."""
    sequence = (
        "SequentialLR: {schedulers: [LinearLR: {total_iters: 3}, LinearLR: {total_iters: %d}], "
        "milestones: [10]}"
    )
    rows = lrviz.resume(parse(sequence % 5), at=4, into=parse(sequence % 7))
    restored = ("SequentialLR.schedulers.1.LinearLR.total_iters", 7, 5)
    assert {row.way: row.restored for row in rows} == {
        **dict.fromkeys(WAYS, ()),
        **dict.fromkeys(("both", "before", "scheduler"), (restored,)),
    }


def test_where_no_scheduler_is_loaded_nothing_of_its_own_comes_back() -> None:
    old, new = (parse(f"SWALR: {{swa_lr: 0.05, anneal_epochs: {n}}}") for n in (5, 9))
    found = {row.way: row for row in lrviz.resume(old, at=4, into=new)}
    assert [name for name, *_ in found["both"].restored] == ["SWALR.anneal_epochs"]
    assert found["last_epoch"].restored == found["optimizer"].restored == ()


def test_arguments_of_the_optimizer_come_back_too() -> None:
    new = parse("StepLR: {step_size: 40}", head="optimizer: {SGD: {lr: 0.2, weight_decay: 0.01}}\n")
    row = both(lrviz.resume(parse("StepLR: {step_size: 40}"), at=4, into=new))
    assert {name: (old, now) for name, old, now in row.restored} == {
        "SGD.weight_decay": (0.01, 0),
        "SGD.initial_lr": (0.2, 0.1),
    }
    assert row.factor == pytest.approx(0.5)


def test_other_param_groups_are_a_row_that_raises() -> None:
    two = parse(
        "StepLR: {step_size: 4}", head="optimizer: {SGD: {param_groups: [{lr: 1}, {lr: 2}]}}\n"
    )
    rows = lrviz.resume(parse("StepLR: {step_size: 4}"), at=4, into=two)
    assert "different number of parameter groups" in both(rows).reason
    assert verdicts(rows)["scheduler"] != "raises"


OPTIMIZERS = ("SGD", "AdamW", "NAdam", "RMSprop", "Rprop")


@pytest.mark.parametrize("old", OPTIMIZERS)
@pytest.mark.parametrize("new", OPTIMIZERS)
def test_a_state_on_which_the_optimizer_cannot_step_raises(old: str, new: str) -> None:
    """What torch's own optimizer says to a gradient, with the same state loaded."""
    parameters = [nn.Parameter(torch.ones(1)) for _ in range(2)]
    saved, loaded = (
        getattr(optim, name)([each], lr=0.1)
        for name, each in zip((old, new), parameters, strict=True)
    )
    loaded.load_state_dict(saved.state_dict())
    parameters[1].grad = torch.ones(1)
    key = ""
    try:
        loaded.step()
    except KeyError as error:
        (key,) = error.args
    specs = [
        parse("LinearLR: {total_iters: 3}", head=f"optimizer: {{{name}: {{lr: 0.1}}}}\n")
        for name in (old, new)
    ]
    found = {row.way: row for row in lrviz.resume(specs[0], at=4, into=specs[1])}
    loading = [found[way] for way in ("both", "before", "optimizer", "last_epoch")]
    assert {row.verdict == "raises" for row in loading} == {bool(key)}
    assert all(key in row.reason for row in loading)
    assert "raises" not in {found["scheduler"].verdict, found["anew"].verdict}


def test_several_curves_cannot_be_loaded_into() -> None:
    curves = (
        "steps: 30\ncurves: {a: {scheduler: {StepLR: {step_size: 4}}}, b: {scheduler: LinearLR}}\n"
    )
    with pytest.raises(SpecError, match=r"has 2 curves; name a spec of one to load into"):
        lrviz.resume(parse("StepLR: {step_size: 4}"), into=lrviz.parse_spec(curves))


# Where it is stopped


@pytest.mark.parametrize("at", [0, 30, -1, 31])
def test_a_run_is_stopped_before_its_last_step(at: int) -> None:
    text = f"^at: must be from 1 to 29 in a run of 30 steps, got {at}$"
    with pytest.raises(UsageError, match=text):
        lrviz.resume(parse("StepLR: {step_size: 4}"), at=at)


@pytest.mark.parametrize("at", [5.0, np.int64(5), torch.tensor(5)])
def test_a_whole_number_of_any_type_is_a_stop(at: Any) -> None:
    rows = lrviz.resume(parse("StepLR: {step_size: 4}"), at=at)
    assert {(row.at, type(row.at)) for row in rows} == {(5, int)}


@pytest.mark.parametrize(
    ("spec", "options", "message"),
    [
        (None, {}, "resume takes a path, a YAML text, a mapping, a factory, not None"),
        (
            parse("LinearLR"),
            {"epochs": 9},
            r"epochs: a spec says so itself; change it there, "
            r"or by load\(path, overrides=\[\('epochs', '9'\)\]\)",
        ),
        (parse("LinearLR"), {"into": 3}, "into takes a path, a YAML text, a mapping, not an int"),
        (parse("LinearLR"), {"at": 1.5}, "at: must be a whole number, got 1.5"),
    ],
)
def test_what_is_no_spec_is_refused(spec: Any, options: Any, message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}$"):
        lrviz.resume(spec, **options)


def test_up_to_256_steps_all_stops_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stops.EVERY == 256
    monkeypatch.setattr(stops, "EVERY", 48)  # which takes less long
    spec = parse("StepLR: {step_size: 4}", "steps: 48")
    assert resuming.stop_and_go(spec).tried == (tuple(range(1, 48)),)
    spec = parse("StepLR: {step_size: 40}", "steps: 49")
    assert {1, 16, 32, 39, 40, 41, 48} <= {*resuming.stop_and_go(spec).tried[0]} < {*range(1, 49)}


def test_beyond_it_is_stopped_around_hand_overs_and_drops_and_at_others() -> None:
    scheduler = (
        "SequentialLR: {schedulers: [LinearLR: {total_iters: 40}, ConstantLR: {total_iters: 9}, "
        "MultiStepLR: {milestones: [250]}], milestones: [100, 150]}"
    )
    (tried,) = resuming.stop_and_go(parse(scheduler, "steps: 600")).tried
    around = {each + off for each in (40, 100, 109, 150, 400) for off in (-1, 0, 1)}
    assert around <= {*tried}
    assert {200, 400, 1, 599} <= {*tried}
    assert len(tried) < 32 + 2 + 3 * 9


def test_a_run_that_is_long_is_stopped_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where 5 ways after each stop are more calls than may be made, what is in between goes first.

    Of 3,000 steps there are more than 32 spread stops, each followed by half of them on average:
    32 * 1,500 * 5 are 240,000 calls.
    """
    scheduler = (
        "SequentialLR: {schedulers: [LinearLR: {total_iters: 2001}, ConstantLR: {factor: 0.5, "
        "total_iters: 3000}], milestones: [2001]}"
    )
    spec = parse(scheduler, "steps: 3000")
    counts = []
    for most in (400_000, 100_000, 20_000, 6_000):
        monkeypatch.setattr(resuming, "MAX_CALLS", most)
        (tried,) = resuming.stop_and_go(spec).tried
        assert sum((3000 - at) * 5 for at in tried) <= most
        counts.append(len(tried))
        assert 2000 in tried
        assert ({1000, 2001} <= {*tried}) == (most >= 20_000)
    assert counts[0] >= 32 > counts[1] > counts[2] > counts[3] == 1
    monkeypatch.setattr(resuming, "MAX_CALLS", 4_999)
    text = "5,000 calls of all ways after step 2000 are more than 4,999; stop later"
    with pytest.raises(UsageError, match=text):
        lrviz.resume(spec)
    with pytest.raises(UsageError, match="14,995 calls of all ways after step 1 are"):
        lrviz.resume(spec, at=1)
    assert len(lrviz.resume(spec, at=2001)) == len(WAYS)


def test_the_worst_of_all_stops_is_told_and_how_many_are_not_right() -> None:
    """A drop every 6 calls: the constructor drops once more where it is built at one."""
    rows = {row.way: row for row in lrviz.resume(parse("StepLR: {step_size: 6}"))}
    assert rows["last_epoch"].stops == (6, 12, 18, 24)
    assert (rows["last_epoch"].at, rows["last_epoch"].wrong) == (6, 24)
    assert rows["both"].stops == ()


@pytest.mark.parametrize(
    "more", ["interval: epoch", "frequency: 3", "calls: 2", "interval: epoch\ncalls: 2"]
)
def test_calls_are_made_when_the_spec_says(more: str) -> None:
    """Whatever the stop, both states are right, and so is a run that is built anew."""
    spec = parse("LinearLR: {total_iters: 5}", f"epochs: 4\nsteps_per_epoch: 4\n{more}")
    rows = lrviz.resume(spec)
    assert (verdicts(rows)["both"], verdicts(rows)["anew"]) == ("right", "right")
    assert verdicts(rows)["before"] == "wrong"


def test_all_param_groups_count() -> None:
    """A second group of half the LR: its first factor is applied to half as much again."""
    head = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: a}, {name: b, lr: 0.05}]}}\n"
    spec = parse("LambdaLR: {lr_lambda: [1, 1 / (epoch + 1)]}", head=head)
    row = next(row for row in lrviz.resume(spec, at=3) if row.way == "scheduler")
    assert row.wrong == 1
    assert row.factor == pytest.approx(4)
    assert row.curve is not None
    assert row.curve.groups == ("a", "b")


def test_momentum_counts_where_the_scheduler_moves_it() -> None:
    head = "optimizer: {SGD: {lr: 0.1, momentum: 0.9}}\n"
    spec = parse("CyclicLR: {base_lr: 0.1, max_lr: 0.1, step_size_up: 4}", head=head)
    row = next(row for row in lrviz.resume(spec, at=3) if row.way == "scheduler")
    assert (row.verdict, row.quantity, row.wrong) == ("wrong", "momentum", 1)


# What code builds


class GradualWarmup(LRScheduler):
    """Warms up, then hands over to another scheduler, of which its state holds a copy.

    That copy has an optimizer of its own, which nobody trains with.
    """

    def __init__(self, optimizer: Any, total: int, after: LRScheduler) -> None:
        self.total, self.after = total, after
        super().__init__(optimizer)

    def get_lr(self) -> list[float | Tensor]:
        """Return the warm-up."""
        return [base * min(1, self.last_epoch / self.total) for base in self.base_lrs]

    def step(self, epoch: int | None = None) -> None:
        """Make a call, of the other scheduler once it is warm."""
        if self.last_epoch >= self.total:
            self.after.step()
            self.last_epoch += 1
        else:
            super().step()


def warm_up(optimizer: optim.Optimizer) -> LRScheduler:
    return GradualWarmup(optimizer, 5, StepLR(optimizer, 3, 0.5))


def test_a_scheduler_that_fails_even_where_both_are_loaded_is_found() -> None:
    found = {row.way: row for row in lrviz.resume(warm_up, at=8, steps=30, lr=0.1)}
    assert found["both"].verdict == "wrong"
    assert found["both"].recovers is None
    assert found["anew"].verdict == "right"
    assert verdicts(lrviz.resume(warm_up, steps=30, lr=0.1))["both"] == "wrong"


def test_a_factory_has_no_constructor_to_give_last_epoch_to() -> None:
    rows = lrviz.resume(lambda optimizer: LinearLR(optimizer), at=3, steps=9)
    assert verdicts(rows) == {
        "both": "right",
        "before": "wrong",
        "scheduler": "wrong",
        "optimizer": "wrong",
        "last_epoch": "none",
        "anew": "right",
    }


def make_both() -> tuple[optim.Optimizer, LRScheduler]:
    optimizer = optim.AdamW(nn.Linear(1, 1).parameters(), lr=0.5)
    return optimizer, LambdaLR(optimizer, lambda call: 1 / (call + 1))


def test_a_factory_that_builds_both_leaves_no_time_to_load_between() -> None:
    rows = {row.way: row for row in lrviz.resume(make_both, at=3, steps=9)}
    assert rows["before"].verdict == "none"
    assert "at once" in rows["before"].reason
    assert (rows["both"].verdict, rows["scheduler"].wrong) == ("right", 1)


def test_a_function_of_the_step_has_no_state() -> None:
    rows = lrviz.resume(lambda it: 0.1 / (it + 1), at=3, steps=9, returns="lr")
    assert {row.verdict for row in rows} == {"right"}
    assert {row.reason for row in rows} == {STATELESS}
    assert [row.way for row in rows] == [*WAYS]


def test_a_function_of_the_step_has_no_state_for_another_schedule() -> None:
    """A linear warm-up from a third; loaded is the function's last LR, 0.1 / 4 in place of 0.1."""
    new = parse("LinearLR: {total_iters: 2}", "steps: 9")
    rows = lrviz.resume(lambda it: 0.1 / (it + 1), at=3, into=new, steps=9, returns="lr")
    found = {row.way: row for row in rows}
    for way in ("both", "before", "scheduler"):
        assert (found[way].verdict, found[way].reason) == (
            "none",
            "the function has no state to load",
        )
    assert (found["optimizer"].verdict, found["optimizer"].wrong) == ("wrong", 6)
    optimizer = optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1)
    scheduler = LinearLR(optimizer, total_iters=2)
    optimizer.param_groups[0]["lr"] = 0.1 / 4
    values = []
    for _ in range(6):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert found["optimizer"].curve is not None
    assert found["optimizer"].curve.lr[0, 3:].tolist() == pytest.approx(values)
    assert "initial_lr" in found["last_epoch"].reason
    assert found["anew"].verdict == "right"


class Counting:
    """Sets the learning rate by a count of its own, and can save nothing."""

    def __init__(self, optimizer: optim.Optimizer) -> None:
        self.optimizer, self.count = optimizer, 0

    def step(self) -> None:
        """Make a call."""
        self.count += 1
        for group in self.optimizer.param_groups:
            group["lr"] = 1 / (self.count + 1)


def test_what_has_no_state_cannot_be_loaded() -> None:
    rows = {row.way: row for row in lrviz.resume(Counting, at=3, steps=9, lr=1)}
    assert {row.way for row in rows.values() if "has no state_dict()" in row.reason} == {
        "both",
        "before",
        "scheduler",
    }
    assert (rows["optimizer"].verdict, rows["optimizer"].wrong) == ("wrong", 5)


@pytest.mark.parametrize("name", ["timm.CosineLRScheduler", "transformers.get_wsd_schedule"])
def test_the_catalog_says_how_other_libraries_schedulers_resume(
    name: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(name.partition(".")[0])  # without the library it is skipped
    example = ", ".join(THIRD_PARTY[name].example.splitlines())
    rows = lrviz.resume(parse(f"{name}: {{{example}}}", "epochs: 4\nsteps_per_epoch: 8"))
    safe = [row.way for row in rows if row.verdict == "right"]
    assert safe == [*THIRD_PARTY[name].resume, "anew"]


def test_the_optimizer_is_torchs_own_class() -> None:
    """Its state is torch's: what it is built of is as torch's constructor leaves it."""
    seen: list[type] = []

    def make(optimizer: optim.Optimizer) -> LRScheduler:
        seen.append(type(optimizer))
        return LinearLR(optimizer)

    lrviz.resume(make, at=3, steps=9, optimizer="AdamW")
    assert set(seen[1:]) == {optim.AdamW}


def test_code_leaves_no_trace(tmp_path: Path) -> None:
    import random

    state = random.getstate()
    lrviz.resume(lambda optimizer: StepLR(optimizer, 1 + random.randrange(1)), at=3, steps=9)
    assert random.getstate() == state
