"""How long a run of Hugging Face's Trainer is, and of those that hand their arguments to it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lrviz.reading.trainers.draft import Asked, Entries, Keys, Said
from lrviz.spec.length import count_steps


class Names(NamedTuple):
    """What a trainer calls the arguments that not all call alike, and its own defaults.

    Attributes:
        trainer: who has the defaults.
        epochs: the key of the number of epochs.
        batch: of what one process takes at once.
        scheduler: of the schedule's name.
        optimizer: of the optimizer's.
        held_out: of what is taken off the examples, a count or a share.
        length: the number of epochs where that is not there.
        size: the batch where that is not there.
        schedule: the schedule's name where that is not there.
        lr: the learning rate where that is not there; None where it must be.
    """

    trainer: str
    epochs: str
    batch: str
    scheduler: str
    optimizer: str
    held_out: str
    length: int
    size: int
    schedule: str
    lr: float | None = None


# Who makes several examples of one (TRL's GRPO and RLOO) has a sampler that repeats them.
_REPEATING = ("num_generations", "num_iterations", "steps_per_generation")


@dataclass(frozen=True)
class Run:
    """What the length of a run follows from.

    Attributes:
        epochs: how many.
        accumulate: the batches of a step.
        data: the keys of `data` in a spec; empty where the batches are known.
        batches: of one process in an epoch; None where they follow from the data.
    """

    epochs: Said
    accumulate: Said
    data: Mapping[str, Said]
    batches: int | None = None

    @property
    def count(self) -> int:
        """The examples of an epoch, or its batches."""
        return self.batches or int(self.data["examples"].number)

    @property
    def at_once(self) -> int:
        """How much of `count` one step takes."""
        return int(self.accumulate.number) * (1 if self.batches else self._batch)

    @property
    def _batch(self) -> int:
        return int(self.data["batch_size"].number * self.data["processes"].number)

    @property
    def steps_per_epoch(self) -> int:
        """The steps of an epoch as a spec and the Trainer count them."""
        down = "drop_last" in self.data
        batches = self.batches or (self.count + (0 if down else self._batch - 1)) // self._batch
        return max(1, -(-batches // int(self.accumulate.number)))

    def tell(self, total: int, why: str) -> Entries:
        """Return the length as a spec has it.

        Where the spec would count other steps than the trainer, they are the steps alone.
        """
        steps = self.steps_per_epoch
        if total != count_steps(self.epochs.number, steps):
            return {"steps": Said(total, why)}
        if self.batches is None:
            return {"epochs": self.epochs, "data": Said(below=self.data)}
        why = f"--batches {self.batches}, {self.accumulate.why}, rounded up"
        return {"epochs": self.epochs, "steps_per_epoch": Said(steps, why)}


def read_limit(keys: Keys, asked: Asked) -> Said | None:
    """Return the length that `max_steps` gives, which goes before epochs; None where it is off."""
    steps = keys.number("max_steps")
    if steps is None or steps <= 0 or asked.epochs is not None:
        return None
    return Said(keys.count("max_steps") or 1, keys.said("max_steps"))


def read_run(keys: Keys, names: Names, asked: Asked) -> Run:
    """Return what the length of a run follows from; what is missing is asked for."""
    whose = f"{names.trainer}'s"
    epochs = keys.either(names.epochs, names.length, whose)
    if asked.epochs is not None:
        epochs = Said(asked.epochs, "--epochs")
    accumulate = keys.either("gradient_accumulation_steps", 1, whose, whole=True)
    if names.trainer == "axolotl" and keys.get("batch_size") and accumulate.value == 1:
        whole, size = keys.count("batch_size") or 1, keys.count(names.batch) or names.size
        accumulate = Said(max(1, whole // size), f"batch_size // {names.batch}: {whole} // {size}")
    if asked.batches is not None:
        return Run(epochs, accumulate, {}, asked.batches)
    if name := next(filter(keys.get, _REPEATING), ""):
        keys.want("--batches N in place of --examples, or max_steps", f"TRL repeats: {name}")
        return Run(epochs, accumulate, {}, 1)
    data = {
        "examples": _read_examples(keys, names, asked),
        "batch_size": keys.either(names.batch, names.size, whose, whole=True),
        "processes": Said(asked.processes or 1, "--processes"),
        "accumulate": accumulate,
    }
    if asked.processes is None:
        keys.want("--processes N", "how many train at once, one a GPU")
    if keys.flag("dataloader_drop_last"):
        data["drop_last"] = Said(True, keys.said("dataloader_drop_last"))
    return Run(epochs, accumulate, data)


def _read_examples(keys: Keys, names: Names, asked: Asked) -> Said:
    """Return what an epoch trains on: of what is held out, the share is rounded up."""
    packing = next(filter(keys.flag, ("packing", "sample_packing")), "")
    if keys.get("stage") == "pt" and keys.get("packing") is None:
        packing = "stage"  # LLaMA-Factory packs in pre-training
    if asked.examples is None:
        packed = f"the packed sequences, as {keys.said(packing)}"
        what = packed if packing else "in the dataset, before any validation split is taken off"
        keys.want("--examples N", f"{what}; or --batches N, the length of the dataloader")
        return Said(1)
    if packing:
        keys.note(packing, f"packs: {asked.examples:,} is taken for the count of packed sequences")
        return Said(asked.examples, "--examples")
    count, why = asked.examples, f"--examples {asked.examples}"
    most = keys.count("max_samples")  # of each of LLaMA-Factory's datasets
    if most and count > (most := most * (str(keys.get("dataset")).count(",") + 1)):
        count, why = most, f"{why}, of which {keys.said('max_samples')} are taken"
    share = keys.number(names.held_out) or 0
    off = int(share) if share > 1 else math.ceil(share * count)
    said = keys.said(names.held_out)
    if off:
        keys.note(names.held_out, f"{off:,} of {count:,} held out ({said}); {count - off:,} train")
    return Said(count - off, f"{why} less {off}: {said}" if off else why)
