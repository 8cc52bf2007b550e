"""A few rules that are no rules of lrviz, and ways to lint with them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lrviz.drive.runs import simulate
from lrviz.linter.engine import lint_run
from lrviz.linter.part import Part
from lrviz.linter.remedy import Fix
from lrviz.linter.rule import Finding, Found, Rule, rule
from lrviz.linter.view import View
from lrviz.spec.parse import parse_spec

COSINE = """\
# as in the paper
epochs: 4
steps_per_epoch: 8  # batches
scheduler:
  CosineAnnealingLR:
    T_max: 20  # too short
    eta_min: 0
"""
GROWING = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 2}}\n"
CLEAN = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"
ENDLESS = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 1.0}}\n"


@rule("LR901", "warning")
def climbs_again(view: View, part: Part) -> Iterator[Found]:
    """A length not the run's.

    Why it is.

    Met in owner/repo#7.
    """
    length, calls = part.facts.arguments.get("T_max"), part.facts.calls
    if length is not None and length != calls:
        text = f"ends after {length} of {calls} calls"
        yield Found(part.key("T_max"), text, part.fix("T_max", calls, is_certain=True))


@rule("LR902", "error", about=("ExponentialLR",))
def grows(view: View, part: Part) -> Iterator[Found]:
    """A learning rate that grows.

    Why it is.

    Met in owner/repo#7.
    """
    if part.lr[0, -1] > part.lr[0, 0]:
        yield Found(part.key(), f"grows to {part.lr[0, -1]:g}")


@rule("LR911", "note", silenced_by=("LR902",))
def nothing(view: View, part: Part) -> Iterator[Found]:
    """A learning rate that stays.

    Why it is.
    """
    if view.lr[0, -1] == view.lr[0, 0] and view.calls > 1:
        key = (*part.facts.key, "gamma")
        yield Found(key, "nothing happens", (Fix(key, 2),), "do something")


RULES: Mapping[str, Rule] = MappingProxyType(
    {each.code: each for each in (climbs_again, grows, nothing)}
)
"""A warning that can be fixed, an error, and a note whose fix would bring the error."""


def lint(text: str, name: str = "a.yaml") -> tuple[Finding, ...]:
    """What these rules see in a text; their remedies are left to who makes them."""
    return lint_run(simulate(parse_spec(text, name)), RULES.values(), drive=None)
