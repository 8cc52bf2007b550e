"""What each request of the page of `lrviz explore` gives: all that it needs comes with it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from lrviz.drive.whole import with_torch
from lrviz.errors import LrvizError, UsageError
from lrviz.linter.engine import find_unknown, lint_run, sort_findings
from lrviz.linter.fix import Fixed
from lrviz.linter.rule import Finding
from lrviz.linter.rules import RULES
from lrviz.page.amend import change_text, read_tree
from lrviz.page.desk import Conflict
from lrviz.page.form import build_form
from lrviz.page.showing import Places, describe_finding, describe_problem, list_problems, show_run
from lrviz.page.starts import list_starts, read_start
from lrviz.run.driven import Run
from lrviz.spec.catalog import CATALOG
from lrviz.spec.model import Spec
from lrviz.spec.origin import split_factory
from lrviz.system.files import State, state_of
from lrviz.system.versions import versions
from lrviz.system.writing import write_file

Body = Mapping[str, Any]
Format = Literal["png", "svg", "pdf"]

# Runs that are kept for what follows a drawing: a better one, a lint, a download.
_MOST_KEPT, _MOST_POINTS = 4, 2_000_000

_MOST_TABS = 64
_MOST_TRIES = 8  # linting again for one fix

# What is guessed of a spec that is wrong before any was right: its calls and its steps.
_GUESS = 100, 100


@dataclass(frozen=True)
class Bench:
    """What a page works on and with.

    Attributes:
        name: the spec as the user named it; empty where none was named.
        path: of its file; None where it has none that could change.
        why_not: returns why that cannot be written, which holds some bytes; empty where it can.
        others: the schedulers beside the catalog that it may name.
        load: returns the bytes of its file, or what else it is.
        spell: returns the text that such bytes stand for, options of the command line included.
        read: returns the spec in a text.
        drive: returns a spec's run.
        code: returns a run as Python.
        render: returns a run's figure in a format, as `plot` writes it.
        begin: returns a spec of a scheduler of the catalog to start from.
    """

    name: str
    path: Path | None
    why_not: Callable[[bytes], str]
    others: Sequence[str]
    load: Callable[[], bytes]
    spell: Callable[[bytes], str]
    read: Callable[[str], Spec]
    drive: Callable[[Spec], Run]
    code: Callable[[Run], str]
    render: Callable[[Run, Format], bytes]
    begin: Callable[[str], str]


@dataclass
class _Tab:
    """What is remembered of a page: the calls and the steps of its run, and where that stood."""

    extent: tuple[int, int] = _GUESS
    places: Places = field(default_factory=Places)


class Answers:
    """Gives the answers, on the main thread, one after another.

    Each method takes the body of a request, as `lrviz.page.guards` has checked it, and returns
    plain data for JSON.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._tabs: dict[str, _Tab] = {}
        self._runs: dict[str, Run] = {}
        self._state: State = None
        self._looked: State = None
        self._is_lost = False
        self._data = b""
        self._take()

    def state(self) -> dict[str, object]:
        """Return what a page begins with: the file as it is now, be it told to nobody yet."""
        bench, data = self._bench, self._data
        with suppress(LrvizError):  # which is told where the file is looked at
            data = bench.load()
        text = bench.spell(data)
        return {
            "name": bench.name,
            "text": text,
            "seen": _digest(data) if bench.path else "",
            "changed": bool(bench.path) and text.encode() != data,
            "unsavable": bench.why_not(data),
            "starts": [each._asdict() for each in list_starts()],
            "version": versions()["lrviz"],
        }

    def look(self) -> dict[str, object] | None:
        """Return what to tell of the file on disk; None while it is as it was, or being written."""
        before, self._looked = self._looked, self._find_state()
        if self._looked == self._state or self._looked != before:
            return None
        seen, was_lost = _digest(self._data), self._is_lost
        try:
            self._take()
        except LrvizError as error:
            self._is_lost = True
            return {"error": str(error)}
        self._is_lost = False
        return self._tell_file() if was_lost or _digest(self._data) != seen else None

    def draw(self, body: Body) -> dict[str, object]:
        """Return a text after changes, and the figure, the controls and the problems of that."""
        tab = self._tabs.setdefault(body["tab"], _Tab())
        for name in [*self._tabs][:-_MOST_TABS]:
            del self._tabs[name]
        text, wrong = change_text(body["text"], body["changes"], tab.extent[0])
        problems = list(map(describe_problem, wrong))
        drawn: dict[str, object] = {"figure": None, "told": "", "warnings": [], "steps": 0}
        drawn |= {"scale": "linear", "x": "step"}
        try:
            run = self._run(text)
            tab.extent = run.spec.total_calls, run.steps
            drawn |= show_run(run, tab.places, body["look"], quick=body["quick"])
        except LrvizError as error:
            problems += list_problems(error)
        answer = {"text": text, "problems": problems, **drawn}
        if body["quick"]:  # a slider moves: the controls are as they were
            return answer
        tree = read_tree(text)
        if tree is None:
            return answer | {"form": None}
        build = partial(build_form, tree, *tab.extent, self._bench.others)
        sections = with_torch(build)
        if split_factory(self._bench.name):  # its scheduler is in code
            sections = [each for each in sections if each["key"] != ["scheduler"]]
        return answer | {"form": sections}

    def lint(self, body: Body) -> dict[str, object]:
        """Return what looks wrong in a text's run."""
        return {"findings": list(map(describe_finding, self._lint(body["text"])))}

    def fix(self, body: Body) -> dict[str, object]:
        """Return a text in which one finding is fixed, and what was done or why not."""
        text = body["text"]

        def lint(other: str) -> tuple[Finding, ...]:
            return lint_run(self._run(other), RULES.values(), drive=None)

        fixed = Fixed(text, self._lint(text), lint, _MOST_TRIES)
        fixed.make({(body["code"], tuple(body["key"]))})
        return {"text": fixed.text, "said": list(map(str, (*fixed.changes, *fixed.refusals)))}

    def code(self, body: Body) -> dict[str, object]:
        """Return a text's schedule as Python."""
        return {"code": self._bench.code(self._run(body["text"]))}

    def figure(self, body: Body) -> tuple[bytes, Format]:
        """Return the bytes that `plot` writes of a text, and their format."""
        return self._bench.render(self._run(body["text"]), body["format"]), body["format"]

    def save(self, body: Body) -> dict[str, object]:
        """Write a text to the file that was named, and return what is there then.

        Raises:
            Conflict: the file is not what the page has seen of it.
            SpecError: the text holds no spec that can be driven.
            UsageError: there is no file to write, or it is not to be written.
        """
        bench, text = self._bench, body["text"]
        if bench.path is None:
            raise UsageError(bench.why_not(self._data))
        self._run(text)
        self._take()  # as late as can be
        if reason := bench.why_not(self._data):
            raise UsageError(reason)
        if _digest(self._data) != body["seen"]:
            raise Conflict(self._tell_file())
        write_file(bench.path, text.encode(), overwrite=True)
        self._take()
        return {"seen": _digest(self._data)}

    def begin(self, body: Body) -> dict[str, object]:
        """Return a text to start from."""
        if body["kind"] == "catalog" and body["name"] in CATALOG:
            return {"text": self._bench.begin(body["name"])}
        return {"text": read_start(body["kind"], body["name"])}

    def _take(self) -> None:
        """Read the file; whoever writes it meanwhile is seen at the next look."""
        self._state = self._looked = self._find_state()
        self._data = self._bench.load()

    def _find_state(self) -> State:
        return state_of(self._bench.path) if self._bench.path else None

    def _tell_file(self) -> dict[str, object]:
        return {"text": self._bench.spell(self._data), "seen": _digest(self._data)}

    def _run(self, text: str) -> Run:
        """Return the run of a text, which may have been driven just now."""
        if text in self._runs:
            return self._runs[text]
        spec = self._bench.read(text)
        run = self._bench.drive(spec)
        depends = any(each.factory or each.metric_file for each in spec.schedules)
        if not depends and sum(curve.lr.size for curve in run.curves) <= _MOST_POINTS:
            self._runs[text] = run
            for other in [*self._runs][:-_MOST_KEPT]:
                del self._runs[other]
        return run

    def _lint(self, text: str) -> tuple[Finding, ...]:
        run = self._run(text)
        found = lint_run(run, RULES.values(), self._bench.drive)
        return sort_findings([*found, *find_unknown(run.spec, RULES)])


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
