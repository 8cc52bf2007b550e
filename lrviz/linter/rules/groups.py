"""Several param groups, and values that fit one of them only."""

from collections.abc import Iterator

from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import listed, rate, rule

ANNEALERS = ("CosineAnnealingLR", "CosineAnnealingWarmRestarts")


@rule(
    "LR020",
    "one-rate-for-all-groups",
    "warning",
    summary="groups of different LRs are all given the same one",
    why=(
        "Layer-wise learning rates and smaller ones for a backbone are lost where a scheduler "
        "sets absolute values: a single max_lr or base_lr is the LR of every group. Both take a "
        "list with one value a group. eta_min does not: it is the floor of all groups, and has to "
        "be small against the smallest of them."
    ),
)
def one_rate(view: View) -> Iterator[Found]:
    """Look for single values beside groups that differ."""
    bases = view.base_lr
    if len(bases) < 2 or max(bases) <= min(bases) * 1.001:
        return
    lrs = listed([rate(each) for each in sorted(set(bases))])
    for part in view.of("OneCycleLR", "CyclicLR"):
        names = ("max_lr", "base_lr") if part.name == "CyclicLR" else ("max_lr",)
        single = [name for name in names if part.number(name) is not None]
        if single:
            start = rate(float(part.lr[0, 0]))
            what = f"groups with LRs of {lrs} all start at {start}"
            remedy = f"give {listed(single)} a list of {len(bases)}"
            yield Found(part.key(*single), f"{what}: {listed(single)} is for all; {remedy}")
    for part in view.of(*ANNEALERS):
        floor = part.number("eta_min") or 0.0
        if 0.25 * min(bases) <= floor < min(bases):
            text = f"one eta_min of {rate(floor)} for groups with LRs of {lrs}"
            remedy = f"choose one far below {rate(min(bases))}"
            yield Found(part.key("eta_min"), f"{text}: they end alike; {remedy}")


@rule(
    "LR021",
    "floor-above-group",
    "warning",
    summary="eta_min is above the LR of a param group",
    why=(
        "eta_min is one value for all groups. A group whose learning rate is below it is annealed "
        "upwards: the layers that should learn slowest end at the LR of the others."
    ),
)
def floor_above_group(view: View) -> Iterator[Found]:
    """Compare eta_min with every group's LR."""
    for part in view.of(*ANNEALERS):
        floor = part.number("eta_min")
        if floor is None or is_above_all(view, part):
            continue
        low = [base for base in view.base_lr if base < floor]
        if low:
            lrs = listed([rate(each) for each in low])
            groups = "a group's LR of" if len(low) == 1 else "groups' LRs of"
            text = f"{rate(floor)} is above {groups} {lrs}, which rises"
            yield Found(part.key("eta_min"), f"{text}; set eta_min below {rate(min(low))}")


def is_above_all(view: View, part: Part) -> bool:
    """Whether an annealer's eta_min is no lower than the LR of any group."""
    floor = part.number("eta_min") if part.name in ANNEALERS else None
    return floor is not None and floor >= max(view.base_lr) > 0


RULES: tuple[Rule, ...] = (one_rate, floor_above_group)
