"""What Lightning CLI, hydra and torchtune name by its path: looked up in the catalog, not imported.

`class_path` has its arguments under `init_args`; `_target_` and `_component_` have them beside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil

from lrviz.reading.trainers.config import Config
from lrviz.reading.trainers.dataloader import ONCE_AN_EPOCH, Loader, read_steps
from lrviz.reading.trainers.draft import Asked, Draft, Entries, Keys, Said, unquote
from lrviz.reading.trainers.naming import WORDS, Target, find_distinct, iter_targets, suggest_path
from lrviz.reading.trainers.stand_ins import read_arguments, refuse_unknown, stand_in
from lrviz.reading.trainers.tables import TABLES
from lrviz.spec.catalog import CATALOG
from lrviz.spec.tree import Tree, find_below

_ASIDE: Sequence[str] = TABLES["targets"]["aside"]

# What transformers.get_scheduler, which takes a name, hands only to a function that takes it.
_DROPPED = ("num_warmup_steps", "num_training_steps")

# What may be left to the machine, and is asked for then.
_OPEN = ("devices", "num_nodes", "batch_size")

_DATA: Sequence[str] = TABLES["targets"]["data"]
_PLACES = tuple(tuple(each.split()) for each in (*TABLES["targets"]["places"], *_DATA))


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
    calls = _read_calls(keys, scheduler, asked)
    is_told = CATALOG[scheduler.name].takes_metric
    is_tune = scheduler.word == "_component_"
    by_step = is_tune or scheduler.inside(keys).get("t_in_epochs") is False
    by_step = by_step or calls.get("interval", Said()).value == "step"
    return keys.finish(
        {
            **_read_length(keys, asked, is_tune=is_tune, by_step=by_step),
            **calls,
            "optimizer": Said(below=_read_optimizer(keys, optimizer)),
            "scheduler": Said(below=_spell(keys, scheduler)),
            **(keys.read_metric(asked, "the loss") if is_told else {}),
        }
    )


def _refuse_unknown(keys: Keys, target: Target) -> None:
    if target.inside(keys).get("_args_") not in (None, [], [target.path]):
        target.inside(keys).refuse("_args_", "order tells no names: write the arguments by name")
    is_class = target.path.rpartition(".")[2][:1].isupper()
    is_foreign = target.role == "optimizer" and is_class and not target.path.startswith("torch.")
    if not target.name and not is_foreign:
        text = f"no {target.role} that is known here, and nothing is imported, got {target.path}"
        may = suggest_path(target.path)
        keys.problems.say((*target.key, target.word), f"{text}; {may}" if may else text)


def _find(keys: Keys, targets: list[Target], role: str) -> Target:
    """Return the one scheduler, or the one optimizer."""
    found = find_distinct(keys, [each for each in targets if each.role == role])
    for each in found[1:]:
        keys.problems.say(each.key, f"a second {role}; leave one")
    if not found:
        keys.problems.say((), f"names no {role} by {', '.join(WORDS)}")
    return found[0] if found else Target("")


def _read_optimizer(keys: Keys, target: Target) -> Entries:
    """Return an optimizer with what a curve shows of it; one of torch is asked what it takes."""
    inner, foreign = target.inside(keys), stand_in(target.path.rpartition(".")[2])
    name, remark = (target.name, "") if target.name else foreign
    if target.path.startswith("torch."):
        refuse_unknown(inner, name, besides=_ASIDE)
    if inner.get("lr") is None:
        inner.note("lr", "not there: the optimizer's own default is taken")
    shown = ("lr", "betas", "weight_decay") + (() if remark else ("momentum",))
    return {name: Said(why=target.path + remark, below=read_arguments(inner, shown))}


def _spell(keys: Keys, target: Target) -> Entries:
    """Return a scheduler with its arguments, and those that it is made of."""
    inner, arguments = target.inside(keys), {}
    given, known = find_below(keys.config.tree, inner.at), CATALOG[target.name].arguments
    aside = (*_ASIDE, *(_DROPPED if inner.get("name") else ()))
    refuse_unknown(inner, target.name, tuple(known), aside)
    for name, value in given.items() if isinstance(given, dict) else ():
        if name in _ASIDE or name not in known:
            continue
        if "${" in str(value) or value == "???":
            is_key = not {*":?"} & {*str(value)}
            inner.refuse(name, f"{'no such key' if is_key else 'must be said'} in this file")
        elif name == "schedulers":
            children = list(iter_targets(value, (*inner.at, name)))
            for each in children:
                _refuse_unknown(keys, each)
            below = [_spell(keys, each) for each in children if each.name in CATALOG]
            arguments[name] = Said(below=below, why=inner.path(name))
        else:
            arguments[name] = Said(unquote(value), inner.path(name))
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
    if (every := _count_at(beside, "frequency")) and every.number > 1:
        calls["frequency"] = every
    return calls


def _count(keys: Keys, *names: str) -> Said | None:
    """Return the first whole number of these names where trainers have theirs; None for none."""
    places = ((keys.inside(*place), name) for place in _PLACES for name in names)
    return next(filter(None, (_count_at(*each) for each in places)), None)


def _count_at(inner: Keys, name: str) -> Said | None:
    """Return a whole number; None where there is none, or it is off: 0 and -1 are."""
    value = unquote(inner.get(name))
    is_open = name in _OPEN and (value == "auto" or isinstance(value, list | dict))
    is_off = value in (None, 0, -1) and (value is None or name != "limit_train_batches")
    if is_off or is_open:
        return None
    found = inner.count(name)
    return Said(found, inner.path(name)) if found else None


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
    if not entries and by_step:
        why = "of one process in an epoch (or --examples N and --processes N)"
        if asked.examples:
            why = f"as no batch_size is at the top, nor in trainer, data, {', '.join(_DATA)}"
        keys.want("--batches N", why)
    if epochs is None and not keys.problems.found:
        keys.want("--epochs N", "as this file has none")
    return {"epochs": epochs or Said(1), **(entries or ONCE_AN_EPOCH)}


def _read_epoch(keys: Keys, asked: Asked, *, is_tune: bool) -> tuple[Entries, int]:
    """Return the keys of a spec that say the steps of an epoch, and how many they are."""
    one, trainer = Said(1), keys.inside("trainer")
    accumulate = _count(keys, "accumulate_grad_batches", "gradient_accumulation_steps") or one
    batch = _count(keys, "batch_size") if asked.examples else None
    if batch and asked.processes is None and (devices := _count(keys, "devices")):
        nodes = _count(keys, "num_nodes") or one
        asked = replace(asked, processes=int(devices.number * nodes.number))
    if batch and is_tune and (dataset := keys.inside("dataset")).flag("packed"):
        dataset.note("packed", "on: --examples is taken for the count of packed sequences")
    loader = Loader(accumulate, batch, is_tune, "drop" if is_tune else "step")
    given = unquote(trainer.get("limit_train_batches"))
    share = given if isinstance(given, float) and 0 < given <= 1 else 0.0
    if 0 < share < 1 and asked.batches:
        asked = replace(asked, batches=int(asked.batches * share))
        trainer.note("limit_train_batches", f"leaves {asked.batches} of the batches")
    entries, steps = read_steps(keys, asked, loader)
    if "data" in entries and 0 < share < 1:
        keys.want("--batches N", "as limit_train_batches leaves some out")
    cap = _count(keys, "max_steps_per_epoch", "steps_per_epoch")
    if not share and (limit := _count(keys, "limit_train_batches")):
        why = f"{limit.why}: {limit.value} / {accumulate.value}, rounded up"
        cap = Said(loader.count(int(limit.number)), why)
    for name in ("overfit_batches", "fast_dev_run"):
        if trainer.get(name):
            trainer.note(name, "left out: a run without it is drawn")
    if cap and (not steps or cap.number < steps):
        return {"steps_per_epoch": cap}, int(cap.number)
    return entries, steps
