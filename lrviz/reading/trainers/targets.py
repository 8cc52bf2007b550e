"""What Lightning CLI, hydra and torchtune name by its path: looked up in the catalog, not imported.

`class_path` has its arguments under `init_args`; `_target_` and `_component_` have them beside.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil

from lrviz.reading.trainers.config import Config
from lrviz.reading.trainers.dataloader import ONCE_AN_EPOCH, Loader, read_steps
from lrviz.reading.trainers.draft import Asked, Draft, Entries, Keys, Said
from lrviz.reading.trainers.naming import WORDS, Target, iter_targets
from lrviz.reading.trainers.stand_ins import read_arguments
from lrviz.spec.catalog import CATALOG
from lrviz.spec.catalog.external import remedy
from lrviz.spec.tree import Tree, find_below

# What is no argument of a schedule.
_ASIDE = frozenset(
    (*WORDS, "optimizer", "last_epoch", "verbose", "monitor", "_args_", "_partial_", "_convert_")
)

# Where trainers have what they count.
_PLACES = ((), ("trainer",), ("training",), ("train",), ("data", "init_args"), ("data",))


def looks_like(tree: Mapping[str, Tree]) -> bool:
    """Whether a path names a scheduler or an optimizer, or stands as one."""
    return any(each.role for each in iter_targets(dict(tree)))


def draft(config: Config, asked: Asked) -> Draft:
    """Return the spec of the scheduler and the optimizer that a config names.

    Raises:
        SpecError: what is wrong, and what is missing, all at once.
    """
    keys = Keys(config)
    targets = [each for each in iter_targets(config.tree) if each.role]
    for each in targets:
        _refuse_unknown(keys, each)
    keys.finish({})
    scheduler, optimizer = (_find(keys, targets, role) for role in ("scheduler", "optimizer"))
    keys.finish({})
    named = Said(why=optimizer.path, below=read_arguments(optimizer.inside(keys)))
    calls = _read_calls(keys, scheduler, asked)
    is_told = CATALOG[scheduler.name].takes_metric
    is_tune = scheduler.word == "_component_"
    by_step = is_tune or scheduler.inside(keys).get("t_in_epochs") is False
    by_step = by_step or calls.get("interval", Said()).value == "step"
    return keys.finish(
        {
            **_read_length(keys, asked, is_tune=is_tune, by_step=by_step),
            **calls,
            "optimizer": Said(below={optimizer.name: named}),
            "scheduler": Said(below=_spell(keys, scheduler)),
            **(keys.read_metric(asked, "the loss") if is_told else {}),
        }
    )


def _refuse_unknown(keys: Keys, target: Target) -> None:
    if not target.name:
        module, _, name = target.path.rpartition(".")
        may = remedy(f"{module}:{name}") if target.role == "scheduler" else ""
        text = f"no {target.role} that is known here, and nothing is imported, got {target.path}"
        keys.problems.say((*target.key, target.word), f"{text}; {may}" if may else text)


def _find(keys: Keys, targets: list[Target], role: str) -> Target:
    """Return the one scheduler, or the one optimizer."""
    found = [each for each in targets if each.role == role]
    for each in found[1:]:
        keys.problems.say(each.key, f"a second {role}; leave one")
    if not found:
        keys.problems.say((), f"names no {role} by {', '.join(WORDS)}")
    return found[0] if found else Target("")


def _spell(keys: Keys, target: Target) -> Entries:
    """Return a scheduler with its arguments, and those that it is made of."""
    inner, arguments = target.inside(keys), {}
    given = find_below(keys.config.tree, inner.at)
    for name, value in given.items() if isinstance(given, dict) else ():
        if name in _ASIDE:
            continue
        if name not in CATALOG[target.name].arguments:
            inner.refuse(name, f"no argument of {target.name}")
        elif "${" in str(value) or value == "???":
            inner.refuse(name, "must be said in this file")
        elif name == "schedulers":
            children = list(iter_targets(value, (*inner.at, name)))
            for each in children:
                _refuse_unknown(keys, each)
            below = [_spell(keys, each) for each in children if each.name in CATALOG]
            arguments[name] = Said(below=below, why=inner.path(name))
        else:
            arguments[name] = Said(value, inner.path(name))
    return {target.name: Said(why=target.path, below=arguments)}


def _read_calls(keys: Keys, target: Target, asked: Asked) -> Entries:
    """Return when it is called, as keys beside it say, or as the program is known to do."""
    beside = keys.inside(*target.key[:-1])
    calls: dict[str, Said] = {}
    if asked.interval:
        calls["interval"] = Said(asked.interval, "--interval")
    elif beside.get("interval") in ("step", "epoch"):
        calls["interval"] = Said(beside.get("interval"), beside.path("interval"))
    elif target.word == "class_path" and len(target.key) == 1:
        calls["interval"] = Said("epoch", "as Lightning's CLI calls it")
    elif target.word != "_component_" and not CATALOG[target.name].has_own_interval:
        why = "when your code calls scheduler.step(); Lightning's default is epoch"
        keys.want("--interval epoch|step", why)
    if isinstance(every := beside.get("frequency"), int) and every > 1:
        calls["frequency"] = Said(every, beside.path("frequency"))
    return calls


def _count(keys: Keys, *names: str) -> Said | None:
    """Return the first whole number of these names where trainers have theirs; None for none."""
    for inner, name in ((keys.inside(*place), name) for place in _PLACES for name in names):
        value = inner.get(name)
        if isinstance(value, int) and value > 0 and not isinstance(value, bool):
            return Said(value, inner.path(name))
    return None


def _read_length(keys: Keys, asked: Asked, *, is_tune: bool, by_step: bool) -> Entries:
    """Return how long the run is: torchtune drops what does not fill a batch or a step."""
    epochs = Said(asked.epochs, "--epochs") if asked.epochs else None
    epochs = epochs or _count(keys, "max_epochs", "epochs", "num_epochs")
    limit = None if asked.epochs else _count(keys, "max_steps")
    entries, steps = _read_epoch(keys, asked, is_tune=is_tune)
    if limit and (epochs is None or not steps or limit.number < epochs.number * steps):
        if by_step:
            return {"steps": limit}
        if steps:
            why = f"the last is cut short by {limit.why}: {limit.value}"
            epochs = Said(ceil(limit.number / steps), why)
    if not steps and by_step:
        keys.want("--batches N", "of one process in an epoch (or --examples N and --processes N)")
    if epochs is None:
        keys.want("--epochs N", "as this file has none")
    return {"epochs": epochs or Said(1), **(entries or {"steps_per_epoch": Said(1, ONCE_AN_EPOCH)})}


def _read_epoch(keys: Keys, asked: Asked, *, is_tune: bool) -> tuple[Entries, int]:
    """Return the keys of a spec that say the steps of an epoch, and how many they are."""
    one = Said(1)
    accumulate = _count(keys, "accumulate_grad_batches", "gradient_accumulation_steps") or one
    if asked.processes is None and (devices := _count(keys, "devices")):
        nodes = _count(keys, "num_nodes") or one
        asked = replace(asked, processes=int(devices.number * nodes.number))
    loader = Loader(accumulate, _count(keys, "batch_size"), is_tune, "drop" if is_tune else "step")
    entries, steps = read_steps(keys, asked, loader)
    share = keys.inside("trainer").get("limit_train_batches")
    if "data" in entries and isinstance(share, float) and share < 1:
        keys.want("--batches N", "as limit_train_batches leaves some out")
    cap = _count(keys, "max_steps_per_epoch", "steps_per_epoch")
    if limit := _count(keys, "limit_train_batches"):
        why = f"{limit.why}: {limit.value} / {accumulate.value}, rounded up"
        cap = Said(loader.count(int(limit.number)), why)
    if cap and (not steps or cap.number < steps):
        return {"steps_per_epoch": cap}, int(cap.number)
    return entries, steps
