"""Schedules that people train well with earn no error and no warning, whatever their lengths."""

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrviz.drive.runs import simulate
from lrviz.linter.engine import lint_run
from lrviz.linter.rules import RULES
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from tests.support.sound_schedules import Tree, sound_specs
from tests.support.sound_third_party import of_timm, of_transformers

pytestmark = pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated:FutureWarning")

SOUND: dict[str, st.SearchStrategy[Tree]] = {
    "torch": sound_specs(),
    "transformers": of_transformers(),
    "timm": of_timm(),
}

all_libraries = pytest.mark.parametrize("library", SOUND)


def check(tree: Tree) -> None:
    findings = lint_run(simulate(parse_tree(tree, Source())), RULES.values())
    text = yaml.safe_dump(tree, sort_keys=False, default_flow_style=None, width=200)
    assert [str(each) for each in findings if each.is_failure] == [], text


def import_library(library: str, request: pytest.FixtureRequest) -> None:
    """Skip where it is not installed."""
    if library != "torch":
        request.getfixturevalue(library)


@all_libraries
@given(st.data())
@settings(suppress_health_check=list(HealthCheck), max_examples=30)
def test_a_sound_schedule_earns_no_error_and_no_warning(
    library: str, request: pytest.FixtureRequest, data: st.DataObject
) -> None:
    import_library(library, request)
    check(data.draw(SOUND[library]))


@pytest.mark.slow
@all_libraries
@given(st.data())
@settings(suppress_health_check=list(HealthCheck), max_examples=1000)
def test_of_a_thousand_sound_schedules_none_earns_an_error_or_a_warning(
    library: str, request: pytest.FixtureRequest, data: st.DataObject
) -> None:
    import_library(library, request)
    check(data.draw(SOUND[library]))
