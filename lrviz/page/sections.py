"""Sections of controls, as many as fit on a page."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypedDict

from lrviz.errors import KeyPath
from lrviz.page.controls import Control, Field, build_control, list_others, read_number
from lrviz.spec.sweep import split_name
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.yamltree import spell_flow
from lrviz.spell import spell_plural

# The most controls of a page. One with a long value counts as one more every so many characters.
MAX_CONTROLS = 400
_LONG = 100

# Controls that stand at one key path.
Row = tuple[KeyPath, Sequence[Field]]


class Action(TypedDict):
    """What can be done to a section.

    Attributes:
        label: what it is called.
        change: what it does; without the name where one is to be chosen or given.
        names: those to choose from; None for a change that is whole, or a name to be given.
    """

    label: str
    change: dict[str, Any]
    names: list[str] | None


class Section(TypedDict):
    """Controls that belong together.

    Attributes:
        title: what they are called.
        key: where they stand.
        help: one line.
        choose: what names the scheduler or optimizer; None for no such section.
        controls: those that are turned often.
        more: the others.
        sections: those inside.
        actions: what can be done to it.
    """

    title: str
    key: list[str | int]
    help: str
    choose: Control | None
    controls: list[Control]
    more: list[Control]
    sections: list["Section"]
    actions: list[Action]


class Sections:
    """Builds sections of one spec, those inside others last: there may be any number of them.

    Attributes:
        tree: of the spec; it may be wrong anywhere.
        totals: of the run.
    """

    def __init__(self, tree: dict[str, Tree], totals: Mapping[str, float]) -> None:
        self.tree, self.totals, self._left = tree, totals, MAX_CONTROLS
        self._inside: deque[tuple[Section, Sequence[Callable[[], Section]]]] = deque()

    def put_inside(self, section: Section, builders: Sequence[Callable[[], Section]]) -> None:
        """Have sections built inside another, once there is nothing more important to build."""
        self._inside.append((section, builders))

    def fill(self) -> None:
        """Build what is inside sections, while there is room."""
        while self._inside:
            section, builders = self._inside.popleft()
            for place, build in enumerate(builders):
                if self._left <= 0:
                    _say_missing(section, len(builders) - place)
                    break
                section["sections"].append(build())

    def mapping(self, title: str, key: KeyPath, fields: Sequence[Field], *but: str) -> Section:
        """Return the section of a mapping; what is none stands in one control."""
        given = find_below(self.tree, key)
        if self.holds(key) and given is not None and not isinstance(given, dict):
            return self.section(title, key, (key[:-1], [Field(key[-1])]))
        return self.section(title, key, (key, list_others(fields, given, *but)))

    def section(self, title: str, key: KeyPath, *rows: Row, about: str = "") -> Section:
        """Return a section of controls, each row of them at a key path."""
        controls: list[Control] = []
        more: list[Control] = []
        missing = 0
        for at, field in ((at, field) for at, fields in rows for field in fields):
            control = self.control(field, (*at, field.name))
            missing += control is None
            if control:
                (more if field.seldom else controls).append(control)
        section: Section = {
            "title": title,
            "key": [*key],
            "help": about,
            "choose": None,
            "controls": controls,
            "more": more,
            "sections": [],
            "actions": [],
        }
        _say_missing(section, missing)
        return section

    def control(self, field: Field, key: KeyPath) -> Control | None:
        """Return a control; None where there is no room for it."""
        value = find_below(self.tree, key)
        with suppress(RecursionError):  # no YAML is nested so deep
            cost = 1 + len(str(value)) // _LONG
            if cost <= self._left:
                self._left -= cost
                return build_control(field, key, [value] * self.holds(key), self.totals)
        return None

    def choose(self, key: KeyPath, names: Sequence[str], default: str = "") -> Control | None:
        """Return what names a scheduler or optimizer; None where what does so has no room."""
        label = "optimizer" if key[-1] == "optimizer" else "scheduler"
        named = split_name(find_below(self.tree, key))
        if named is None:
            field = Field(label, "choice", default, required=not default, choices=names)
            control = self.control(field, key)
        else:
            known = [*dict.fromkeys((*names, named[0]))]
            field = Field(label, "text", default, required=not default, choices=known)
            control = build_control(field, key, [named[0]], {})
            self._left -= 1
        return None if control is None else {**control, "kind": "choice"}

    def inherit(self, field: Field, given: Mapping[str, Tree]) -> Field:
        """Return a field that is what something else has where it is left out."""
        if field.name not in given:
            return field
        value = given[str(field.name)]
        number = read_number(value, self.totals)
        return replace(field, default=spell_flow(value), number=number, required=False)

    def holds(self, key: KeyPath) -> bool:
        """Whether anything stands at a key path."""
        return holds(find_below(self.tree, key[:-1]), key[-1])


def act(label: str, op: str, key: KeyPath, names: Sequence[str] | None = None) -> Action:
    """Return an action of a section."""
    return {
        "label": label,
        "change": {"op": op, "key": [*key]},
        "names": None if names is None else [*names],
    }


def _say_missing(section: Section, count: int) -> None:
    """Say in a section's help how much of it is not shown."""
    if count:
        said = f"{spell_plural(count, 'part')} more than fit here"
        section["help"] = "; ".join(filter(None, (section["help"], said)))
