"""Every page runs: its commands, its specs, what it says is printed, its links."""

import ast
import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

import lrviz
from lrviz.cli import app
from lrviz.spec.keys import Shape
from tests.support.exploring import explore
from tests.support.lrvizrun import run
from tests.support.pages import Call, Page, Part, calls
from tests.support.specs import ROOT

# The pages of the rules are generated, and compared with what generates them.
PAGES = [Page(ROOT / "README.md"), *map(Page, sorted((ROOT / "docs").rglob("*.md")))]
READ = [page for page in PAGES if "docs/rules/" not in page.name]
OTHERS = [Page(ROOT / f"{name}.md") for name in ("CONTRIBUTING", "SECURITY")]
CHANGES = Page(ROOT / "CHANGELOG.md")
COMMANDS: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
OPTIONS = {
    name: {
        "--help",
        *(each for param in command.params for each in param.opts + param.secondary_opts),
    }
    for name, command in COMMANDS.items()
}
EVERY_OPTION = {"--version"}.union(*OPTIONS.values())
# Its specs need `--allow`, and libraries that may not be here: tests/contract/test_libraries.py.
ALLOWED = "docs/libraries.md"
# The libraries of specs that the README's own command does without: timm.
ABSENT = [f"{each}." for each in ("timm", "transformers") if not find_spec(each)]
# What of a checkout's specs a reader of any page has.
ALWAYS = ("configs/steplr.yaml", "configs/linearlr.yaml", "configs/warmup_cosine_groups.yaml")
# They resume a run of 19,410 steps from many stops, or draw every scheduler.
LONG = ("README.md", "docs/runs.md", "docs/visual-guide.md", "docs/visual-guide.zh.md")
# What `python -m tests.bench` prints: it names what it has measured.
MEASURED = "docs/speed.md"


def _mark(page: Page) -> Any:  # of a type that pytest keeps to itself
    marks = [pytest.mark.slow] if page.name in LONG else []
    return pytest.param(page, id=page.name, marks=marks)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a reader has."""
    for name in ("configs", "figures"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for source in (ROOT / "tests/examples/docs", ROOT / "docs/runs"):
        shutil.copytree(source, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.parametrize("page", [*map(_mark, [*READ, *OTHERS])])
def test_a_page_does_what_it_says(page: Page, folder: Path) -> None:
    _thin(folder, page)
    wrong: list[str] = []
    for part in page.parts:
        if part.file:
            (folder / part.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / part.file).write_text(part.text, "utf-8")
        if part.kind == "yaml":
            lacks = any(each in part.text for each in ABSENT)
            _read_yaml(part, is_driven=not (part.file or page.name == ALLOWED or lacks))
        if part.kind == "python":
            _run_python(part)
        for call in calls(part):
            if not (_is_a_name(call) or page.name == MEASURED or _is_elsewhere(call)):
                wrong += [f"{page.name}:{part.line}: {each}" for each in _follow(call, folder)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.name)
def test_a_page_is_written_as_it_is_read(page: Page) -> None:
    assert page.unread == []
    assert page.idle == [] or page.name == ALLOWED  # where FILE stands for each
    assert [each for span in page.spans for each in _find_strange(span.text)] == []


@pytest.mark.parametrize("page", [*PAGES, *OTHERS, CHANGES], ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Page) -> None:
    anchors = {each.path: each.anchors for each in PAGES}
    for target in page.targets:
        if re.match(r"https://[\w.-]+\.\w+(/|$)", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        assert path.exists(), f"{page.name}: {target}"
        assert path.is_relative_to(ROOT), f"{page.name}: {target}"
        if anchor and path.suffix == ".md":
            known = anchors[path] if path in anchors else Page(path).anchors
            assert anchor in known, f"{page.name}: {target}"


def test_every_picture_of_a_page_is_told_in_words() -> None:
    for page in PAGES:
        assert "![](" not in page.prose, page.name
        for picture in re.findall(r"<img [^>]*>", page.prose):
            assert re.search(r'alt="[^"]+"', picture), f"{page.name}: {picture}"


def test_an_option_that_there_is_not_is_seen() -> None:
    seen = {"plot --x": ["--x"], "--x": ["--x"], "-y 1": ["-y"], "check … --sheet": ["--sheet"]}
    assert {text: _find_strange(text) for text in seen} == seen
    for text in ("batch … --sheet", "-j N", "lrviz --version", "pip install --no-deps timm"):
        assert _find_strange(text) == []


def test_a_part_of_a_spec_that_is_wrong_is_seen(folder: Path) -> None:
    for text in ("figure: {rotP: 1}", "steps: 0", "scheduler: {StepRL: {}}", "epochs: 1\ndata: 2"):
        with pytest.raises(lrviz.LrvizError):
            _read_yaml(Part("yaml", text, 1), is_driven=True)
    for text in ("figure: {x: epoch}", "steps: 3", "with: {specs: configs}", "- figure"):
        _read_yaml(Part("yaml", text, 1), is_driven=True)


def test_a_name_that_lrviz_has_not_is_seen() -> None:
    for text in ("import lrviz\nlrviz.plod(1)", "from lrviz import plod"):
        with pytest.raises(AssertionError, match="plod"):
            _run_python(Part("python", text, 1))


def _thin(folder: Path, page: Page) -> None:
    """Leave out the specs that a page does not name, and those whose library is not here."""
    for path in [*(folder / "configs").rglob("*.yaml")]:
        name = path.relative_to(folder).as_posix()
        is_here = not any(each in path.read_text("utf-8") for each in ABSENT)
        if not (is_here and (name in page.text or name in ALWAYS)):
            path.unlink()
            (folder / "figures" / path.relative_to(folder / "configs")).with_suffix(
                ".webp"
            ).unlink()


def _find_strange(text: str) -> list[str]:
    """Return the options in inline code that its command has not, or none where it names none."""
    own = re.sub(r"\b(?:grep|patch|pip|py|python3?|ssh) .*", "", text.removeprefix("lrviz "))
    known = OPTIONS.get(own.partition(" ")[0], EVERY_OPTION)
    return [each for each in re.findall(r"(?<!\S)--?[A-Za-z][\w-]*", own) if each not in known]


def _read_yaml(part: Part, *, is_driven: bool) -> None:
    """Read a block as what it is; what is a file is driven by the commands that name it.

    Keys of a spec alone are a part of one.
    """
    data = yaml.safe_load(part.text)
    keys = set(data) if isinstance(data, dict) else set()
    length, schedule = keys & {"epochs", "steps"}, keys & {"scheduler", "curves"}
    if is_driven and keys and ((length and schedule) or keys <= Shape.model_fields.keys()):
        text = "" if length else "epochs: 8\n"
        text += "" if schedule else "scheduler: {StepLR: {step_size: 2}}\n"
        Path("block.yaml").write_text(text + part.text, "utf-8")
        assert lrviz.simulate("block.yaml").lr.size


def _run_python(part: Part) -> None:
    if ">>>" not in part.text:
        tree = compile(part.text, str(part.line), "exec", ast.PyCF_ONLY_AST)
        assert {each for node in ast.walk(tree) for each in _names(node)} <= {*dir(lrviz)}
        return
    example = doctest.DocTestParser().get_doctest(part.text, {}, str(part.line), None, part.line)
    assert doctest.DocTestRunner().run(example).failed == 0


def _names(node: ast.AST) -> list[str]:
    """Return what a node takes from lrviz."""
    match node:
        case ast.Attribute(value=ast.Name(id="lrviz"), attr=name):
            return [name]
        case ast.ImportFrom(module="lrviz", names=names):
            return [each.name for each in names]
    return []


def _is_a_name(call: Call) -> bool:
    """Whether running text only names a command of lrviz's, as `lrviz lint`."""
    return bool(re.fullmatch(rf"lrviz (?:{'|'.join(COMMANDS)})", call.text))


