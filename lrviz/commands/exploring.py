"""A page on this machine, in which a spec's arguments are turned and the figure follows."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread

from lrviz.commands.code.script import build_code
from lrviz.commands.lint.linting import why_not
from lrviz.commands.look_up import spec_template
from lrviz.commands.results import Block, drive_spec
from lrviz.draw.places import draw_placed
from lrviz.errors import KeyPath, LrvizError, Position, Problem, SpecError, UsageError, spec_error
from lrviz.figure.chunks import MAX_FILE
from lrviz.page.answers import Answers, Bench, Format
from lrviz.page.connections import open_server
from lrviz.page.desk import Desk
from lrviz.page.guards import BODIES
from lrviz.page.server import PageServer
from lrviz.reading.sources import Reading, load_named, parse_data, read_source
from lrviz.run.driven import Run
from lrviz.spec.catalog import CATALOG
from lrviz.spec.edit import EditError
from lrviz.spec.model import Spec
from lrviz.spec.origin import Source, figure_stem, source_file, split_factory
from lrviz.spec.parse import parse_spec, parse_tree
from lrviz.spec.rewrite import rewrite
from lrviz.spec.tree import find_below
from lrviz.spec.yamltree import YamlError, parse_yaml
from lrviz.system.files import ENCODINGS, STDIO, identify, read_file, sniff
from lrviz.system.process import quick_imports

# Seconds between two looks at the file; half of what one is hardly seen to wait.
INTERVAL = 0.25

# What messages call a spec that no file holds.
PAGE = "page"

# A spec to make another of, all of whose lines are new.
_BLANK = "epochs: 1\n"

# Neither a folder's modules nor the settings of the user's Python have a say in it.
_BROWSER = (sys.executable, "-I", "-m", "webbrowser", "-t")


def explore_spec(
    source: str | None, port: int | None, reading: Reading, *, browser: bool
) -> Iterator[Block]:
    """Serve a page until interrupted.

    Args:
        source: the spec as the user named it, or a factory; None for none yet.
        port: None for one that is free.
        reading: as the command line says it; the page's text says it, too.
        browser: whether the page is opened.

    Raises:
        FileError: a file cannot be read, or the port is not free.
        KeyboardInterrupt: it is to end.
        SpecError: it cannot be driven.
        UsageError: what is to change a spec is given without one.
    """
    if source is None and reading.overrides:
        raise UsageError(f"{reading.overrides[0].spelt}: changes a spec; name one")
    workbench = _Workbench(source or "", reading)
    run = None
    if source is not None:
        run = drive_spec(workbench.recall(workbench.load()), reading.verbose)
    answers = Answers(workbench.build())
    desk, calls = Desk(), {name: getattr(answers, name) for name in ("state", *BODIES)}
    stem = figure_stem(source) if source not in (None, STDIO) else "figure"
    server = open_server(port, partial(PageServer, answers=calls, desk=desk, stem=stem))

    def look() -> None:
        if news := answers.look():
            server.tell_file(news)

    def draw_first() -> None:
        with suppress(LrvizError):  # which the page will say
            draw_placed(run or drive_spec(parse_spec(spec_template(CATALOG["StepLR"]))))

    # The first figure takes longest: it is drawn while the browser starts.
    Thread(target=desk.ask, args=("", "first", draw_first), daemon=True).start()
    # It is not closed: its threads end with the process, which is not to wait for them.
    Thread(target=server.serve_forever, daemon=True).start()
    if browser:
        Thread(target=_open_browser, args=(server.address,), daemon=True).start()
    line = f"exploring {source or 'a new spec'}; Ctrl-C ends it"
    explained = run.warnings if run and reading.verbose else ()  # the page has the warnings
    yield Block(lines=(*explained, line), path=server.address)
    desk.work(look, INTERVAL)


def _open_browser(address: str) -> None:
    """Open a page, if there is a browser; one that is drawn in a terminal gets none."""
    with suppress(OSError):
        subprocess.run(
            [*_BROWSER, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )


class _Workbench:
    """What a page works with, for one source.

    Args:
        source: as the user named it; empty for none.
        reading: as the command line says it.
    """

    def __init__(self, source: str, reading: Reading) -> None:
        self._source, self._reading = source, reading
        self._named = split_factory(source)
        # What is none, be it standard input or another pipe, can be read once.
        self._is_file = source != STDIO and identify(source_file(source)) is not None
        self._piped: bytes | None = None
        self._files = frozenset[str]()

    def build(self) -> Bench:
        """Return it."""
        return Bench(
            name=self._source,
            path=Path(source_file(self._source)) if self._is_file else None,
            why_not=self._why_not,
            others=self._reading.allow,
            load=self.load,
            spell=self._spell,
            read=self._read,
            drive=drive_spec,
            code=build_code,
            render=_render,
            begin=lambda name: spec_template(CATALOG[name]),
        )

    def _why_not(self, data: bytes) -> str:
        """Return why the file, which holds some bytes, cannot be saved; empty where it can."""
        if self._named:
            return "a factory is code, which is not changed from here"
        return why_not(self._source, data) if self._source else "no file was named to save"

    def load(self) -> bytes:
        """Return what the source's file holds.

        Raises:
            LrvizError: it cannot be read, or is no text and no figure of a spec.
        """
        if self._named or not self._source:
            return read_file(source_file(self._source), MAX_FILE) if self._is_file else b""
        data = read_source(self._source) if self._piped is None else self._piped
        self._piped = None if self._is_file else data
        if sniff(data) or "\ufffd" in _decode(data):
            self.recall(data)
        self._files = frozenset(name for name, *_ in _iter_files(_decode(data)))
        return data

    def recall(self, data: bytes) -> Spec:
        """Return the spec in a file's bytes, options of the command line included.

        Raises:
            LrvizError: there is none, or an option makes none of it.
        """
        if self._named:
            return load_named(self._source, self._reading)
        spec = parse_data(data, self._source, self._reading)
        if "factory" in spec.tree:
            text = "drawn from a factory, of which it keeps no code; name that"
            raise spec_error(self._source, text)
        return spec

    def _spell(self, data: bytes) -> str:
        """Return the text that a file's bytes stand for, options included; wrong, as it is."""
        text = "" if self._named or sniff(data) else _decode(data)
        if not self._source or (text and not self._reading.overrides):
            return text
        try:
            spec = self.recall(data)
        except LrvizError:
            return text
        tree = {key: value for key, value in spec.tree.items() if key != "factory"}
        with suppress(EditError):
            return rewrite(text or _BLANK, tree)
        return rewrite(_BLANK, tree)  # it is written anew

    def _read(self, text: str) -> Spec:
        """Return the spec in a text; what builds its scheduler is the factory, if one is named."""
        if self._named is None:
            self._refuse_files(text)
            reading = Reading((), self._reading.allow)
            return parse_data(text.encode(), self._source or PAGE, reading)
        spec = load_named(self._source, self._reading)
        try:
            tree, positions = parse_yaml(text)
        except YamlError as error:
            problem = Problem(self._source, error.key, error.reason, error.position)
            raise SpecError([problem]) from None
        factory = spec.schedules[0].factory
        return parse_tree(tree, Source(self._source, positions), factory=factory)

    def _refuse_files(self, text: str) -> None:
        """Raise a SpecError for a file that a page names, and the spec on disk does not."""
        said = "the spec on disk names no such file, and a page opens no other"
        found = [each for each in _iter_files(text) if each[0] not in self._files]
        if found:
            name = self._source or PAGE
            raise SpecError([Problem(name, key, said, position) for _, key, position in found])


def _iter_files(text: str) -> Iterator[tuple[str, KeyPath, Position]]:
    """Yield the names of the files of metrics that a text has, and where it has them."""
    with suppress(YamlError):
        tree, positions = parse_yaml(text)
        for key, position in positions.items():
            if key[-1:] == ("csv",):
                yield str(find_below(tree, key)), key, position


def _decode(data: bytes) -> str:
    return data.decode(ENCODINGS.get(data[:2], "utf-8"), "replace")


def _render(run: Run, format: Format) -> bytes:
    """Return a figure as `plot` writes it."""
    with quick_imports():
        from lrviz.figure.image import render_run
    return render_run(run, format)[0]
