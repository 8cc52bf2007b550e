"""The schedulers and optimizers that a spec can name: a closed list, known without any of them.

What is known of a library's schedulers stands in a TOML file here, a table a scheduler, in the
order in which they are listed. A table begins with two lines, its name and `summary`, what the
scheduler does; these are read alone where only names are asked for. Then:

- `example`: its arguments in YAML, for a run of 4 epochs of 8 steps; its whole numbers from 4 on
  count calls, and are as many times more where a run is longer;
- `optimizer`: in YAML the usual one; where not as the whole file says;
- `metric`: what it is given at every call of that example; only where it takes a metric;
- `resume`: the ways of `lrviz.run.resumed` in which a run that goes on keeps it, whatever its
  arguments, beside stepping again; where not as the whole file says;
- `short`: what the Trainer calls it;
- `signature`: the class, as `module:name`, that takes the arguments which a function passes on;
- `module` and `page`: where the library keeps and documents it, where not as the whole file says;
- `[NAME.arguments]`: every argument, in the library's order: what it means, or a table with `means`
  and what else is known of it: `role`, what it is to the schedule; `kind`, what it should be
  annotated with, where that is missing or not what the code does; `fill`, a formula for what it is
  where a spec leaves it out; `unless`, the arguments beside which it is not filled in;
  `least`, `above`, `most` and `below`, the numbers that the library takes whatever the run is, each
  a number or the name of an argument; `code`, the rule that explains why not 0 or less;
  `instead_of`, the argument of which, with this one, exactly one must be given.
  What `[arguments]` says of one of that name holds where the own table does not say it.

By the roles the linter knows a scheduler. These count calls: `length`, of all of it, as `fill` has
it; `warmup`, `stable` and `decay`, of its parts; `hold`, at a first factor; `ramp`, of a straight
line up or down; `approach`, on the way to an LR that is then held; `period`, between two drops;
`cycle`, until the first restart; `half_cycle`, on the way up of a cycle; `milestones`, at which it
drops, or `ordinals`, the same counted from 1; `patience`, without improvement; `noise`, where there
is any; `calls`, others. These count cycles: `cycles`, each as long as `length`; `restarts` and
`waves`, within it; `growth` is how much longer each is. These are an LR: `floor`, `start`, `aim`,
which is held; these a share of it: `floor_share`, `start_share`, `share`. And `gamma` is the factor
of each drop, `prefix` whether the warm-up comes before the length, `unit` whether calls are epochs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

Library = Literal["torch", "transformers", "timm"]

# The roles of arguments that count calls, and of those that count cycles.
_CALLS = frozenset(
    {
        *("length", "warmup", "stable", "decay", "hold", "ramp", "approach"),
        *("period", "cycle", "half_cycle", "milestones", "ordinals", "patience", "noise", "calls"),
    }
)
_CYCLES = frozenset({"cycles", "restarts", "waves"})

_BOUNDS = frozenset({"least", "above", "most", "below", "code", "instead_of"})

_HEAD = re.compile(r'^\[(\w+)\]\nsummary = "(.*)"$', re.MULTILINE)


def spell_install(package: str) -> str:
    """Return the command that installs a package with schedulers, or one that it needs.

    timm brings torchvision, and that a torch of its own; the schedulers do without.

    >>> spell_install("transformers"), spell_install("timm")
    ('pip install transformers', 'pip install --no-deps timm')
    """
    return f"pip install {'--no-deps ' * (package == 'timm')}{package}"


@dataclass(frozen=True)
class Fill:
    """What an argument is where a spec leaves it out, as it needs to know of the run.

    Attributes:
        formula: over the run totals, of whose calls those count that are the scheduler's own, and
            over its other arguments, true being 1.
        unless: where one of these arguments is given, nothing is filled in.
    """

    formula: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A scheduler that a spec can name.

    Attributes:
        name: how a spec spells it: torch's class, or another library's name and what it has there.
        attribute: what it is called in its module.
        package: who wrote it, and what installs it.
        summary: what it does, in one line.
        arguments: what each argument means, in the library's order.
        example: its arguments in YAML, for a run of 4 epochs of 8 steps.
        module: where the library keeps it.
        address: its page in the library's documentation.
        optimizer: its usual one, in YAML.
        metric: what each call is given in the example, in YAML; empty where it takes no metric.
        resume: the ways in which a run that goes on keeps it, whatever its arguments.
        short: what transformers' Trainer calls it; empty where it has no name for it.
        signature: the class, as `module:name`, that takes what a function passes on; else empty.
        fills: the arguments that are filled in from the run.
        roles: what arguments are to the schedule, as far as it is told.
        kinds: annotations, where missing or wrong; a `strict int` refuses 8.5, which torch drives.
        bounds: what the library takes of arguments, as the files say it.
    """

    name: str
    attribute: str
    package: Library
    summary: str
    arguments: Mapping[str, str]
    example: str
    module: str
    address: str
    optimizer: str = ""
    metric: str = ""
    resume: tuple[str, ...] = ()
    short: str = ""
    signature: str = ""
    fills: Mapping[str, Fill] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    bounds: Mapping[str, Mapping[str, float | str]] = field(default_factory=dict)

    @property
    def takes_metric(self) -> bool:
        """Whether each call is given a metric."""
        return bool(self.metric)

    @property
    def has_own_interval(self) -> bool:
        """Whether it is itself that says when it is called, as timm's loop asks it."""
        return self.package == "timm"

    def counts(self, argument: str) -> Literal["calls", "cycles", ""]:
        """Return what an argument must count; nothing of torch's, which take any number."""
        role = self.roles.get(argument) if self.package != "torch" else None
        return "calls" if role in _CALLS else "cycles" if role in _CYCLES else ""


