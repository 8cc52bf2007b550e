"""Arguments of Hugging Face's Trainer, as TRL, LLaMA-Factory and others take them, too."""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress

from lrviz.errors import KeyPath
from lrviz.reading.trainers.config import Config
from lrviz.reading.trainers.counting import Names, read_limit, read_run
from lrviz.reading.trainers.draft import Asked, Draft, Entries, Keys, Said
from lrviz.reading.trainers.tables import TABLES
from lrviz.spec.catalog import CATALOG
from lrviz.spec.tree import Tree
from lrviz.spec.usual import list_short
from lrviz.spec.wording import suggest
from lrviz.spec.yamltree import parse_scalar
from lrviz.spell import spell_yaml

SCHEDULES = list_short()
BY_METRIC = ("reduce_lr_on_plateau", "greedy")
WITHOUT_WARMUP = ("constant", *BY_METRIC)
# To these the Trainer hands no lr_scheduler_kwargs.
WITHOUT_ARGUMENTS = ("constant", "constant_with_warmup")

_BETAS = (("adam_beta1", 0.9), ("adam_beta2", 0.999))

# One of these is enough; of the others, two.
_SURE = frozenset({"lr_scheduler_type", "num_train_epochs", "lr_scheduler_kwargs"})
_MARKS = _SURE | {"per_device_train_batch_size", "gradient_accumulation_steps"}
_DEPTH = 3

NAMES = Names(**TABLES["huggingface"]["names"])


def looks_like(tree: Mapping[str, Tree]) -> bool:
    """Whether there is a mapping of the Trainer's arguments."""
    return find_arguments(tree) is not None and "log_history" not in tree


def find_arguments(tree: Mapping[str, Tree]) -> KeyPath | None:
    """Return where the arguments stand: at the top, or under a key; None for nowhere.

    >>> find_arguments({"training": {"args": {"num_train_epochs": 3}}})
    ('training', 'args')
    """
    level: list[tuple[KeyPath, Mapping[str, Tree]]] = [((), tree)]
    for _ in range(_DEPTH):
        found = max(level, key=lambda each: len(_MARKS & each[1].keys()), default=((), {}))
        if _SURE & found[1].keys() or len(_MARKS & found[1].keys()) > 1:
            return found[0]
        level = [
            ((*key, name), below)
            for key, each in level
            for name, below in each.items()
            if isinstance(below, dict)
        ]
    return None


def draft(config: Config, asked: Asked) -> Draft:
    """Return the spec of a run of the Trainer.

    Raises:
        SpecError: what is wrong, and what is missing, all at once.
    """
    keys = Keys(config, find_arguments(config.tree) or ())
    if keys.get("learning_rate") is None:
        keys.note("learning_rate", "not there: 5e-5 is the Trainer's default, TRL's own differ")
    scheduler = read_scheduler(keys, NAMES, asked, _read_warmup(keys))
    return make_draft(keys, NAMES, _read_length(keys, asked), scheduler)


def make_draft(keys: Keys, names: Names, length: Entries, scheduler: Entries) -> Draft:
    """Return the spec of a run whose length and scheduler are known."""
    for name in filter(keys.get, ("embedding_lr", "lr_groups", "loraplus_lr_ratio")):
        keys.note(name, "some parameters have an LR of their own; one is drawn")
    if keys.get("deepspeed") is not None:
        keys.note("deepspeed", "a scheduler in its own config goes before this one; import that")
    return keys.finish({**length, "optimizer": _read_optimizer(keys, names), **scheduler})


def _read_length(keys: Keys, asked: Asked) -> Entries:
    """Return how long the Trainer's run is: the epochs times the steps of one, rounded up."""
    if limit := read_limit(keys, asked):
        return {"steps": limit}
    run = read_run(keys, NAMES, asked)
    epochs, each = run.epochs.number, run.steps_per_epoch
    why = f"{epochs} epochs x {each} steps are {epochs * each!r} in floats, rounded up"
    return run.tell(math.ceil(epochs * each), f"{why} as the Trainer does")


def _read_warmup(keys: Keys) -> Said:
    """Return the Trainer's warm-up: a count of steps, or a share of all, rounded up."""
    steps, ratio = keys.number("warmup_steps") or 0, keys.number("warmup_ratio") or 0
    if steps >= 1:
        return Said(int(steps), keys.said("warmup_steps"))
    name, share = ("warmup_steps", steps) if steps else ("warmup_ratio", ratio)
    if not share:
        return Said(0, "no warm-up: neither warmup_steps nor warmup_ratio")
    why = f"{keys.said(name)}, rounded up as the Trainer does"
    if name == "warmup_ratio":
        why += "; from transformers 5 on it is a warmup_steps below 1"
    return Said(f"=ceil(total_calls * {spell_yaml(share)})", why)