def _is_elsewhere(call: Call) -> bool:
    """Whether a command needs `--allow`, or names a spec whose library is not here."""
    return "--allow" in call.text or any(f"{each[:-1]}_" in call.text for each in ABSENT)


def _follow(call: Call, folder: Path) -> Iterator[str]:
    """Type what a page says; yield what is not as it says."""
    arguments = call.arguments
    if arguments and arguments[0] == "explore":  # which serves its page until it is ended
        with explore(*arguments[1:], "--no-browser", cwd=folder) as explored:
            status = 0 if explored.page.get("state").status == HTTPStatus.OK else 1
            printed = ""
    elif arguments is not None:
        for target in (folder / arguments[place + 1] for place in _find(arguments, "-o")):
            if target.is_file():  # which the reader does not have yet
                target.unlink()
        done = run(*arguments)
        status, printed = done.status, done.stderr + done.stdout.decode(errors="replace")
    else:
        script = ["bash", "-euo", "pipefail", "-c", call.text]
        ended = subprocess.run(script, capture_output=True, check=False, timeout=120)
        status, printed = ended.returncode, (ended.stderr + ended.stdout).decode(errors="replace")
    if status not in call.statuses:
        yield f"`{call.text}` ends with {status}:\n{printed}"
    form = "(?:.*\n)*".join(
        "".join(f"{re.escape(line.rstrip())}\n" for line in lines) for lines in _between(call.told)
    )
    lines = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    if call.told and not re.fullmatch(form, lines):
        yield f"`{call.text}` prints:\n{lines}"


def _find(arguments: Sequence[str], option: str) -> list[int]:
    return [place for place, each in enumerate(arguments[:-1]) if each == option]


def _between(told: Iterable[str]) -> list[list[str]]:
    """Return lines in the parts that `…` stands between, which stands for any lines."""
    parts: list[list[str]] = [[]]
    for line in told:
        if line.strip() == "…":
            parts.append([])
        else:
            parts[-1].append(line)
    return parts
