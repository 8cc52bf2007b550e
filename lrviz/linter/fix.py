"""Remedies that are certain and local, applied to a spec's text."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from difflib import unified_diff
from io import StringIO
from typing import NamedTuple

from lrviz.errors import KeyPath, LrvizError, SpecError
from lrviz.linter.remedy import Fix
from lrviz.linter.rule import Finding
from lrviz.spec.edit import Document, EditError, Value
from lrviz.spec.tree import Tree, is_same_tree
from lrviz.spec.wording import spell
from lrviz.spell import printable

Findings = tuple[Finding, ...]

# What a text's findings are; raises an `LrvizError` where it cannot be driven.
Lint = Callable[[str], Findings]

MOST_TRIES = 32  # how often a spec is linted for its fixes

_Place = tuple[str, KeyPath]  # a rule's code, and the key path of a value that it would fix
_Wanted = tuple[Finding, Fix]
_OPEN_END = "\n\\ No newline at end of file\n"

_ALL_THE_SAME = "it would be found all the same"


class Change(NamedTuple):
    """A value that was replaced.

    Attributes:
        finding: what it was replaced for.
        old: what stood there, if anything did.
        new: what does.
    """

    finding: Finding
    old: Value
    new: Tree

    def __str__(self) -> str:
        was = f"was {spell(self.old.tree)}" if self.old.given else "was left out"
        return self.finding.tell("fixed", self.old.key, f"{was}, is {spell(self.new)}")


class Refusal(NamedTuple):
    """A fix that was not made.

    Attributes:
        finding: what it was for.
        fix: what it would have been; None where nothing is certain.
        reason: why not.
    """

    finding: Finding
    fix: Fix | None
    reason: str

    def __str__(self) -> str:
        return self.finding.tell("not fixed", self.fix.key if self.fix else (), self.reason)


def fix_text(
    text: str, findings: Findings, lint: Lint, codes: Container[str], tries: int = MOST_TRIES
) -> "Fixed":
    """Return a text in which what can be fixed is.

    Fixes are made together, and only if the findings are fewer for them: the changed text is linted
    again. Where it would bring an error or a warning, or torch could not drive the spec any more,
    parts of them are tried alone, until the fix that is to blame is left out.

    Args:
        text: of a spec.
        findings: what there is to say of it.
        lint: what there is to say of another text.
        codes: of the rules whose fixes are wanted.
        tries: how many other texts may be linted.
    """
    fixed, tried = Fixed(text, findings, lint, tries), set[_Place]()
    while places := _next(fixed.findings, tried, codes):
        tried |= places
        fixed.make(places)
    return fixed


def _next(findings: Findings, tried: Container[_Place], codes: Container[str]) -> set[_Place]:
    """Return where fixes are wanted and have not been tried, one of each value."""
    places = map(_place, _list_fixes(findings))
    wanted = [each for each in places if each[0] in codes and each not in tried]
    return set({key: (code, key) for code, key in reversed(wanted)}.values())


def _list_fixes(findings: Findings) -> list[_Wanted]:
    return [(finding, finding.fix) for finding in findings if finding.fix is not None]


def _place(wanted: _Wanted) -> _Place:
    finding, fix = wanted
    return finding.rule.code, fix.key


class _NoHelpError(EditError):
    """Fixes after which something is wrong, at these keys."""

    def __init__(self, reason: str, keys: Sequence[KeyPath]) -> None:
        self.keys = keys
        super().__init__(reason)


def _split(wanted: Sequence[_Wanted], wrong: Sequence[KeyPath]) -> tuple[Sequence[_Wanted], ...]:
    """Return fixes in two: those that are not to blame and the others; halves, if none can tell."""
    blamed = {key[:end] for key in wrong for end in range(2, len(key) + 1)}
    for end in (-1, 2):  # the key of a scheduler, and of a curve
        suspects = [each for each in wanted if each[1].key[:end] in blamed]
        if 0 < len(suspects) < len(wanted):
            return [each for each in wanted if each[1].key[:end] not in blamed], suspects
    half = len(wanted) // 2
    return wanted[:half], wanted[half:]


class Fixed:
    """A text in which values are replaced, where that helps.

    Attributes:
        text: as it is by now.
        findings: what there is to say of it.
        changes: what was done, in order.
        refusals: what was not.
    """

    def __init__(self, text: str, findings: Findings, lint: Lint, tries: int) -> None:
        self.text, self.findings = text, findings
        self.changes: tuple[Change, ...] = ()
        self.refusals: tuple[Refusal, ...] = ()
        self._lint, self._left = lint, tries
        self._limit = f"not tried alone, as a spec of this size is linted {tries} times at most"

    def make(self, places: Container[_Place]) -> None:
        """Make the fixes of places, as they are by now, and say of every other why not."""
        document = Document(self.text)
        wanted = list(self._iter_possible(places, document))
        try:
            if wanted:
                self._make_all(document, wanted)
        except EditError as error:
            if len(wanted) > 1 and self._left:
                for some in _split(wanted, error.keys if isinstance(error, _NoHelpError) else ()):
                    self.make(set(map(_place, some)))
                return
            reason = str(error) if len(wanted) == 1 else self._limit
            self.refusals += tuple(Refusal(*each, reason) for each in wanted)

    def _iter_possible(self, places: Container[_Place], document: Document) -> Iterator[_Wanted]:
        """Yield the fixes of places that the text allows, and about which findings agree."""
        chosen: dict[KeyPath, _Wanted] = {}
        values: dict[KeyPath, list[Tree]] = {}
        for finding, fix in _list_fixes(self.findings):
            values.setdefault(fix.key, []).append(fix.value)
            if _place((finding, fix)) in places:
                chosen.setdefault(fix.key, (finding, fix))
        for finding, fix in chosen.values():
            if reason := _find_obstacle(document, fix, values[fix.key]):
                self.refusals += (Refusal(finding, fix, reason),)
            else:
                yield finding, fix

    def _make_all(self, document: Document, wanted: Sequence[_Wanted]) -> None:
        """Make fixes at once.

        Raises:
            EditError: the fixes are not to be made, or not together.
        """
        if not self._left:
            raise EditError(self._limit)
        self._left -= 1
        changed = document.replace([(fix.key, fix.value) for _, fix in wanted])
        try:
            after = self._lint(changed)
        except LrvizError as error:
            keys = [each.key for each in error.problems] if isinstance(error, SpecError) else ()
            reason = str(error).splitlines()[0]
            raise _NoHelpError(f"torch could not drive it then: {reason}", keys) from None
        new = _count(after, is_failure=True) - _count(self.findings, is_failure=True)
        gone = _count(self.findings) - _count(after)
        same = Counter(finding.rule.code for finding, _ in wanted) - gone
        if new or same:
            reason = f"{', '.join(sorted(new))} would be found then" if new else _ALL_THE_SAME
            keys = [each.problem.key for each in after if each.rule.code in (new or same)]
            raise _NoHelpError(reason, keys)
        done = (Change(each, document.find(fix.key), fix.value) for each, fix in wanted)
        self.text, self.findings, self.changes = changed, after, (*self.changes, *done)


def _find_obstacle(document: Document, fix: Fix, values: Sequence[Tree]) -> str:
    """Return why a fix cannot be made, as several curves may share a value; empty where it can."""
    for value in values:
        if not is_same_tree(value, fix.value):
            return f"it could be {spell(fix.value)} or {spell(value)}; give each its own"
    try:
        document.edit(fix.key, fix.value)
    except EditError as error:
        return str(error)
    return ""


def _count(findings: Sequence[Finding], is_failure: bool = False) -> Counter[str]:
    return Counter(each.rule.code for each in findings if each.is_failure or not is_failure)


def format_diff(name: str, old: str, new: str) -> str:
    r"""Return what has changed in a file's text, as `patch -p0` applies it; empty for nothing.

    >>> print(format_diff("a.yaml", "epochs: 4", "epochs: 8"), end="")
    --- a.yaml
    +++ a.yaml
    @@ -1 +1 @@
    -epochs: 4
    \ No newline at end of file
    +epochs: 8
    \ No newline at end of file
    """
    spelt = printable(name) + "\t" * (" " in name)  # without a tab it would end at the blank
    # A line ends in a line feed, as `patch` has it, and not wherever YAML has one end.
    lines = unified_diff(list(StringIO(old)), list(StringIO(new)), spelt, spelt)
    return "".join(line if line.endswith("\n") else f"{line}{_OPEN_END}" for line in lines)
