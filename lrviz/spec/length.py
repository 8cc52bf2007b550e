"""How long a run is: given in epochs, in steps, or by the data that it trains on.

The arithmetic between examples and optimizer steps is that of the trainers: batches of all
processes together, the last one partly filled unless it is dropped, and as many batches a step as
are accumulated.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from lrviz.spec.tree import Tree, is_number

if TYPE_CHECKING:
    from lrviz.spec.keys import Data

# What says how long a run is.
LENGTH_KEYS = ("epochs", "steps_per_epoch", "steps", "data")


class Length(NamedTuple):
    """How long a run is.

    Attributes:
        epochs: a whole number, or a fraction.
        steps_per_epoch: optimizer steps in an epoch.
        batches_per_epoch: as the data has it; None where none was given.
        is_in_steps: whether it was given in steps alone, of which one epoch was made.
        derivation: how the steps follow from the data, in a sentence; empty without data.
    """

    epochs: int | float
    steps_per_epoch: int
    batches_per_epoch: int | None = None
    is_in_steps: bool = False
    derivation: str = ""

    @property
    def why_not_by_epoch(self) -> str:
        """Why no calls can be made at the end of its epochs; empty where they can."""
        text = ""
        if self.is_in_steps:
            text = (
                "there are no epochs, as steps is all of the run; give epochs and steps_per_epoch"
            )
        elif not isinstance(self.epochs, int):
            text = f"{self.epochs} epochs have an end without a call; give a whole number of them"
        return f"{text}, or call it every step" if text else ""


class LengthError(ValueError):
    """A length that makes no sense.

    Attributes:
        key: of what says it; empty for what is missing.
        reason: what is wrong, and what helps.
    """

    def __init__(self, key: str, reason: str) -> None:
        self.key, self.reason = key, reason
        super().__init__(reason)


def count_steps(epochs: float, steps_per_epoch: int) -> int:
    """Return the steps of a run: a last part of an epoch is begun, and its last step made.

    A number of epochs is taken as it is written, 1.1 as eleven tenths.

    >>> count_steps(3, 809), count_steps(0.5, 809), count_steps(1.1, 10)
    (2427, 405, 11)
    """
    return math.ceil(Fraction(str(epochs)) * steps_per_epoch)


def count_length(
    tree: Mapping[str, Tree],
    epochs: int | float | None,
    steps_per_epoch: int,
    steps: int | None,
    data: "Data | None",
) -> Length:
    """Return the length of a run from the keys that say it.

    Args:
        tree: in which those that are given stand.
        epochs: the number of epochs.
        steps_per_epoch: optimizer steps in an epoch.
        steps: of the run, in place of all others.
        data: in place of `steps_per_epoch`.

    Raises:
        LengthError: they do not say one, or more than one.
    """
    if steps is not None:
        for key in LENGTH_KEYS:
            if key in tree and key != "steps":
                raise LengthError(key, "cannot stand beside steps, which is all of the run")
        return Length(1, steps, is_in_steps=True)
    if data is not None and "steps_per_epoch" in tree:
        raise LengthError("steps_per_epoch", "cannot stand beside data, from which it follows")
    if epochs is None:
        raise LengthError("", "epochs is missing")
    return Length(epochs, steps_per_epoch) if data is None else _derive(data, epochs)


def convert_length(tree: Mapping[str, Tree], key: str, value: Tree) -> str:
    """Return the option that sets a length as a spec gives its own; empty where this one does.

    >>> spec = {"epochs": 4, "steps_per_epoch": 8}
    >>> convert_length(spec, "steps", 100), convert_length({"steps": 96}, "epochs", 3)
    ('--epochs 12.5', '--steps N')
    """
    other = {"epochs": "steps", "steps": "epochs"}.get(key, "")
    if other not in tree:
        return ""
    each = tree.get("steps_per_epoch", 1 if key == "steps" else None)
    if "data" in tree or not is_number(value) or not isinstance(each, int) or each < 1:
        return f"--{other} N"
    if key == "epochs":
        return f"--steps {count_steps(value, each)}"
    return f"--epochs {math.floor(value / each * 1e4) / 1e4:.12g}"


def _derive(data: "Data", epochs: int | float) -> Length:
    r"""Return the length of a run over some data.

    >>> from lrviz.spec.keys import Data
    >>> data = Data(examples=51_760, batch_size=8, processes=2, accumulate=4)
    >>> print(_derive(data, 3).derivation.replace(", ", ",\n"))
    51,760 examples / (8 x 2) = 3,235 batches,
    / 4 rounded up = 809 steps an epoch,
    x 3 = 2,427 steps
    """
    each = data.batch_size * data.processes
    batches, rounding = _divide(data.examples, each, up=not data.drop_last)
    by = f"({data.batch_size:,} x {data.processes:,})" if data.processes > 1 else f"{each:,}"
    told = [f"{data.examples:,} examples / {by}{rounding} = {batches:,} batches"]
    steps, rounding = _divide(batches, data.accumulate, up=data.partial == "step")
    if data.accumulate > 1:
        told.append(f"/ {data.accumulate:,}{rounding} = {steps:,} steps an epoch")
    if not steps:
        what = f"{data.examples:,} examples make {batches:,} batches of {each:,}"
        remedy = "set partial to step" if batches else "set drop_last to false"
        raise LengthError("data", f"{what}, and no step an epoch; {remedy}")
    total = count_steps(epochs, steps)
    rounding = " rounded up" if total != epochs * steps else ""
    told.append(f"x {epochs}{rounding} = {total:,} steps")
    return Length(epochs, steps, batches, derivation=", ".join(told))


def _divide(count: int, by: int, *, up: bool) -> tuple[int, str]:
    """Return a quotient, and how it was rounded in words; empty where it was not."""
    if count % by == 0:
        return count // by, ""
    return (-(-count // by), " rounded up") if up else (count // by, " rounded down")
