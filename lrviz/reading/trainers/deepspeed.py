"""DeepSpeed's JSON: its schedulers as formulas, for which nobody needs to have it installed.

What DeepSpeed sets when it is built is what the first step trains with, and its own count begins at
the second: `step` in a formula is that count plus one. The formulas are those of DeepSpeed 0.19.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from lrviz.reading.trainers.config import Config
from lrviz.reading.trainers.dataloader import Loader, read_steps
from lrviz.reading.trainers.draft import Asked, Draft, Keys, Said
from lrviz.reading.trainers.stand_ins import read_arguments, refuse_unknown, stand_in
from lrviz.reading.trainers.tables import TABLES
from lrviz.spec.tree import Tree, find_below
from lrviz.spec.wording import suggest

_MARKS = ("train_micro_batch_size_per_gpu", "train_batch_size", "zero_optimization")

# What transformers' Trainer puts in place of `auto`, where it calls that otherwise.
_FILLED_IN = {
    "lr": "learning_rate",
    "warmup_num_steps": "warmup_steps",
    "train_micro_batch_size_per_gpu": "per_device_train_batch_size",
}


class _Given(NamedTuple):
    """What a schedule is made of: its arguments, its highest LR, and the steps of the run."""

    keys: Keys
    top: float
    total: int

    def get(self, name: str, default: float) -> int | float:
        """Return an argument."""
        value = _number(self.keys, name)
        return default if value is None else value

    def between(self, low: float, share: str) -> str:
        """Return the LR that is a share of the way from low to the top, as a factor of the top."""
        return f"({low} + ({self.top} - {low}) * {share}) / {self.top}" if low else share

    @property
    def rise(self) -> tuple[int, str]:
        """The steps of the warm-up, at least 2 as in DeepSpeed, and what share of it is done."""
        steps = max(2, int(self.get("warmup_num_steps", 1000)))
        if self.keys.text("warmup_type") == "linear":
            return steps, f"max(step - 1, 0) / {steps}"
        return steps, f"log(max(step, 1)) / log({steps})"


def _warm_up(given: _Given) -> str:
    return given.between(given.get("warmup_min_lr", 0), f"min(1, {given.rise[1]})")


def _warm_up_and_fall(given: _Given) -> str:
    (steps, rise), total = given.rise, given.total
    fall = f"max(0, {total + 1} - step) / {max(1, total - steps)}"
    return given.between(given.get("warmup_min_lr", 0), f"({rise} if step <= {steps} else {fall})")


def _warm_up_and_cosine(given: _Given) -> str:
    low, end = given.get("warmup_min_ratio", 0), given.get("cos_min_ratio", 0.0001)
    steps, rise = given.rise
    share = f"min(1, (step - {steps}) / {max(1, given.total - steps)})"
    fall = f"{end} + (1 - {end}) * (1 + cos(pi * {share})) / 2"
    # The first step has 0, whatever the ratio.
    rise = f"0 if step < 1 else {low} + (1 - {low}) * {rise}" if low else rise
    return f"{rise} if step <= {steps} else {fall}"


def _one_cycle(given: _Given) -> str:
    low, first = given.get("cycle_min_lr", 0), given.get("cycle_first_step_size", 2000)
    whole = first + given.get("cycle_second_step_size", first)
    stairs = given.get("cycle_first_stair_count", 0)
    up = _climb("step", first, stairs)
    stairs = given.get("cycle_second_stair_count", stairs)
    down = _climb(f"max(0, {whole} - step)", (whole - first) or 1, stairs)
    factor = given.between(low, f"({up} if step < {first} else {down})")
    size, rate = given.get("decay_step_size", 0), given.get("decay_lr_rate", 0)
    if not size or not rate:
        return factor
    fall = f"{low} / {given.top} / (1 + {rate} * (step - {whole}) / {size})"
    return f"{factor} if step <= {whole} else {fall}"


def _climb(step: str, size: float, stairs: float) -> str:
    return f"floor({step} * {stairs} / {size}) / {stairs}" if stairs else f"{step} / {size}"


def _range_test(given: _Given) -> str:
    done = f"step / {given.get('lr_range_test_step_size', 2000)}"
    done = f"floor({done})" if given.keys.flag("lr_range_test_staircase") else done
    return f"1 + {given.get('lr_range_test_step_rate', 1)} * {done}"


_COUNTS = ("warmup_num_steps", "lr_range_test_step_size", "total_num_steps")

# What makes the factor of the LR; the argument that is the LR; and what that is where it is not
# given, the optimizer's own for None.
_SCHEDULES: Mapping[str, tuple[Callable[[_Given], str], str, float | None]] = {
    "WarmupLR": (_warm_up, "warmup_max_lr", None),
    "WarmupDecayLR": (_warm_up_and_fall, "warmup_max_lr", 0.001),
    "WarmupCosineLR": (_warm_up_and_cosine, "", None),
    "OneCycle": (_one_cycle, "cycle_max_lr", None),
    "LRRangeTest": (_range_test, "lr_range_test_min_lr", 0.001),
}


def looks_like(tree: Mapping[str, Tree]) -> bool:
    """Whether there is what only DeepSpeed's config has; many have a train_batch_size."""
    named = str(find_below(dict(tree), ("scheduler", "type")))
    return named in _SCHEDULES or _MARKS[0] in tree or _MARKS[2] in tree


