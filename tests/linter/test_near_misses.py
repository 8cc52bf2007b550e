"""What looks like a mistake and is none, or like none and is one: where rules went wrong before."""

import math
import warnings
from dataclasses import replace

import pytest

from lrviz.drive.runs import simulate
from lrviz.linter import part
from lrviz.linter.engine import lint_run
from lrviz.linter.rule import Finding
from lrviz.linter.rules import RULES
from lrviz.spec.catalog import CATALOG, Entry
from lrviz.spec.parse import parse_spec


def lint(text: str) -> tuple[Finding, ...]:
    return lint_run(simulate(parse_spec(text)), RULES.values())


def failures(text: str, request: pytest.FixtureRequest) -> list[str]:
    """Return the codes of errors and warnings."""
    for library in parse_spec(text).packages:
        request.getfixturevalue(library)
    return [each.rule.code for each in lint(text) if each.is_failure]


def of(scheduler: str, run: str = "epochs: 1, steps_per_epoch: 1000", optimizer: str = "") -> str:
    optimizer = optimizer or "{AdamW: {lr: 1e-3}}"
    return f"{{{run}, optimizer: {optimizer}, scheduler: {scheduler}}}"


SEVERAL = "{AdamW: {lr: 1e-3, param_groups: [{lr: 0}, {lr: 1e-3}]}}"
STANDS = "[1, 0.9, 0.8, 0.8, 0.8, 0.8, 0.7, 0.69, 0.68, 0.68, 0.68, 0.68]"
PLATEAU = of("{ReduceLROnPlateau: {patience: 2}}", "epochs: 12")
EPOCHS = "epochs: 30, steps_per_epoch: 10"

SOUND = {
    # The LR drops for a loss that has come to a stand once, as it should.
    "an ordinary plateau": f"{PLATEAU[:-1]}, metric: {STANDS}}}",
    "no stable part": of(
        "{transformers.get_wsd_schedule: {num_warmup_steps: 100, num_stable_steps: 0,"
        " num_decay_steps: 900}}"
    ),
    "one call more than there are": of(
        "{transformers.get_wsd_schedule: {num_warmup_steps: 101, num_decay_steps: 900}}"
    ),
    # After 30 of 50 epochs the third of five cycles has just ended.
    "a limit of cycles": of(
        "{timm.CosineLRScheduler: {t_initial: 10, cycle_limit: 5, lr_min: 1e-4}}", EPOCHS
    ),
    "an exponential": of("{LambdaLR: {lr_lambda: 0.95 ** epoch}}", "epochs: 4"),
    "a slow exponential": of("{MultiplicativeLR: {lr_lambda: 0.99}}", "epochs: 10"),
    "a warm-up from next to nothing": of(
        "{LinearLR: {start_factor: 1e-6, total_iters: 100}}", optimizer="{AdamW: {lr: 1e-4}}"
    ),
    "a triangle": of("{LambdaLR: {lr_lambda: 1 - abs(epoch / 100 - 2 * floor(epoch / 200) - 1)}}"),
    "a rounded batch": of("{CosineAnnealingLR: {T_max: 997}}"),
    "a warm-up that is all there is": of("{LinearLR: {start_factor: 0.01, total_iters: 1000}}"),
}


@pytest.mark.parametrize("name", SOUND)
def test_it_is_no_mistake(name: str, request: pytest.FixtureRequest) -> None:
    assert failures(SOUND[name], request) == []


