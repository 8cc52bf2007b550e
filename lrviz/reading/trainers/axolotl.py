"""axolotl's config, of which it makes arguments for Hugging Face's Trainer, counting itself."""

import math
from collections.abc import Mapping

from lrviz.reading.trainers.config import Config
from lrviz.reading.trainers.counting import Names, Run, read_limit, read_run
from lrviz.reading.trainers.draft import Asked, Draft, Entries, Keys, Said
from lrviz.reading.trainers.huggingface import make_draft, read_arguments, read_scheduler
from lrviz.reading.trainers.tables import TABLES
from lrviz.spec.tree import Tree
from lrviz.spell import spell_yaml

_NAMES = Names(**TABLES["axolotl"]["names"])

_MARKS = frozenset(
    {
        *("base_model", "datasets", "lr_scheduler", "micro_batch_size", "num_epochs"),
        *("sample_packing", "sequence_len", "val_set_size"),
    }
)

# axolotl's own cosine with a floor has this one's formula; these bend a curve as no other does.
_WITH_FLOOR = "transformers.get_cosine_with_min_lr_schedule_with_warmup"
_FORMULAS = ("lr_quadratic_warmup", "cosine_constant_lr_ratio", "jagged_restart_steps")


def looks_like(tree: Mapping[str, Tree]) -> bool:
    """Whether there are keys at the top as axolotl has them."""
    return len(_MARKS & tree.keys()) >= 3


def draft(config: Config, asked: Asked) -> Draft:
    """Return the spec of a run of axolotl.

    Raises:
        SpecError: what is wrong, and what is missing, all at once.
    """
    keys = Keys(config)
    if keys.get("learning_rate") is None:
        keys.problems.say((), "learning_rate is missing, of which axolotl has no default")
    if limit := read_limit(keys, asked):
        length: Entries = {"steps": limit}
        total = int(limit.number)
    else:
        run = read_run(keys, _NAMES, asked)
        total, why = _count(keys, run)
        length = run.tell(total, f"{why}, as axolotl counts")
    warmup = _read_warmup(keys, total)
    scheduler = _read_own(keys, warmup) or read_scheduler(keys, _NAMES, asked, warmup)
    return make_draft(keys, _NAMES, length, scheduler)


def _count(keys: Keys, run: Run) -> tuple[int, str]:
    """Return the steps that axolotl hands to the Trainer as max_steps, and how it counts them.

    That is over all epochs, rounded up once. Of packed sequences the steps of an epoch are whole,
    and what is left over is dropped.
    """
    epochs, count, at_once = run.epochs.number, run.count, run.at_once
    if not keys.flag("sample_packing"):
        total = math.ceil(count * epochs / at_once)
        return total, f"{count} x {epochs} / {at_once}, rounded up once"
    dropped = math.ceil(epochs) if keys.flag("dataloader_drop_last") else 0
    total = math.floor(max(1, count // at_once) * epochs) - dropped
    why = f"{count} / {at_once}, rounded down, x {epochs}"
    return total, why + (f" - {dropped} (dataloader_drop_last)" if dropped else "")


def _read_warmup(keys: Keys, total: int) -> Said:
    """Return axolotl's warm-up: a count of steps, or a share of all, rounded down; never 1."""
    steps, ratio = keys.number("warmup_steps"), keys.number("warmup_ratio")
    if steps is not None:
        found, formula, why = int(steps), "", keys.said("warmup_steps")
    elif ratio is not None:
        found, formula = int(ratio * total), f"=floor(total_calls * {spell_yaml(ratio)})"
        why = f"{keys.said('warmup_ratio')}, rounded down as axolotl does"
    else:
        found, formula = min(int(0.03 * total), 100), "=min(floor(total_calls * 0.03), 100)"
        why = "axolotl's default: neither warmup_steps nor warmup_ratio is there"
    if found == 1:
        return Said(2, f"{why}; axolotl makes 2 of 1")
    return Said(formula or found, why)


def _read_own(keys: Keys, warmup: Said) -> Entries:
    """Return a scheduler that axolotl builds itself; empty where it leaves that to the Trainer."""
    kind, floor = keys.text("lr_scheduler") or "cosine", keys.number("cosine_min_lr_ratio")
    for name in (each for each in _FORMULAS if keys.get(each)):
        keys.refuse(name, "bends the curve by a formula of axolotl's own; write it as a LambdaLR")
    if kind == "rex":
        keys.refuse("lr_scheduler", "is axolotl's own formula; write it as a LambdaLR")
        return {"scheduler": warmup}
    why = keys.said("lr_scheduler") if keys.get("lr_scheduler") else "axolotl's default, cosine"
    if kind == "one_cycle":
        share = str(warmup.value).removeprefix("=")
        below = {
            "max_lr": Said("=lr", "learning_rate"),
            "total_steps": Said("=total_calls", "all steps of the run"),
            "pct_start": Said(f"={share} / total_calls", warmup.why),
            **dict(read_arguments(keys, "OneCycleLR")),
        }
        return {"scheduler": Said(below={"OneCycleLR": Said(why=why, below=below)})}
    if kind != "cosine" or not floor:
        return {}
    least = Said(floor, keys.said("cosine_min_lr_ratio"))
    arguments = {"num_warmup_steps": warmup, "min_lr_rate": least}
    return {"scheduler": Said(below={_WITH_FLOOR: Said(why=why, below=arguments)})}
