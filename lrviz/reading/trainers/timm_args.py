"""The args.yaml that timm's training script writes, and what its factory of schedulers makes of it.

All is counted in epochs, or in updates where `sched_on_updates` says so.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lrviz.reading.trainers.config import Config
from lrviz.reading.trainers.dataloader import ONCE_AN_EPOCH, Loader, read_steps
from lrviz.reading.trainers.draft import Asked, Draft, Keys, Said, unquote
from lrviz.reading.trainers.stand_ins import read_arguments, stand_in
from lrviz.reading.trainers.tables import TABLES
from lrviz.spec.tree import Tree, is_number
from lrviz.spec.wording import suggest
from lrviz.spell import spell_yaml

_CLASSES: Mapping[str, str] = TABLES["timm"]["classes"]
_ARGUMENTS: Mapping[str, Mapping[str, Any]] = TABLES["timm"]["arguments"]
_CYCLES, _STABLE = ("cosine", "tanh", "poly"), ("wsd", "rsqrt")

_MARKS = frozenset(each["key"] for each in _ARGUMENTS.values()) | {"opt", "sched_on_updates"}


def looks_like(tree: Mapping[str, Tree]) -> bool:
    """Whether there are keys at the top as timm's script has them."""
    return "sched" in tree and len(_MARKS & tree.keys()) >= 3


@dataclass(frozen=True)
class _Args:
    """A run's arguments, its schedule's kind, and an epoch's updates if they are counted."""

    keys: Keys
    kind: str
    updates: int

    def number(self, name: str, default: float) -> int | float:
        value = self.keys.number(name)
        return default if value is None else value

    def said(self, name: str, default: Tree) -> str:
        """Return a key and its value, for a comment; where it is not there, what it then is."""
        is_there = self.keys.get(name) is not None
        return self.keys.said(name) if is_there else f"timm's default {name} {default}"

    @property
    def warm(self) -> float:
        return self.number("warmup_epochs", 5)

    @property
    def decay(self) -> float:
        """Where the key is not there it is not what the factory has for null."""
        if "decay_epochs" not in self.keys.config.tree:
            return 30
        return self.number("decay_epochs", 90 if self.kind == "step" else 0.2)

    @property
    def before(self) -> float:
        """The epochs of a warm-up that comes before the others."""
        return self.warm if self.keys.flag("warmup_prefix") else 0

    def count(self, epochs: Tree) -> Tree:
        """Return epochs as the scheduler counts them."""
        if isinstance(epochs, list):
            return [self.count(each) for each in epochs]
        return f"={spell_yaml(epochs)} * steps_per_epoch" if self.updates and epochs else epochs


def draft(config: Config, asked: Asked) -> Draft:
    """Return the spec of a run of timm's training script.

    Raises:
        SpecError: what is wrong, and what is missing, all at once.
    """
    keys = Keys(config)
    kind = keys.text("sched")
    if kind not in _CLASSES:
        none = "no schedule: the LR stays as it is; write a spec with ConstantLR and factor 1"
        unknown = f"unknown schedule; {suggest(kind, tuple(_CLASSES))}"
        keys.refuse("sched", none if kind == "none" else unknown)
        return keys.finish({})
    if kind == "plateau" and keys.flag("sched_on_updates"):
        keys.refuse("sched_on_updates", "a plateau is looked for epoch by epoch alone")
    batch = Said(keys.count("batch_size") or 128, "batch_size")
    loader = Loader(Said(keys.count("grad_accum_steps") or 1, "grad_accum_steps"), batch)
    length, updates = read_steps(keys, asked, loader)
    by_update = keys.flag("sched_on_updates") and kind != "plateau"
    if by_update and not length:
        keys.want("--batches N", "as sched_on_updates counts (or --examples N and --processes N)")
    args = _Args(keys, kind, max(1, updates) if by_update else 0)
    best = keys.text("eval_metric") or "top1"
    named = keys.text("opt") or "sgd"
    found, remark = stand_in("SGD" if named == "momentum" else named)
    if keys.get("layer_decay") is not None:
        keys.note("layer_decay", "left out: the LR of each layer is a share of this one")
    shown = ("weight_decay", "momentum") if found == "SGD" else ("weight_decay",)
    given = {"lr": _read_lr(keys, asked, loader), **read_arguments(keys, shown)}
    scheduler = Said(why=keys.said("sched"), below=dict(_iter_arguments(args)))
    return keys.finish(
        {
            "epochs": _count_epochs(args),
            **(length or ONCE_AN_EPOCH),
            "optimizer": Said(below={found: Said(why=f"opt: {named}{remark}", below=given)}),
            "scheduler": Said(below={f"timm.{_CLASSES[kind]}LRScheduler": scheduler}),
            **(keys.read_metric(asked, f"the {best}") if kind == "plateau" else {}),
        }
    )


