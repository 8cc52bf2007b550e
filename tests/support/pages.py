"""A documentation page taken apart: its files, its commands, its links and headings."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from tests.support.specs import ROOT

# A block's language, or `inline` for a command in running text.
Kind = Literal["sh", "console", "yaml", "python", "inline", "other"]

_LANGUAGES = ("", "console", "diff", "json", "powershell", "python", "sh", "toml", "yaml")

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`((?:[^`\n]|\n(?!\s*\n))+)`")
_BIN = r"(?:\./)?\.venv/bin/"
_FILE = re.compile(r"(?:#|//) ([\w./-]+\.\w+)\n")
_TARGET = re.compile(
    r"\]\(([^)\s]+)\)|<(?:img|source)[^>]+src(?:set)?=\"([^\"]+)\"|href=\"([^\"]+)\""
)
# What is not read here, and so is not to be written: other fences, other forms of links.
_UNREAD = re.compile(
    r"^\W*(?:```|~~~).*|\]\[[^]]*\]|^ *\[[^]]+\]:.*|\]\([^)\s]*\s[^)]*\)|"
    r"<\w+ [^>]*\b(?:src|srcset|href)\b(?!=\")[^>]*>",
    re.MULTILINE,
)
_STATUS = re.compile(r"\(exits with (\d)\)")

# What installs something, or runs the tests: it is not done again for a page.
_ELSEWHERE = re.compile(
    r"(?:sudo )?(?:apt-get|brew|git|docker|conda|uv|pip|pre-commit|pytest|\. \.venv|cd) |"
    r"(?:python3?|py) -m (?:venv|pip|pytest|tests|build) |(?:\.venv/bin/)(?:pip|pytest)"
)
# A command of a line with several, without what parts it from the next.
_COMMAND = re.compile(r"""((?:"[^"]*"|'[^']*'|[^;&]|&(?!&))+)(?:&&|;)*\s*""")

# What stands for a name of the reader's own in running text.
_STANDS_FOR = {
    "FILE": "configs/steplr.yaml",
    "configs -o figures --force": "configs/steplr.yaml -o figures --force",
    "CODE": "LR001",
    "train.py:NAME": "train.py:make_scheduler --steps 9",
    "NAME": "StepLR",
}


class Part(NamedTuple):
    """A block of a page, or a command in its running text."""

    kind: Kind
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that it is, by its first line."""
        found = _FILE.match(self.text) if self.kind != "inline" else None
        return found[1] if found else None


@dataclass(frozen=True)
class Call:
    """A command line of a page.

    Attributes:
        text: what is typed, or a script of several lines.
        told: what the page says is printed; empty for nothing said.
        statuses: those that are right.
    """

    text: str
    told: tuple[str, ...] = ()
    statuses: tuple[int, ...] = (0,)

    @property
    def arguments(self) -> list[str] | None:
        """What `lrviz` is given; None where a shell has to read it."""
        words = shlex.split(self.text, comments=True)
        is_plain = "\n" not in self.text.strip() and not re.search(r"[|<>;&$*~]", self.text)
        return words[1:] if is_plain and words[0] == "lrviz" else None


@dataclass(frozen=True)
class Page:
    """A page of the documentation.

    Attributes:
        path: its file.
    """

    path: Path

    @property
    def name(self) -> str:
        """Its path below the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text("utf-8")

    @cached_property
    def prose(self) -> str:
        """It, with blank lines for its blocks."""
        return _FENCE.sub(lambda block: "\n" * block[0].count("\n"), self.text)

    @property
    def parts(self) -> list[Part]:
        """Its blocks and commands, as they come."""
        found = [
            Part(_kind(block[2]), _dedent(block[3], block[1]), _line(self.text, block.start()))
            for block in _FENCE.finditer(self.text)
        ]
        found += [each for each in self.spans if each.text.startswith("lrviz ")]
        return sorted(found, key=lambda part: part.line)

    @property
    def spans(self) -> list[Part]:
        """The code in its running text, each in one line."""
        prose = self.prose
        return [
            Part("inline", re.sub(_BIN, "", " ".join(span[1].split())), _line(prose, span.start()))
            for span in _SPAN.finditer(prose)
        ]

    @property
    def unread(self) -> list[str]:
        """What is written in a way that is not read here."""
        fences = (f"```{each[2]}" for each in _FENCE.finditer(self.text))
        other = (each for each in fences if each.removeprefix("```") not in _LANGUAGES)
        return [*other, *(each[0] for each in _UNREAD.finditer(self.prose))]

    @property
    def idle(self) -> list[str]:
        """The files that nothing below them names; what a service reads is hidden."""
        parts = self.parts
        return [
            part.file
            for place, part in enumerate(parts, 1)
            if part.file and not part.file.startswith(".")
            if not any(part.file in _typed(later) for later in parts[place:])
        ]

    @property
    def targets(self) -> set[str]:
        """Where its links and pictures point."""
        return {next(filter(None, found)) for found in _TARGET.findall(self.prose)}

    @property
    def anchors(self) -> set[str]:
        """What a link can point at, as GitHub names headings."""
        names: list[str] = []
        for heading in re.findall(r"^#+ (.+?)\s*$", self.prose, re.MULTILINE):
            name = slug(heading)
            count = sum(
                re.fullmatch(rf"{re.escape(name)}(-\d+)?", each) is not None for each in names
            )
            names.append(f"{name}-{count}" if count else name)
        return {*names, *re.findall(r"<a (?:id|name)=\"([^\"]+)\"", self.prose)}


def slug(heading: str) -> str:
    """Return what GitHub calls a heading in a link.

    >>> slug("1. `StepLR`, [a link](to.md)")
    '1-steplr-a-link'
    """
    shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")


def calls(part: Part) -> Iterator[Call]:
    """Yield what a part of a page has typed."""
    match part.kind:
        case "sh":
            script = "\n".join(filter(None, map(_own, part.text.splitlines())))
            if "\n" in script and not re.search(r"<<|\\\n", script):
                yield from map(Call, script.splitlines())
            elif script:
                yield Call(script)
        case "console":
            yield from _read_console(part.text)
        case "inline":
            command = part.text
            for word, meant in _STANDS_FOR.items():
                command = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", meant, command)
            yield Call(command, statuses=(0, 1))
        case _:
            pass


def _read_console(text: str) -> Iterator[Call]:
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith("$ ")]
    assert starts[:1] == [0], "a console block begins with a command"
    for start, end in pairwise([*starts, len(lines)]):
        command, told = lines[start][2:], lines[start + 1 : end]
        status = _STATUS.fullmatch(told[-1].strip()) if told else None
        told = told[:-1] if status else told
        right = (int(status[1]),) if status else (0, 1) if told else (0,)
        if own := _own(command):
            yield Call(own, tuple(told), right)


def _own(line: str) -> str:
    """Return what of a line is done, without what installs something."""
    commands = [each.rstrip() for each in _COMMAND.findall(line)]
    own = [each for each in commands if not _ELSEWHERE.match(each.lstrip())]
    return re.sub(_BIN, "", " && ".join(own))


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _typed(part: Part) -> str:
    return part.text if part.kind == "python" else "\n".join(call.text for call in calls(part))


def _kind(language: str) -> Kind:
    known: dict[str, Kind] = {"sh": "sh", "console": "console", "yaml": "yaml", "python": "python"}
    return known.get(language, "other")


def _dedent(text: str, indent: str) -> str:
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))
