"""A table: each mistake with an argument against every class that has such an argument."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from lrviz.drive.runs import simulate
from lrviz.errors import SpecError
from lrviz.linter.engine import lint_run
from lrviz.linter.rule import Finding
from lrviz.linter.rules import RULES
from lrviz.spec.catalog import CATALOG, THIRD_PARTY
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from tests.support.mistakes import Planted, plant
from tests.support.recipes import WITHOUT_ROLES, Recipe, drive_by_hand, iter_recipes
from tests.support.remedies import follow, read_remedies
from tests.support.slow import slow_but

pytestmark = pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated:FutureWarning")

SOUND = [recipe for name in CATALOG if name not in WITHOUT_ROLES for recipe in iter_recipes(name)]
PLANTED = {str(each): each for name in CATALOG for each in plant(name)}

# A row of the table is a class and a mistake; it has the schedules in which that is planted.
ROWS = sorted({(each.base.name, each.mistake) for each in PLANTED.values()})

# Every class and every mistake is among the few that stand for all.
FEW = {key: row for row in ROWS for key in row}
each_row = pytest.mark.parametrize(("name", "mistake"), slow_but(set(FEW.values()), ROWS))

# What is wrong and not seen, each with its reason.
NOT_FOUND: frozenset[str] = frozenset()

# What does not show in the curve: that what was asked for does not happen.
QUIET = frozenset({"cycles none but the first"})


def row(name: str, mistake: str) -> dict[str, Planted]:
    """Return the schedules with a mistake, by what they are called."""
    return {
        each: planted
        for each, planted in PLANTED.items()
        if (planted.base.name, planted.mistake) == (name, mistake)
    }


@pytest.fixture
def library(name: str, request: pytest.FixtureRequest) -> None:
    """Skip where the library of a class is not installed."""
    if CATALOG[name].package != "torch":
        request.getfixturevalue(CATALOG[name].package)


@cache
def lint_planted(name: str) -> tuple[Finding, ...] | None:
    """Return what is said of a planted mistake; None where the library refuses it."""
    try:
        return lint(PLANTED[name].recipe.tree)
    except SpecError:
        return None


def lint(tree: dict[str, Any]) -> tuple[Finding, ...]:
    return lint_run(simulate(parse_tree(tree, Source())), RULES.values())


def failing(findings: Sequence[Finding]) -> list[Finding]:
    return [each for each in findings if each.is_failure]


def told(planted: Planted, *findings: Finding) -> str:
    """Return a case as a failing test shows it."""
    lines = [f"{planted}", planted.recipe.text, *map(str, findings)]
    return "\n".join(lines)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("name", sorted({each.name for each in SOUND}))
def test_the_schedules_that_mistakes_are_planted_in_are_sound(name: str) -> None:
    """By hand they do what their arguments say, and lint has nothing against them."""
    for recipe in SOUND:
        if recipe.name == name:
            check_by_hand(recipe)
            assert failing(lint(recipe.tree)) == [], recipe.text


def check_by_hand(recipe: Recipe) -> None:
    roles, known = recipe.roles.keys(), str(recipe)
    curve = np.array(drive_by_hand(recipe)) / recipe.course.lr
    if recipe.name == "transformers.get_greedy_schedule":  # it rises while the metric falls
        assert curve.min() == curve[0] == pytest.approx(1), known
        return
    assert 0.94 < curve.max() < 1.0001, known
    if recipe.after or recipe.value("warmup") or {"hold", "half_cycle"} & roles:
        assert curve[0] <= 0.1001, known
    if {"length", "decay", "approach", "period", "milestones", "ordinals", "gamma"} & roles:
        assert curve[-1] < 0.25, known
    if {"restarts", "cycle"} & roles or recipe.variant == "cycles":
        assert np.count_nonzero(np.diff(curve) > 0.5) == 2, known


@pytest.mark.usefixtures("library")
@each_row
def test_a_mistake_shows_by_hand_or_is_refused_by_the_library(name: str, mistake: str) -> None:
    for planted in row(name, mistake).values() if mistake not in QUIET else ():
        before = np.array(drive_by_hand(planted.base))
        try:
            after = np.array(drive_by_hand(planted.recipe))
        except (AssertionError, ValueError):
            continue
        is_other_run = len(before) != len(after)
        assert is_other_run or np.abs(after - before).max() > 0.005 * before.max(), told(planted)


@pytest.mark.usefixtures("library")
@each_row
def test_a_mistake_is_found(name: str, mistake: str) -> None:
    for each, planted in row(name, mistake).items():
        findings = lint_planted(each)
        is_enough = findings is None or failing(findings) or (findings and rests_low(planted))
        assert bool(is_enough) is (each not in NOT_FOUND), told(planted, *(findings or ()))


def rests_low(planted: Planted) -> bool:
    """Whether all that is wrong is that the LR rests at its floor in the end: a note will do."""
    if not planted.mistake.endswith(("halved", "nine tenths", "half of the run is over")):
        return False
    curve = np.array(drive_by_hand(planted.recipe))
    rest = curve[-(len(curve) // 12) :]
    return bool(np.allclose(rest, rest[-1], rtol=1e-6, atol=0) and rest[-1] < 0.02 * curve.max())


@pytest.mark.usefixtures("library")
@each_row
def test_a_remedy_leaves_nothing_to_say(name: str, mistake: str) -> None:
    for each, planted in row(name, mistake).items():
        before = lint_planted(each) or ()
        for finding in before:
            for values in read_remedies(finding.message):
                tree = follow(planted.recipe.tree, finding, values)
                after = lint(tree)
                said = told(planted, finding, *after)
                assert finding.rule not in {each.rule for each in after}, said
                assert failing(after) == [], said


def test_at_least_95_of_100_mistakes_with_other_libraries_are_found() -> None:
    planted = {each for each in PLANTED if PLANTED[each].base.name in THIRD_PARTY}
    assert len(planted) >= 100
    assert len(planted & NOT_FOUND) <= 0.05 * len(planted)
    assert {PLANTED[each].base.name for each in planted} == THIRD_PARTY.keys() - WITHOUT_ROLES
    assert not NOT_FOUND - PLANTED.keys()
