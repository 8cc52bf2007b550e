"""What a path names, looked up in the catalog and in a table of doubles; nothing is imported."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lrviz.errors import KeyPath
from lrviz.reading.trainers.draft import Keys
from lrviz.reading.trainers.huggingface import SCHEDULES
from lrviz.reading.trainers.tables import TABLES
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.catalog.external import remedy
from lrviz.spec.tree import Tree, find_below, freeze
from lrviz.spec.wording import suggest

WORDS = ("class_path", "_target_", "_component_")

DOUBLES: Mapping[str, str] = TABLES["doubles"]

# Of their Adams only what a curve shows is taken: an LR is scheduled alike in any optimizer.
_ADAMS = ("bitsandbytes.optim.", "deepspeed.ops.adam.", "transformers.")

# What takes the name of a schedule.
_BY_NAME = ("transformers.get_scheduler", "transformers.optimization.get_scheduler")


class Target(NamedTuple):
    """What a config names by a path.

    Attributes:
        path: what is named.
        key: where the mapping stands.
        word: the key of the path.
    """

    path: str
    key: KeyPath = ()
    word: str = "_target_"

    @property
    def name(self) -> str:
        """What it is in the catalog or in torch.optim; empty for nothing that is known.

        >>> Target("transformers.optimization.get_wsd_schedule").name
        'transformers.get_wsd_schedule'
        >>> Target("torch.optim.adamw.AdamW").name, Target("os.system").name
        ('AdamW', '')
        """
        module, _, name = self.path.rpartition(".")
        if name in OPTIMIZERS and module in ("torch.optim", f"torch.optim.{name.lower()}"):
            return name
        if "Adam" in name and self.path.startswith(_ADAMS):
            return "AdamW"
        package = module.partition(".")[0]
        found = DOUBLES.get(self.path) or (name if package == "torch" else f"{package}.{name}")
        home = CATALOG[found].module if found in CATALOG else ""
        # timm has each class in a module of its own.
        own = f"timm.scheduler.{name.removesuffix('LRScheduler').lower()}_lr"
        is_there = module in (home, "transformers", own)
        return found if home and (is_there or self.path in DOUBLES) else ""

    @property
    def role(self) -> str:
        """Whether it is, or stands as, a `scheduler` or an `optimizer`; empty for neither."""
        if self.name:
            return "scheduler" if self.name in CATALOG else "optimizer"
        return self.place

    @property
    def place(self) -> str:
        """What stands at its key, whatever it is: a `scheduler`, an `optimizer`; else empty."""
        names = (each for each in reversed(self.key) if isinstance(each, str))
        return str(TABLES["roles"].get(next(names, ""), ""))

    def inside(self, keys: Keys) -> Keys:
        """Return a reader of its arguments."""
        return keys.inside(*self.key, *(("init_args",) if self.word == "class_path" else ()))


def iter_targets(tree: Tree, key: KeyPath = ()) -> Iterator[Target]:
    """Yield what a config names, in its order; what a scheduler is made of is its own affair."""
    if isinstance(tree, dict):
        for word in WORDS:
            if isinstance(path := tree.get(word), str):
                if path == "functools.partial":
                    path = str(find_below(tree, ("_args_", 0)))
                inside = tree.get("init_args") if word == "class_path" else tree
                if path in _BY_NAME and (named := find_below(inside, ("name",))):
                    path = SCHEDULES.get(str(named), f"transformers.{named}")
                target = Target(path, key, word)
                yield target
                if target.name in CATALOG:
                    return
        for name, each in tree.items():
            yield from iter_targets(each, (*key, name))
    for index, each in enumerate(tree if isinstance(tree, list) else ()):
        yield from iter_targets(each, (*key, index))


def find_distinct(keys: Keys, targets: Sequence[Target]) -> list[Target]:
    """Return what others are not made of, nor are the same: a reference repeats what it names.

    What stands as a scheduler, or as an optimizer, goes before the same elsewhere.
    """
    tree, found = keys.config.tree, dict[object, Target]()
    for each in sorted(targets, key=lambda each: not each.place):
        found.setdefault(freeze(find_below(tree, each.key)), each)
    for at in [each.inside(keys).inside("schedulers").at for each in targets]:
        for part in iter_targets(find_below(tree, at), at):
            found.pop(freeze(find_below(tree, part.key)), None)
    return list(found.values())


def suggest_path(path: str) -> str:
    """Return a remedy for a path that is not known; empty for none."""
    module, _, name = path.rpartition(".")
    homes = ((each.module.removesuffix(".optimization"), each) for each in CATALOG.values())
    paths = [f"{home}.{each.attribute}" for home, each in homes]
    paths += (f"torch.optim.{each}" for each in OPTIMIZERS)
    if not module:
        return next((f"write {each}" for each in paths if each.endswith(f".{name}")), "")
    if near := [each for each in paths if each.startswith(f"{module.partition('.')[0]}.")]:
        return suggest(path, near)
    own = f"{module}:{name}"
    return f"write a spec with {own} by hand, and plot it with --allow {own}" if remedy(own) else ""
