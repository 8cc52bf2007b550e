"""A spec that is being made of a config: what is asked of its keys, and the commented text."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches

from lrviz.errors import KeyPath, Problem, SpecError, UsageError, spell_key
from lrviz.reading.trainers.config import Config
from lrviz.spec.origin import Problems
from lrviz.spec.tree import Interval, Tree, find_below, is_number
from lrviz.spec.wording import spell
from lrviz.spec.yamltree import YamlError, parse_scalar, parse_yaml

# No count that could be driven is as large, and no learning rate.
_BEYOND = 1e15

# How much of a key is that of another where it is meant for it; and keys that are none the less.
_CLOSE = 0.85
_OTHERS = frozenset({"device", "per_device_eval_batch_size"})


@dataclass(frozen=True)
class Asked:
    """What the command line says of a run; it goes before what the config says.

    Attributes:
        examples: that an epoch trains on.
        processes: that take batches of their own at the same time.
        batches: that one process takes in an epoch, in place of both.
        epochs: of the run.
        interval: when scheduler.step() is called.
        metric: what ReduceLROnPlateau is given: a list in YAML, or an expression.

    Raises:
        UsageError: the epochs are no number above 0, or the batches are said twice.
    """

    examples: int | None = None
    processes: int | None = None
    batches: int | None = None
    epochs: float | None = None
    interval: Interval | None = None
    metric: str | None = None

    def __post_init__(self) -> None:
        if self.epochs is not None and not self.epochs > 0:  # nor is NaN
            raise UsageError(f"--epochs {self.epochs:g}: must be more than 0")
        if self.batches is not None and self.examples is not None:
            raise UsageError("--batches is in place of --examples; give one of them")

    @property
    def metric_value(self) -> Tree:
        """The metric as a spec has it."""
        text = self.metric or ""
        with suppress(YamlError):
            if text.startswith("["):
                return parse_yaml(text)[0]
        return {"expression": text}


@dataclass(frozen=True)
class Said:
    """What stands at one key of the spec, and where it comes from.

    Attributes:
        value: what it is, where nothing stands below it.
        why: the comment behind it; empty for none.
        below: the keys below it, or the items, each a mapping of one key: composites list theirs.
    """

    value: Tree = None
    why: str = ""
    below: "Mapping[str, Said] | Sequence[Mapping[str, Said]]" = ()

    @property
    def number(self) -> int | float:
        """The value, which is a number."""
        assert is_number(self.value)
        return self.value


Entries = Mapping[str, Said]


@dataclass(frozen=True)
class Draft:
    """A spec made of a config.

    Attributes:
        entries: the keys of the spec, in order.
        notes: what is worth saying of it.
    """

    entries: Entries
    notes: tuple[Problem, ...] = ()


@dataclass
class Keys:
    """Reads the keys of one mapping of a config; remembers what is wrong, and what is missing.

    Attributes:
        config: in which the mapping stands.
        at: its key path.
        problems: what is wrong with what was asked for.
        wanted: the options that must be given, and why, in words.
        notes: what is worth saying of the config.
        read: the names that were asked for, of every mapping.
    """

    config: Config
    at: KeyPath = ()
    problems: Problems = field(init=False)
    wanted: list[str] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    read: dict[KeyPath, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.problems = Problems(self.config.source)

    def get(self, name: str) -> Tree:
        """Return what stands at a key; None for nothing."""
        self.read.setdefault(self.at, set()).add(name)
        return find_below(self.config.tree, (*self.at, name))

    def inside(self, *names: str | int) -> "Keys":
        """Return a reader of a mapping below this one, which remembers in the same place."""
        below = Keys(self.config, (*self.at, *names), self.wanted, self.notes, self.read)
        below.problems = self.problems
        return below

    def path(self, name: str) -> str:
        """Return the whole path of a key, for a comment."""
        return spell_key((*self.at, name))

    def said(self, name: str) -> str:
        """Return a key and its value as the config has it, for a comment.

        >>> from lrviz.reading.trainers.config import parse_config
        >>> Keys(parse_config(b"training: {learning_rate: 2e-5}", "a.yaml"), ("training",)).said(
        ...     "learning_rate")
        'learning_rate: 2e-5'
        """
        value = self.get(name)
        return f"{name}: {value if isinstance(value, str) else spell(value)}"

    def number(self, name: str) -> int | float | None:
        """Return a number, in quotes though it be; None for nothing, or where it is said wrong."""
        value = self.get(name)
        found = parse_scalar(value.strip().replace("_", "")) if isinstance(value, str) else value
        if found is None or (is_number(found) and abs(found) < _BEYOND):
            return found
        self.refuse(name, "must be a number")
        return None

    def count(self, name: str) -> int | None:
        """Return a whole number of at least 1; as `number`."""
        value = self.number(name)
        if value is not None and (value < 1 or value != value // 1):
            self.refuse(name, "must be a whole number of at least 1")
            return None
        return None if value is None else int(value)

    def flag(self, name: str) -> bool:
        """Return a truth value; false for nothing."""
        return str(self.get(name)).lower() in ("true", "yes", "on", "1")

    def text(self, name: str) -> str:
        """Return a text; empty for nothing, or where it is said to be none."""
        value = self.get(name)
        if isinstance(value, list | dict) or "${" in str(value):
            self.refuse(name, "must be a name")
            return ""
        return "" if value is None else str(value)

    def either(self, name: str, default: Tree, whose: str = "its", *, whole: bool = False) -> Said:
        """Return the number at a key, of which somebody has a default where it is not there."""
        value = self.count(name) if whole else self.number(name)
        if value is None:
            return Said(default, f"{name} is not there: {whose} default")
        return Said(value, self.said(name))

    def refuse(self, name: str, text: str) -> None:
        """Say what is wrong with the value of a key."""
        value = self.get(name)
        remedy = "; write the value out" if "${" in str(value) else ""
        self.problems.say((*self.at, name), f"{text}, got {spell(value)}{remedy}")

    def want(self, option: str, why: str) -> None:
        """Ask for what no config holds."""
        self.wanted.append(f"{option} ({why})")

    def read_metric(self, asked: Asked, what: str) -> Entries:
        """Return what a schedule is given at its calls, or ask for it."""
        if asked.metric is None:
            self.want("--metric EXPRESSION", f"{what}, call after call: exp(-call / 9)")
        return {"metric": Said(asked.metric_value, "--metric")}

    def note(self, name: str, text: str) -> None:
        """Add what is worth saying of a key."""
        self.notes.append(self.config.source.problem((*self.at, name), text, "note"))

    def finish(self, entries: Entries) -> Draft:
        """Return the draft.

        Raises:
            SpecError: what is wrong with the keys that were read, and what is missing.
        """
        problems = list(self.problems.found)
        if self.wanted:
            text = f"no config holds all that is needed; give {'; '.join(self.wanted)}"
            problems.append(Problem(self.config.source.name, (), text))
        wrong = {each.key for each in problems}
        misspelt = [each for each in self._iter_misspelt() if each.key not in wrong]
        if problems:
            raise SpecError([*problems, *misspelt])
        return Draft(entries, (*self.notes, *misspelt))

    def _iter_misspelt(self) -> Iterator[Problem]:
        """Yield the keys that nobody asked for beside those that were, and are not there."""
        for at, names in self.read.items():
            own = given if isinstance(given := find_below(self.config.tree, at), dict) else {}
            for name in own:
                close = get_close_matches(name, sorted(names - own.keys()), 1, _CLOSE)
                if close and name not in names | _OTHERS:
                    text = f"not read; did you mean '{close[0]}'?"
                    yield self.config.source.problem((*at, name), text, "note")


def unquote(value: Tree) -> Tree:
    """Return plain data in which numbers that stand in quotes are numbers.

    >>> unquote(["1e-6", 2, "cos"])
    [1e-06, 2, 'cos']
    """
    if isinstance(value, list):
        return [unquote(each) for each in value]
    found = parse_scalar(value.strip()) if isinstance(value, str) else value
    return found if is_number(found) else value