UNSOUND = {
    "a frozen group beside a cold one": (
        "LR015",
        of("{LinearLR: {start_factor: 0.1, total_iters: 4000}}", optimizer=SEVERAL),
    ),
    "a frozen group beside a cycle": (
        "LR023",
        of("{CosineAnnealingWarmRestarts: {T_0: 300}}", optimizer=SEVERAL),
    ),
    "a frozen group beside a lambda": (
        "LR015",
        of("{LambdaLR: {lr_lambda: epoch / 2000}}", optimizer=SEVERAL),
    ),
    "validated every tenth epoch": (
        "LR043",
        of("{timm.PlateauLRScheduler: {patience_t: 3, mode: min}}", "epochs: 40")[:-1]
        + ", metric: {expression: 0.9 ** floor(call / 10)}}",
    ),
    "cycles that end high": (
        "LR023",
        of("{timm.CosineLRScheduler: {t_initial: 10, cycle_limit: 5, lr_min: 1e-4}}", "epochs: 32"),
    ),
    "nothing but 0": ("LR026", of("{LambdaLR: {lr_lambda: 0 * epoch}}")),
    "a warm-up as long as the run": (
        "LR015",
        of("{transformers.get_cosine_schedule_with_warmup: {num_warmup_steps: 1000}}"),
    ),
    # The line does not begin at 1: where it should end at 0 it ends at -1e-19.
    "a line to a rounded 0": (
        "LR039",
        of("{LinearLR: {start_factor: 0.3, end_factor: 0, total_iters: 900}}"),
    ),
    "multiplied where it should be divided": (
        "LR026",
        of("{OneCycleLR: {max_lr: 1e-3, total_steps: 1000, div_factor: 0.04}}"),
    ),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_it_is_one(name: str, request: pytest.FixtureRequest) -> None:
    code, text = UNSOUND[name]
    assert failures(text, request) == [code]


REMEDIES = {
    "set interval to step": of(
        "{CosineAnnealingWarmRestarts: {T_0: 250}}",
        "epochs: 10, steps_per_epoch: 100, interval: epoch",
    ),
    "set milestones to [25, 55, 82]": of(
        "{SequentialLR: {schedulers: [{LinearLR: {start_factor: 0.1, total_iters: 5}},"
        " {MultiStepLR: {milestones: [30, 60, 87]}}], milestones: [5]}}",
        "epochs: 90",
    ),
    "set num_training_steps to 750": of(
        "{transformers.get_linear_schedule_with_warmup:"
        " {num_warmup_steps: 0, num_training_steps: 3}}",
        "epochs: 3, steps_per_epoch: 250",
    ),
    "set num_stable_steps to 3500 and num_warmup_steps to 500 and num_decay_steps to 1000": of(
        "{transformers.get_wsd_schedule:"
        " {num_warmup_steps: 1, num_stable_steps: 7, num_decay_steps: 2}}",
        "epochs: 10, steps_per_epoch: 500",
    ),
    "set num_cycles to 0.5": of(
        "{transformers.get_cosine_schedule_with_warmup: {num_warmup_steps: 10, num_cycles: 1}}"
    ),
}


@pytest.mark.parametrize("remedy", REMEDIES)
def test_the_remedy_is_what_was_meant(remedy: str, request: pytest.FixtureRequest) -> None:
    for library in parse_spec(REMEDIES[remedy]).packages:
        request.getfixturevalue(library)
    (found,) = [each for each in lint(REMEDIES[remedy]) if each.is_failure]
    assert found.message.endswith(f"; {remedy}")


def test_how_long_an_averaging_lr_is_held_is_not_for_a_fix_to_say() -> None:
    (found,) = lint(of("{SWALR: {swa_lr: 1e-4, anneal_strategy: linear}}", "epochs: 5"))
    assert (found.rule.code, found.fix) == ("LR002", None)
    assert found.message == (  # after 4 calls of 10 it is 0.6 of 1e-3 and 0.4 of 1e-4
        "the anneal is planned for 10 calls and gets 5: it ends at 6.4e-4, from 1e-3; "
        "set anneal_epochs below 5"
    )


def test_a_note_is_not_fixed(request: pytest.FixtureRequest) -> None:
    """Timm cools down for some epochs at its floor: that may be meant."""
    request.getfixturevalue("timm")
    text = of("{timm.CosineLRScheduler: {t_initial: 300, lr_min: 1e-5}}", "epochs: 310")
    (found,) = lint(text)
    assert (found.severity, found.fix) == ("note", None)
    assert found.message.endswith("set t_initial to 310, or leave it out")


def test_a_line_that_rests_above_0_is_a_note_however_long() -> None:
    (found,) = lint(of("{LinearLR: {start_factor: 1, end_factor: 0.1, total_iters: 300}}"))
    assert (found.rule.code, found.severity, found.fix) == ("LR039", "note", None)
    assert found.message == (
        "the LR is at its floor, 1e-4, for the last 700 of 1000 calls; set total_iters to 1000"
    )


@pytest.mark.parametrize(
    ("total_iters", "codes"),
    # With 66 a third of the calls is left at 0 and no more; the last one alone is no rest.
    [(65, ["LR007"]), (66, ["LR039"]), (95, ["LR039"]), (98, []), (99, [])],
)
def test_steps_at_0_are_said_once(total_iters: int, codes: list[str]) -> None:
    scheduler = f"{{PolynomialLR: {{total_iters: {total_iters}}}}}"
    assert [
        each.rule.code for each in lint(of(scheduler, "epochs: 1, steps_per_epoch: 99"))
    ] == codes


@pytest.mark.parametrize(
    "text",
    [
        of("{LambdaLR: {lr_lambda: -0.5}}", "epochs: 1"),
        of("{CosineAnnealingLR: {T_max: 3, eta_min: 0.1}}", "epochs: 4", "{SGD: {lr: 1e-310}}"),
        of("{MultiplicativeLR: {lr_lambda: -1}}", "epochs: 9", "{SGD: {lr: 1e300}}"),
        of("{ReduceLROnPlateau: {patience: 0}}", "epochs: 9")[:-1] + ", metric: [1e308, -1e308]}",
    ],
)
def test_what_is_extreme_is_no_trouble(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all(math.isfinite(len(each.message)) for each in lint(text))


def test_a_scheduler_that_the_catalog_comes_to_know_is_judged_by_its_roles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No rule has heard of it: what its arguments are to a schedule is all that is said of it."""
    roles = {"top": "warmup", "whole": "length", "least": "floor"}
    meanings = dict.fromkeys(roles, "what it is")
    entry = Entry("lib.Fall", "Fall", "timm", "falls", meanings, "", "lib", "", roles=roles)
    monkeypatch.setattr(part, "CATALOG", {**CATALOG, "lib.Fall": entry})
    text = of("{LambdaLR: {lr_lambda: 1 - call / 2000}}")
    driven = simulate(parse_spec(text))
    arguments: dict[str, object] = {"top": 0, "whole": 2000, "least": 1e-5}
    facts = replace(driven.schedulers[0], kind="lib.Fall", arguments=arguments)
    facts = replace(facts, given=frozenset(arguments))
    (found,) = lint_run(replace(driven, schedulers=(facts,)), RULES.values(), drive=None)
    assert found.rule.code == "LR002"
    assert found.problem.key[-1] == "whole"
    # It is read before 1000 calls: after the 999th it is at 1 - 999 / 2000.
    assert found.message == (
        "the anneal is planned for 2000 calls and gets 1000: it ends at 5e-4, from 1e-3; "
        "set whole to 1000"
    )