def _read_lr(keys: Keys, asked: Asked, loader: Loader) -> Said:
    """Return the LR, or where it is left to the script, what follows from the whole batch."""
    if lr := keys.number("lr"):
        return Said(lr, "lr")
    if asked.processes is None:
        keys.want("--processes N", "as lr is null, and follows from what all of them take")
    base, size = keys.number("lr_base") or 0.1, keys.number("lr_base_size") or 256
    whole = loader.each * (asked.processes or 1) * loader.accumulate.number
    is_root = any(each in keys.text("opt").lower() for each in ("ada", "lamb"))
    scale = keys.text("lr_base_scale") or ("sqrt" if is_root else "linear")
    ratio = (whole / size) ** (0.5 if scale == "sqrt" else 1)
    return Said(base * ratio, f"lr is null: lr_base {base} x {whole} / {size}, {scale}")


def _count_epochs(args: _Args) -> Said:
    """Return the epochs in all: those of every cycle, a warm-up before and a rest after them."""
    limit, growth = int(args.number("lr_cycle_limit", 1)), args.number("lr_cycle_mul", 1)
    found, why = args.number("epochs", 100), args.said("epochs", 100)
    if args.kind in _CYCLES and limit > 1:
        each = args.updates or 1
        total = found * each * limit
        if growth != 1:
            total = math.floor(-found * each * (float(growth) ** limit - 1) / (1 - growth))
        found, why = total // each, f"{why}, in {limit} cycles"
    if args.before:
        found, why = found + args.before, f"{why}, after {args.said('warmup_epochs', 5)}"
    rest = args.number("cooldown_epochs", 0)
    if rest and args.kind in (*_CYCLES, *_STABLE):
        found, why = found + rest, f"{why}, then {args.keys.said('cooldown_epochs')}"
    return Said(found, why)


def _iter_arguments(args: _Args) -> Iterator[tuple[str, Said]]:
    """Yield what the factory hands to the scheduler."""
    keys, kind = args.keys, args.kind
    if kind in _STABLE:
        yield from _iter_stable(args)
    if kind in ("step", "constant"):
        every = args.count(args.decay) if kind == "step" else 1
        why = args.said("decay_epochs", every) if kind == "step" else keys.said("sched")
        yield "decay_t", Said(every, why)
    if kind == "constant":
        yield "decay_rate", Said(1.0, "it drops to all of it")
    if kind == "plateau":
        best = "min" if "loss" in keys.text("eval_metric") else "max"
        yield "mode", Said(best, args.said("eval_metric", "top1"))
    noise = _read_numbers(keys, "lr_noise")
    whole = args.number("epochs", 100) * (args.updates or 1)
    at: list[Tree] = [
        each * whole for each in (noise if isinstance(noise, list) else [noise]) if is_number(each)
    ]
    if at:
        yield "noise_range_t", Said(at if len(at) > 1 else at[0], keys.said("lr_noise"))
    is_on = {"noise": bool(at), "warmup": bool(args.warm)}
    for name, told in _ARGUMENTS.items():
        if kind not in told.get("of", _CLASSES):
            continue
        why = told["key"]
        value = _read_numbers(keys, why)
        if value is None:
            value, why = told.get("usual"), f"{why} is not there: timm's default"
        if is_on.get(name.partition("_")[0], True) and value != told.get("unless"):
            yield name, Said(args.count(value) if "time" in told else value, why)
    if args.updates:
        yield "t_in_epochs", Said(False, keys.said("sched_on_updates"))


def _read_numbers(keys: Keys, name: str) -> Tree:
    """Return a number or several, in quotes though they be, or a flag; None for nothing."""
    value = unquote(keys.get(name))
    if name == "warmup_prefix" and value is not None:
        return keys.flag(name)
    is_several = isinstance(value, list) and all(map(is_number, value))
    return value if is_several else keys.number(name)


def _iter_stable(args: _Args) -> Iterator[tuple[str, Said]]:
    """Yield what a stable phase and a decay are given: their warm-up always comes before."""
    keys, is_root, shape = args.keys, args.kind == "rsqrt", args.keys.text("lr_decay_fn")
    left, decay = args.number("epochs", 100) + args.before - args.warm, args.decay
    less = "" if args.before else f" less {args.said('warmup_epochs', 5)}"
    yield "t_initial", Said(args.count(left), args.said("epochs", 100) + less)
    calls = round((decay * left if 0 < decay < 1 else decay) * (args.updates or 1))
    yield "decay_t", Said(calls, f"{args.said('decay_epochs', decay)}, rounded")
    yield "stable_fn", Said("rsqrt" if is_root else "constant", keys.said("sched"))
    usual = "linear" if is_root else "1-sqrt"
    yield "decay_fn", Said(shape or usual, "lr_decay_fn" if shape else "as timm's factory does")