def draft(config: Config, asked: Asked) -> Draft:
    """Return the spec of a run of DeepSpeed's engine.

    Raises:
        SpecError: what is wrong, and what is missing, all at once.
    """
    keys = Keys(config)
    params, named = keys.inside("scheduler", "params"), keys.inside("scheduler").text("type")
    if named not in _SCHEDULES:
        text = f"unknown scheduler; {suggest(named, tuple(_SCHEDULES))}"
        key = ("scheduler", "type") if named else ()
        keys.problems.say(key, text if named else "names no scheduler; the program brings its own")
        return keys.finish({})
    make, top, default = _SCHEDULES[named]
    known = TABLES["deepspeed"][named]
    begun = () if params.get("last_batch_iteration") != -1 else ("last_batch_iteration",)
    refuse_unknown(params, named, known, begun)
    for each in _COUNTS:
        _number(params, each, whole=True)
    read = (each for each in known if "mom" not in each and params.get(each) is not None)
    said = f"scheduler.params: {', '.join(read)}"
    length = _read_length(keys, params, asked)
    optimizer = keys.inside("optimizer", "params")
    lr = _read_lr(optimizer, params, top, default)
    kind = keys.inside("optimizer").text("type") or "Adam"
    found, remark = stand_in(kind)
    if not remark:
        refuse_unknown(optimizer, kind)
    shown = ("weight_decay", "momentum" if found == "SGD" else "betas")
    arguments = {"lr": lr, **read_arguments(optimizer, shown)}
    why = f"{named} as a formula; its class: deepspeed.runtime.lr_schedules:{named}, with --allow"
    if named == "OneCycle" and found != "SGD" and params.get("cycle_momentum") is not False:
        why += "; a formula moves no momentum"
        params.note("cycle_momentum", "left out: a formula moves the LR alone, not the first beta")
    total = int(_number(params, "total_num_steps") or length.number)
    factor = make(_Given(params, lr.number, total))
    below = {"LambdaLR": Said(why=why, below={"lr_lambda": Said(factor, said)})}
    named_as = Said(why=f"optimizer.type: {kind}{remark}", below=arguments)
    scheduler = Said(why=f"scheduler.type: {named}", below=below)
    return keys.finish(
        {"steps": length, "optimizer": Said(below={found: named_as}), "scheduler": scheduler}
    )


def _number(keys: Keys, name: str, *, whole: bool = False) -> int | float | None:
    """Return a number; None for nothing, or for what is to be filled in."""
    if keys.get(name) == "auto":
        return None
    return keys.count(name) if whole else keys.number(name)


def _wanted(keys: Keys, name: str, *, whole: bool = False) -> int | float | None:
    """Return a number; what is to be filled in is asked for."""
    if keys.get(name) == "auto":
        text = f"auto is what the Trainer has as {_FILLED_IN.get(name, name)}; write the number"
        keys.problems.say((*keys.at, name), text)
    return _number(keys, name, whole=whole)


def _read_lr(optimizer: Keys, params: Keys, name: str, default: float | None) -> Said:
    """Return the LR that is scheduled, be it the optimizer's own."""
    if (top := _number(params, name)) is not None:
        if top <= 0:
            params.refuse(name, "must be more than 0")
        return Said(top or 1, f"{params.path(name)}, in place of the optimizer's")
    if default is not None and params.get(name) is None:
        return Said(default, f"{params.path(name)} is not there: DeepSpeed's default")
    lr = _wanted(optimizer, "lr")
    return Said(lr or 0.001, optimizer.path("lr") if lr else "optimizer.params.lr is not there")


def _read_length(keys: Keys, params: Keys, asked: Asked) -> Said:
    """Return the steps of the run: DeepSpeed's own count of them, or those of its data."""
    _wanted(params, "warmup_num_steps")
    total = _number(params, "total_num_steps")
    if total and asked.epochs is None:
        return Said(int(total), params.path("total_num_steps"))
    if params.get("total_num_steps") not in (None, "auto") and not total:
        return Said(1)  # refused
    accumulate, size = _read_batches(keys, asked)
    loader = Loader(Said(1), Said(size), drops=False)
    batches = read_steps(keys, asked, loader)[1]
    if asked.epochs is None or not batches:
        keys.want("--epochs N and --batches N", "as DeepSpeed's config has no length of a run")
        return Said(1)
    # What an epoch leaves over of the batches of a step, the next one goes on with.
    steps = math.floor(asked.epochs * batches / accumulate)
    return Said(
        steps, f"--epochs {asked.epochs:g} x {batches} batches / {accumulate}, rounded down"
    )


def _read_batches(keys: Keys, asked: Asked) -> tuple[int, int]:
    """Return the batches of a step, and their size: DeepSpeed derives what is not given."""
    micro, name, processes = _MARKS[0], _MARKS[1], asked.processes or 1
    accumulate = _wanted(keys, "gradient_accumulation_steps", whole=True)
    whole = _number(keys, name, whole=True)
    size = (_wanted if asked.examples else _number)(keys, micro, whole=True)
    if whole and size and not accumulate and not (asked.processes or asked.examples):
        keys.want("--processes N", f"as {keys.said(name)} is what all of them take")
    if asked.examples and not (whole or keys.get(micro)):
        keys.refuse(name, f"must be there, or {micro}")
    accumulate = accumulate or (whole // size // processes if whole and size else 1)
    size = size or (whole or 1) // processes // accumulate
    if whole and asked.processes and whole != size * accumulate * processes:
        keys.refuse(name, f"must be {size} a batch x {accumulate} a step x {processes} processes")
    return int(accumulate or 1), int(size or 1)
