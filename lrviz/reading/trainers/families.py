"""The families of configs that are known, how each is recognised, and which one a file is of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lrviz.errors import Problem, SpecError, spec_error
from lrviz.reading.trainers import axolotl, deepspeed, huggingface, targets, timm_args
from lrviz.reading.trainers.config import Config, parse_config
from lrviz.reading.trainers.draft import Asked, Draft, spell_said
from lrviz.spec.parse import parse_spec
from lrviz.spec.tree import Trainer, Tree
from lrviz.spell import printable


@dataclass(frozen=True)
class Family:
    """A family of configs.

    Attributes:
        title: what a config of it is called in a sentence.
        looks_like: whether plain data has the keys of one.
        draft: makes a spec of one; raises SpecError for what is wrong or missing, all at once.
    """

    title: str
    looks_like: Callable[[Mapping[str, Tree]], bool]
    draft: Callable[[Config, Asked], Draft]


# In the order in which they are tried: one whose keys another has, too, comes first.
FAMILIES: Mapping[Trainer, Family] = {
    "axolotl": Family("axolotl's config", axolotl.looks_like, axolotl.draft),
    "huggingface": Family(
        "arguments of Hugging Face's Trainer", huggingface.looks_like, huggingface.draft
    ),
    "timm": Family("timm's args.yaml", timm_args.looks_like, timm_args.draft),
    "deepspeed": Family("DeepSpeed's config", deepspeed.looks_like, deepspeed.draft),
    "targets": Family("paths to classes", targets.looks_like, targets.draft),
}


def find_family(tree: Mapping[str, Tree]) -> Trainer | None:
    """Return the family that a config looks like; None where it looks like none."""
    return next((name for name, each in FAMILIES.items() if each.looks_like(tree)), None)


def import_config(
    data: bytes, name: str, asked: Asked, family: Trainer | None = None
) -> tuple[str, Draft]:
    """Return the text of a spec made of a config's bytes, and how it was made.

    Args:
        data: what the file holds.
        name: what messages call it.
        asked: what the command line says of the run.
        family: of the config; None for what it looks like.

    Raises:
        SpecError: it is no config, or one of which no spec can be made, or not all is said.
    """
    config = parse_config(data, name)
    family = family or find_family(config.tree)
    if family is None:
        remedy = f"name one with --as: {', '.join(FAMILIES)}"
        raise spec_error(name, f"looks like no trainer's config that is known here; {remedy}")
    found = FAMILIES[family]
    try:
        draft = found.draft(config, asked)
    except ArithmeticError:
        raise spec_error(name, "has a number that no run can have") from None
    heading = f"# Made of {printable(name)}, read as {found.title}.\n"
    text = heading + "".join(f"{line}\n" for line in spell_said(draft.entries))
    try:
        parse_spec(text, name)
    except SpecError as error:
        raise SpecError([_in_config(each) for each in error.problems]) from None
    return text, draft


def _in_config(problem: Problem) -> Problem:
    """Return a problem of the spec that was made, which stands nowhere in the config."""
    return replace(problem, position=None, text=f"{problem.text} (in the spec made of it)")
