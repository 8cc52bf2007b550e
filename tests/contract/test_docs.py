"""Every page runs: its commands, its specs, what it says is printed, its links."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml

import lrviz
from tests.support.lrvizrun import run
from tests.support.pages import Call, Page, Part, calls, slug
from tests.support.specs import ROOT

# The pages of the rules are generated, and compared with what generates them.
PAGES = [Page(ROOT / "README.md"), *map(Page, sorted((ROOT / "docs").rglob("*.md")))]
READ = [page for page in PAGES if "docs/rules/" not in page.name]
COMMANDS = re.findall(r"^  (\w+) ", Page(ROOT / "docs/commands.md").text, re.MULTILINE)
# Its specs need `--allow`, and libraries that may not be here: tests/contract/test_libraries.py.
ALLOWED = "docs/libraries.md"
# What `python -m tests.bench` prints: it names what it has measured.
MEASURED = "docs/speed.md"


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


@pytest.mark.parametrize("page", READ, ids=lambda page: page.name)
def test_a_page_does_what_it_says(page: Page, folder: Path) -> None:
    wrong: list[str] = []
    for part in page.parts:
        if part.file:
            (folder / part.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / part.file).write_text(part.text, "utf-8")
        if part.kind == "yaml":
            _read_yaml(part, is_driven=not (part.file or page.name == ALLOWED))
        if part.kind == "python":
            _run_python(part)
        for call in calls(part):
            if not (_is_a_name(call) or page.name == MEASURED or "--allow" in call.text):
                wrong += [f"{page.name}:{part.line}: {each}" for each in _follow(call, folder)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
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


def test_a_heading_is_named_as_github_names_it() -> None:
    assert slug("### 8. CosineAnnealingLR"[4:]) == "8-cosineannealinglr"
    assert slug("What is wrong: `figure.x`?") == "what-is-wrong-figurex"
    assert slug("自己画一张\uff08一分钟\uff09") == "自己画一张一分钟"


def test_a_page_is_taken_apart_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "# A\n\n```yaml\n# a.yaml\nepochs: 1\n```\n\nthen `lrviz show NAME`\n\n   ```console\n"
        "   $ lrviz lint a.yaml # exit status 1\n   a.yaml: wrong\n"
        "   $ pip install b && lrviz list\n"
        "   ```\n## A\n```sh\npip install c\nprintf 1 > d\n```\n",
        "utf-8",
    )
    page = Page(path)
    assert [(part.kind, part.line, part.file) for part in page.parts] == [
        ("yaml", 3, "a.yaml"),
        ("inline", 8, None),
        ("console", 10, None),
        ("sh", 16, None),
    ]
    assert [call for part in page.parts for call in calls(part)] == [
        Call("lrviz show StepLR", statuses=(0, 1)),
        Call("lrviz lint a.yaml", ("a.yaml: wrong",), (1,)),
        Call("lrviz list"),
        Call("printf 1 > d"),
    ]
    assert page.anchors == {"a", "a-1"}


def _read_yaml(part: Part, *, is_driven: bool) -> None:
    """Read a block as what it is; what is a file is driven by the commands that name it."""
    data = yaml.safe_load(part.text)
    keys = set(data) if isinstance(data, dict) else set()
    if is_driven and keys & {"epochs", "steps"} and keys & {"scheduler", "curves"}:
        Path("block.yaml").write_text(part.text, "utf-8")
        assert lrviz.simulate("block.yaml").lr.size


def _run_python(part: Part) -> None:
    if ">>>" not in part.text:
        compile(part.text, str(part.line), "exec")
        return
    example = doctest.DocTestParser().get_doctest(part.text, {}, str(part.line), None, part.line)
    assert doctest.DocTestRunner().run(example).failed == 0


def _is_a_name(call: Call) -> bool:
    """Whether running text only names a command of lrviz's, as `lrviz lint`."""
    return bool(re.fullmatch(rf"lrviz (?:{'|'.join(COMMANDS)})", call.text))


def _follow(call: Call, folder: Path) -> Iterator[str]:
    """Type what a page says; yield what is not as it says."""
    if (arguments := call.arguments) is not None:
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
