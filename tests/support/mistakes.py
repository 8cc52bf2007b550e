"""Mistakes that people make, planted in sound schedules by what an argument is to its scheduler."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from lrviz.spec.catalog import CATALOG
from tests.support.recipes import WITHOUT_ROLES, Course, Recipe, counts_epochs, iter_recipes

# Those that say when a schedule is over: a warm-up may be as short as it likes.
ENDS = frozenset({"length", "decay", "ramp", "period", "milestones", "ordinals"})

# What counts calls beside them.
COUNTS = ENDS | {"warmup", "stable", "hold", "approach", "cycle", "half_cycle", "patience"}

# The roles of arguments that mean something else where a schedule is spelt in another way.
_OF_VARIANTS = {
    "filled": frozenset({"warmup", "decay"}),
    "floor": frozenset({"floor"}),
    "prefix": frozenset({"length", "warmup", "ordinals", "period", "cycles"}),
    "no-prefix": frozenset({"ordinals", "period"}),
    "parts": frozenset({"stable", "warmup"}),
    "cycles": frozenset({"length", "floor"}),
    "up": frozenset({"ramp", "start_share"}),
    "after": ENDS | {"cycle"},
}

# A run whose epochs and steps can hardly be taken for one another.
LONG = {"torch": Course(30, 20, "step", 0.1), "transformers": Course(30, 20, "step", 2e-4)}
LONG |= {"timm": Course(30, 20, "step", 5e-4)}


@dataclass(frozen=True)
class Planted:
    """A mistake in a schedule that was sound.

    Attributes:
        mistake: which.
        recipe: the schedule with it.
        base: the sound one.
    """

    mistake: str
    recipe: Recipe
    base: Recipe

    def __str__(self) -> str:
        return f"{self.base}: {self.mistake}"


def plant(name: str) -> Iterator[Planted]:
    """Yield every mistake that a class leaves room for, in every schedule that makes room."""
    if name in WITHOUT_ROLES:
        return
    for base in iter_recipes(name):
        for role in sorted(_OF_VARIANTS.get(base.variant, frozenset(base.roles))):
            plants = _PLANTS.get(role, _nothing) if role in base.roles else _nothing
            for mistake, recipe in plants(base):
                yield Planted(f"{role} {mistake}", recipe, base)
    yield from _mistake_units(name)


Plants = Iterator[tuple[str, Recipe]]


def _nothing(base: Recipe) -> Plants:
    yield from ()


_SHARES = (("halved", 0.5), ("nine tenths", 0.9), ("doubled", 2), ("times four", 4))


def _lengths(base: Recipe) -> Plants:
    """Yield schedules that are over too early, or not when the run is."""
    right = base.value("length")
    if right is None:
        return
    for words, share in _SHARES:
        yield words, base.given(length=round(right * share))
    if base.value("prefix") or (base.length < base.course.calls and "prefix" not in base.roles):
        yield "counts the warm-up too", base.given(length=base.course.calls)


def _warmups(base: Recipe) -> Plants:
    calls = base.course.calls
    if base.value("warmup") is None:
        return
    yield "a quarter longer than the run", base.given(warmup=calls * 5 // 4)
    yield "three times the run", base.given(warmup=3 * calls)
    if base.value("length") is not None:
        longer = base.given(warmup=5 * calls // 2, length=5 * calls // 2)
        yield "and length of a longer run", longer
    if "start" not in base.roles and "start_share" not in base.roles:
        course = replace(base.course, epochs=40, interval="epoch")
        (again,) = _same_variant(base, course)
        if "stable" in base.roles:  # its warm-up begins at its floor
            again = again.given(floor_share=None)
        yield "from 0 for an epoch", again
    elif base.course.interval == "epoch" and "start" in base.roles:
        yield "from 0 for an epoch", base.given(start=None)


def _same_variant(base: Recipe, course: Course) -> list[Recipe]:
    return [each for each in iter_recipes(base.name, (course,)) if each.variant == base.variant]


def _parts(base: Recipe) -> Plants:
    """Yield a stable phase and a decay that do not fit the run."""
    stable, decay, warmup = (base.value(role) for role in ("stable", "decay", "warmup"))
    calls = base.course.calls
    if stable is not None:
        yield "ends when half of the run is over", base.given(stable=calls // 2 - warmup - decay)
        yield "as long as the run", base.given(stable=calls)
        yield "leaves half of the decay", base.given(stable=stable + decay // 2)


def _decays(base: Recipe) -> Plants:
    calls, decay = base.course.calls, base.value("decay")
    if "length" not in base.roles:
        for words, share in _SHARES:
            yield words, base.given(decay=round(decay * share))
        if base.after:
            yield "counts the warm-up too", base.given(decay=calls)
    elif base.value("stable") is None:
        yield "as long as the run", base.given(decay=calls, warmup=2 * calls // 5)
        longer = base.given(decay=2 * calls, length=None)
        yield "longer than the run", longer


def _ramps(base: Recipe) -> Plants:
    calls = base.course.calls
    yield "a quarter longer than the run", base.given(ramp=calls * 5 // 4)
    yield "times four", base.given(ramp=calls * 4)
    if base.value("start_share") > base.value("floor_share", 1.0):
        for words, share in _SHARES[:2]:
            yield words, base.given(ramp=round(base.value("ramp") * share))
    if base.after:
        yield "counts the warm-up too", base.given(ramp=calls)


def _approaches(base: Recipe) -> Plants:
    yield "a quarter longer than the run", base.given(approach=base.course.calls * 5 // 4)
    yield "times four", base.given(approach=base.course.calls * 4)


def _holds(base: Recipe) -> Plants:
    yield "longer than the run", base.given(hold=base.course.calls * 5 // 4)
    yield "times four", base.given(hold=base.course.calls * 4)


def _floors(base: Recipe) -> Plants:
    """Yield a floor above the LR, and a share of it in its place."""
    lr = base.course.lr
    if base.value("floor") is None:
        return
    yield "twice the LR", base.given(floor=2 * lr)
    yield "ten times the LR", base.given(floor=10 * lr)
    if lr <= 0.01:
        yield "a share", base.given(floor=0.1)


def _starts(base: Recipe) -> Plants:
    lr = base.course.lr
    if base.value("start") is None:
        return
    yield "twice the LR", base.given(start=2 * lr)
    if lr <= 0.01:
        yield "a share", base.given(start=0.1)


def _floor_shares(base: Recipe) -> Plants:
    lr = base.course.lr
    if base.value("floor_share") is None:
        return
    yield "one and a half", base.given(floor_share=1.5)
    yield "ten", base.given(floor_share=10)
    if lr <= 3e-4 and base.variant != "up":
        yield "an LR", base.given(floor_share=lr / 10)
        yield "the LR", base.given(floor_share=lr)


def _start_shares(base: Recipe) -> Plants:
    lr = base.course.lr
    if base.value("start_share", 1) == 1:
        return
    yield "ten", base.given(start_share=10)
    if lr <= 3e-4:
        yield "an LR", base.given(start_share=lr / 10)
    if lr <= 1e-3:
        yield "a small LR", base.given(start_share=lr / 1000)


def _restarts(base: Recipe) -> Plants:
    yield "none", base.given(restarts=1)
    yield "left out", base.given(restarts=None)


def _cycles(base: Recipe) -> Plants:
    right, calls = base.value("length"), base.course.calls
    if right is None or base.value("cycles", 1) != 1:
        return
    yield "none but the first", base.given(cycles=3)
    if not base.value("prefix"):
        yield "cut off high", base.given(cycles=2, length=round(0.8 * calls))


def _cycle(base: Recipe) -> Plants:
    calls = base.course.calls
    yield "as long as the run", base.given(cycle=calls)
    yield "twice the run", base.given(cycle=2 * calls)
    yield "cut off high", base.given(cycle=round(0.8 * calls))


def _half_cycles(base: Recipe) -> Plants:
    yield "twice the run", base.given(half_cycle=2 * base.course.calls)
    yield "left out", base.given(half_cycle=None)


def _waves(base: Recipe) -> Plants:
    for words, waves in (("one", 1.0), ("two", 2.0), ("a quarter", 0.25)):
        yield words, base.given(waves=waves)


def _periods(base: Recipe) -> Plants:
    calls, warmup = base.course.calls, base.value("warmup", 0)
    yield "longer than the run", base.given(period=calls * 3 // 2)
    yield "times four", base.given(period=4 * calls)
    if base.value("prefix"):
        yield "longer than what the warm-up leaves", base.given(period=calls - warmup)


def _milestones(role: str) -> Callable[[Recipe], Plants]:
    def plants(base: Recipe) -> Plants:
        calls = base.course.calls
        yield "beyond the run", base.given(**{role: [calls * 3 // 2, 2 * calls]})
        yield "one beyond the run", base.given(**{role: [calls // 2, 2 * calls]})
        if base.value("prefix"):
            last = calls - base.value("warmup") + 1
            yield "beyond what the warm-up leaves", base.given(**{role: [calls // 2, last]})

    return plants


def _patiences(base: Recipe) -> Plants:
    calls = base.course.calls
    yield "as long as the run", base.given(patience=calls)
    yield "twice the run", base.given(patience=2 * calls)
    other = replace(base, arguments={**base.arguments, "mode": "max"})
    yield "for the wrong mode", other


def _gammas(base: Recipe) -> Plants:
    yield "one", base.given(gamma=1.0)
    yield "above one", base.given(gamma=1.05)
    if base.entry.package == "timm" and "patience" not in base.roles:  # the default is 1
        yield "left out", base.given(gamma=None)


_PLANTS: Mapping[str, Callable[[Recipe], Plants]] = {
    "length": _lengths,
    "warmup": _warmups,
    "stable": _parts,
    "decay": _decays,
    "ramp": _ramps,
    "approach": _approaches,
    "hold": _holds,
    "floor": _floors,
    "floor_share": _floor_shares,
    "start": _starts,
    "start_share": _start_shares,
    "restarts": _restarts,
    "cycles": _cycles,
    "cycle": _cycle,
    "half_cycle": _half_cycles,
    "waves": _waves,
    "period": _periods,
    "milestones": _milestones("milestones"),
    "ordinals": _milestones("ordinals"),
    "patience": _patiences,
    "gamma": _gammas,
}


def _mistake_units(name: str) -> Iterator[Planted]:
    """Yield lengths in steps of what is called once an epoch, and the reverse."""
    in_steps, package = LONG[CATALOG[name].package], CATALOG[name].package
    if counts_epochs(name) or COUNTS.isdisjoint(CATALOG[name].roles.values()):
        return
    in_epochs = replace(in_steps, interval="epoch")
    for base in iter_recipes(name, (in_steps,)):
        if base.variant in ("", "parts", "up"):
            wrong = replace(base, course=in_epochs)
            wrong = wrong.given(unit=None) if package == "timm" else wrong
            yield Planted("in steps, called an epoch", wrong, base)
    for base in iter_recipes(name, (in_epochs,)):
        if base.variant in ("", "parts") and not ENDS.isdisjoint(base.roles):
            wrong = replace(base, course=in_steps)
            wrong = wrong.given(unit=False) if package == "timm" else wrong
            yield Planted("in epochs, called a step", wrong, base)