def read_scheduler(keys: Keys, names: Names, asked: Asked, warmup: Said) -> Entries:
    """Return the scheduler that goes by a name of the Trainer's, and when it is called."""
    for name, most in (("warmup_steps", math.inf), ("warmup_ratio", 1)):
        if not 0 <= (keys.number(name) or 0) <= most:
            keys.refuse(name, "must be at least 0, and a ratio at most 1")
    named = keys.text(names.scheduler)
    kind = named.rpartition(".")[2].lower() or names.schedule
    if kind not in SCHEDULES:
        keys.refuse(names.scheduler, f"unknown schedule; {suggest(kind, tuple(SCHEDULES))}")
        return {}
    name = SCHEDULES[kind]
    arguments = {} if kind in WITHOUT_ARGUMENTS else dict(read_arguments(keys, name))
    if kind not in WITHOUT_WARMUP:
        arguments = {"num_warmup_steps": warmup, **arguments}
    elif warmup.value != 0:
        keys.note(names.scheduler, f"{kind} has no warm-up, and takes none from the config")
    why = keys.said(names.scheduler) if named else f"{names.trainer}'s default, {kind}"
    scheduler = {name: Said(why=why, below=arguments)}
    calls = dict(_read_calls(keys, asked)) if kind in BY_METRIC else {}
    return {"scheduler": Said(below=scheduler), **calls}


def read_arguments(keys: Keys, scheduler: str) -> Iterator[tuple[str, Said]]:
    """Yield the arguments that the config gives the scheduler itself, numbers though in quotes."""
    given = keys.get("lr_scheduler_kwargs") or {}
    if isinstance(given, str):
        with suppress(ValueError, RecursionError):
            given = json.loads(given)
    if not isinstance(given, dict):
        keys.refuse("lr_scheduler_kwargs", "must be a mapping of arguments")
        return
    known = sorted(CATALOG[scheduler].arguments.keys() - {"num_warmup_steps", "num_training_steps"})
    for name, value in given.items():
        key = (*keys.at, "lr_scheduler_kwargs", name)
        if name not in known:
            keys.problems.say(key, f"no argument that {scheduler} takes; {suggest(name, known)}")
        value = parse_scalar(value) if isinstance(value, str) else value
        yield name, Said(value, f"lr_scheduler_kwargs.{name}")


def _read_calls(keys: Keys, asked: Asked) -> Iterator[tuple[str, Said]]:
    """Yield when a scheduler is called that is given a metric: at evaluations, no other time."""
    key = next((each for each in ("eval_strategy", "evaluation_strategy") if keys.get(each)), "")
    match asked.interval, keys.text(key).rpartition(".")[2].lower():
        case str(interval), _:
            yield "interval", Said(interval, "--interval")
        case _, "epoch":
            yield "interval", Said("epoch", keys.said(key))
        case _, "steps":
            every = "eval_steps" if keys.get("eval_steps") else "logging_steps"
            yield "frequency", keys.either(every, 500, "the Trainer's", whole=True)
        case _:
            keys.want("--interval epoch", "or step: eval_strategy does not say when it is called")
    yield from keys.read_metric(asked, "what each call is given").items()


def _read_optimizer(keys: Keys, names: Names) -> Said:
    """Return torch's optimizer, with what the trainer gives it."""
    named, whose = keys.text(names.optimizer), f"{names.trainer}'s"
    known = TABLES["huggingface"]["optimizers"]
    found = next((each for part, each in known.items() if part in named.lower()), None)
    why = keys.said(names.optimizer) if named else f"{whose} default"
    if named and not found:
        why += ", which torch has not: its LR is scheduled alike"
    lr = keys.either("learning_rate", names.lr, whose)
    arguments = {"lr": lr, "weight_decay": keys.either("weight_decay", 0.0, whose)}
    if found in (None, "AdamW"):
        arguments |= _read_adam(keys)
    return Said(below={found or "AdamW": Said(why=why, below=arguments)})


def _read_adam(keys: Keys) -> Entries:
    betas = [keys.either(*each) for each in _BETAS]
    given = ", ".join(keys.said(name) for name, *_ in _BETAS if keys.get(name) is not None)
    found = {"betas": Said([each.value for each in betas], given)} if given else {}
    if keys.get("adam_epsilon") is not None:
        found["eps"] = Said(keys.number("adam_epsilon"), keys.said("adam_epsilon"))
    return found
