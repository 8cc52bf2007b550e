"""Lengths and factors of zero, and shares of more than all."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import count, rate, rule
from lrviz.spec.catalog import CATALOG

LENGTHS: Mapping[str, str] = MappingProxyType(
    {
        "StepLR": "step_size",
        "CosineAnnealingLR": "T_max",
        "ConstantLR": "total_iters",
        "LinearLR": "total_iters",
        "PolynomialLR": "total_iters",
    }
)
"""The argument of a scheduler that must be at least one call."""

_FACTORS = MappingProxyType({"ConstantLR": "factor", "LinearLR": "start_factor"})


@rule(
    "LR027",
    "zero-length-or-factor",
    "error",
    summary="a length or a factor is 0",
    why=(
        "A length of 0 switches a scheduler off in no library but one's own: torch divides by it, "
        "at once or many steps later, or goes on for ever with the factor that was meant for the "
        "first step. A factor of 0 cannot be undone by multiplying. Leave the scheduler out."
    ),
    threads=("pytorch/pytorch#193682", "pytorch/pytorch#86454"),
)
def zero_length_or_factor(view: View) -> Iterator[Found]:
    """Look at lengths and factors; what torch cannot drive at all, driving says first."""
    for part in view.parts:
        if has_no_length(part):
            name = LENGTHS[part.name]
            value = count(part.number(name) or 0)
            end = f"the LR is {rate(float(view.lr[0, -1]))} at the end of the run"
            text = f"must be at least 1, got {value}: {end}"
            yield Found(part.key(name), f"{text}; leave {part.name} out")
        elif part.name == "ConstantLR" and part.number("factor") == 0:
            text = "a factor of 0: nothing is trained until it ends, and torch divides by it there"
            yield Found(part.key("factor"), f"{text}; choose one above 0")


def has_no_length(part: Part) -> bool:
    """Whether a scheduler's length is 0 or less, and it is not off for it."""
    name = LENGTHS.get(part.name)
    length = part.number(name) if name else None
    factor = _FACTORS.get(part.name)
    is_off = factor is not None and part.number(factor) == 1
    return length is not None and length <= 0 and not is_off


@rule(
    "LR038",
    "share-outside",
    "warning",
    summary="a share of the LR is below 0 or above 1",
    why=(
        "transformers and timm take a floor, a first LR or a noise as a share of the optimizer's "
        "LR, and any number for it. Above 1 the schedule climbs beyond the LR that was asked for, "
        "below 0 it ends there or is cut off in silence: mostly a percentage, or an LR, was meant."
    ),
)
def share_outside(view: View) -> Iterator[Found]:
    """Look at every argument that the catalog calls a share."""
    for part in view.parts:
        roles = CATALOG[part.name].roles if part.name in CATALOG else {}
        for name in sorted(each for each, role in roles.items() if role == "share"):
            share = part.number(name)
            if share is not None and not 0 <= share <= 1:
                peak = f"the LR is {rate(float(view.lr.max()))} at most"
                text = f"a share of the LR, got {share:g}: {peak}"
                yield Found(part.key(name), f"{text}; choose one from 0 to 1")


RULES: tuple[Rule, ...] = (zero_length_or_factor, share_outside)
