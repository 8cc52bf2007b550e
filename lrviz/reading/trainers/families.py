"""The families of configs that are known, how each is recognised, and which one a file is of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from lrviz.errors import Problem, SpecError, spec_error
from lrviz.reading.trainers import axolotl, deepspeed, huggingface, targets, timm_args
from lrviz.reading.trainers.config import Config, parse_config
from lrviz.reading.trainers.draft import Asked, Draft, Entries
from lrviz.reading.trainers.naming import iter_targets
from lrviz.spec.parse import parse_spec
from lrviz.spec.tree import Trainer, Tree
from lrviz.spec.yamltree import spell_flow
from lrviz.spell import printable
from lrviz.system.files import ENCODINGS


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


def find_families(tree: Mapping[str, Tree]) -> list[Trainer]:
    """Return the families that a config looks like; whoever names a class means that one."""
    is_named = any(each.role == "scheduler" and each.name for each in iter_targets(dict(tree)))
    found = [name for name, each in FAMILIES.items() if each.looks_like(tree)]
    return sorted(found, key=lambda name: is_named and name != "targets")


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
    like = [family] if family else find_families(config.tree)
    if not like:
        text = f"looks like no trainer's config that is known here; give --as {', '.join(FAMILIES)}"
        with suppress(SpecError):
            parse_spec(data.decode(ENCODINGS.get(data[:2], "utf-8-sig")), name)
            text = f"is a spec already; `lrviz plot {name}` draws it"
        raise spec_error(name, text)
    found = FAMILIES[like[0]]
    try:
        draft = found.draft(config, asked)
    except SpecError as error:
        text = f"read as {found.title}; if it is another trainer's, --as {' or '.join(like[1:])}"
        raise SpecError([*error.problems, *([Problem(name, (), text)] * bool(like[1:]))]) from None
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


def spell_said(entries: Entries) -> Iterator[str]:
    r"""Yield the lines of a spec, each with a comment on where it comes from.

    >>> from lrviz.reading.trainers.draft import Said
    >>> print("\n".join(spell_said({"scheduler": Said(below={"StepLR": Said(below={
    ...     "step_size": Said(30, "lr_step")})})})))
    scheduler:
      StepLR:
        step_size: 30  # lr_step
    """
    for key, said in entries.items():
        comment = f"  # {printable(said.why)}" if said.why else ""
        if said.below or said.value is None:
            yield f"{spell_flow(key)}:{comment}"
            yield from _spell_below(said.below)
        else:
            yield f"{spell_flow(key)}: {spell_flow(said.value)}{comment}"


def _spell_below(below: Entries | Sequence[Entries]) -> Iterator[str]:
    if isinstance(below, Mapping):
        yield from (f"  {line}" for line in spell_said(below))
        return
    for item in below:
        for index, line in enumerate(spell_said(item)):
            yield f"    {line}" if index else f"  - {line}"
