"""The optimizer steps of an epoch, as a dataloader makes its batches."""

import math
from typing import Literal, NamedTuple

from lrviz.reading.trainers.draft import Asked, Entries, Keys, Said

# What to say where one step stands for an epoch, however many it has.
ONCE_AN_EPOCH: Entries = {
    "steps_per_epoch": Said(1, "it is called once an epoch, however long that is"),
    "figure": Said(below={"x": Said("epoch")}),
}


class Loader(NamedTuple):
    """How a trainer makes steps of what it trains on.

    Attributes:
        accumulate: the batches of a step.
        batch: of what one process takes at once; None where that is not known.
        drops: whether a last batch that is not full is left out. The sampler of several processes
            first fills up the share of each, so that all have as much.
        partial: what becomes of the last batches of an epoch that are too few for a step.
    """

    accumulate: Said
    batch: Said | None = None
    drops: bool = True
    partial: Literal["step", "drop"] = "step"

    @property
    def each(self) -> int | float:
        """What one process takes at once; 1 where that is not known."""
        return self.batch.number if self.batch else 1

    def count(self, batches: int) -> int:
        """Return the steps that batches make."""
        rounded = math.ceil if self.partial == "step" else math.floor
        return rounded(batches / self.accumulate.number)


def read_steps(keys: Keys, asked: Asked, loader: Loader) -> tuple[Entries, int]:
    """Return the keys of a spec that say the steps of an epoch, and how many they are.

    Where the command line says nothing of the data there are none.
    """
    if asked.batches is not None:
        steps, rounded = loader.count(asked.batches), "up" if loader.partial == "step" else "down"
        if not steps:
            text = f"{asked.batches} batches make no step of {loader.accumulate.number}"
            keys.problems.say((), text)
        why = f"--batches {asked.batches} / {loader.accumulate.number}, rounded {rounded}"
        return {"steps_per_epoch": Said(steps, why)}, steps
    if asked.examples is None or loader.batch is None:
        return {}, 0
    if asked.processes is None:
        keys.want("--processes N", "how many train at once, one a GPU")
    processes = asked.processes or 1
    share = math.ceil(asked.examples / processes)
    why = "--examples"
    if loader.drops and share * processes != asked.examples:
        why += f" {asked.examples}, filled up so that every process has {share}"
    examples = share * processes if loader.drops else asked.examples
    data = {
        "examples": Said(examples, why),
        "batch_size": loader.batch,
        "processes": Said(processes, "--processes"),
        "accumulate": loader.accumulate,
    }
    if loader.drops:
        data["drop_last"] = Said(True, "as its dataloader does")
    if loader.partial == "drop":
        data["partial"] = Said("drop", "as its loop does")
    batches = share / loader.each
    steps = loader.count(math.floor(batches) if loader.drops else math.ceil(batches))
    return {"data": Said(below=data)}, steps