class Catalog(Mapping[str, Entry]):
    """Schedulers by name; what is known of a library's is read when one of them is asked for."""

    def __init__(self, *packages: Library) -> None:
        self.packages = packages

    @cached_property
    def summaries(self) -> Mapping[str, str]:
        """What every scheduler does, by name."""
        return {
            _full_name(package, name): summary
            for package in self.packages
            for name, summary in _HEAD.findall(_read_text(package))
        }

    def __getitem__(self, name: str) -> Entry:
        for package in self.packages if name in self.summaries else ():
            if name in (entries := _read_entries(package)):
                return entries[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name in self.summaries

    def __iter__(self) -> Iterator[str]:
        return iter(self.summaries)

    def __len__(self) -> int:
        return len(self.summaries)


@cache
def _read_text(package: Library) -> str:
    return Path(__file__).with_name(f"{package}.toml").read_text("utf-8")


@cache
def _read_entries(package: Library) -> Mapping[str, Entry]:
    import tomllib  # names alone are found without

    tables = tomllib.loads(_read_text(package))
    wide = ("module", "page", "resume", "optimizer")
    common = {key: tables.pop(key) for key in wide if key in tables}
    shared = tables.pop("arguments")
    entries = (_read_entry(package, name, common | each, shared) for name, each in tables.items())
    return {entry.name: entry for entry in entries}


def _read_entry(
    package: Library, name: str, table: Mapping[str, Any], shared: Mapping[str, Any]
) -> Entry:
    arguments = {
        each: _as_table(shared.get(each, {})) | _as_table(own)
        for each, own in table.get("arguments", {}).items()
    }
    return Entry(
        name=_full_name(package, name),
        attribute=name,
        package=package,
        summary=table["summary"],
        arguments={each: own["means"] for each, own in arguments.items()},
        example=table["example"],
        optimizer=table["optimizer"],
        module=table["module"],
        address=table["page"].format(name=name),
        metric=table.get("metric", ""),
        resume=tuple(table.get("resume", ())),
        short=table.get("short", ""),
        signature=table.get("signature", ""),
        fills={
            each: Fill(own["fill"], tuple(own.get("unless", ())))
            for each, own in arguments.items()
            if "fill" in own
        },
        roles={each: own["role"] for each, own in arguments.items() if own.get("role")},
        kinds={each: own["kind"] for each, own in arguments.items() if "kind" in own},
        bounds={
            each: {word: limit for word, limit in own.items() if word in _BOUNDS}
            for each, own in arguments.items()
            if own.keys() & _BOUNDS
        },
    )


def _as_table(said: str | dict[str, Any]) -> dict[str, Any]:
    return {"means": said} if isinstance(said, str) else said


def _full_name(package: Library, name: str) -> str:
    return name if package == "torch" else f"{package}.{name}"


# torch's own schedulers by name, in the order of the article, composites and SWALR last.
SCHEDULERS = Catalog("torch")

# The schedulers of other libraries by name; they are imported when a spec names one.
THIRD_PARTY = Catalog("transformers", "timm")

# Every scheduler by name.
CATALOG = Catalog("torch", "transformers", "timm")

# The schedulers made of others, which their argument `schedulers` lists.
COMPOSITES = frozenset({"SequentialLR", "ChainedScheduler"})

# The optimizer classes of torch.optim; an old torch may lack some.
OPTIMIZERS: Sequence[str] = (
    *("ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon"),
    *("NAdam", "RAdam", "RMSprop", "Rprop", "SGD", "SparseAdam"),
)
