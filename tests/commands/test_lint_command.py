"""`lrviz lint`: what it prints, what it changes, and how it ends."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lrviz.commands.lint import linting
from lrviz.commands.lint.linting import Request, iter_linted
from lrviz.errors import FileError
from lrviz.linter import engine
from lrviz.linter.fix import fix_text
from tests.support.linting import CLEAN, COSINE, ENDLESS, GROWING, RULES
from tests.support.lrvizrun import run
from tests.support.specs import Forbid, WriteSpec

WRONG = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 2, gama: 2}}\n"
CLIMBS = "LR901 warning: scheduler.CosineAnnealingLR.T_max: "
CLIMBS += "ends after 20 of 32 calls; set T_max to 32"


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (linting, engine):
        monkeypatch.setattr(module, "RULES", RULES)


@pytest.fixture
def folder(write_spec: WriteSpec, tmp_path: Path) -> Path:
    """Four specs: one clean, one with a warning, one with a note, one that is wrong."""
    specs = tmp_path / "specs"
    specs.mkdir()
    for name, text in (("a", CLEAN), ("b", COSINE), ("c", ENDLESS), ("d", WRONG)):
        write_spec(text, f"specs/{name}.yaml")
    return specs


def test_every_finding_is_a_line_with_its_place(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(COSINE, "a.yaml")
    result = run("lint", "a.yaml", cwd=tmp_path)
    assert result.text == f"a.yaml:6:5: {CLIMBS}\n"
    assert result.stderr == "1 spec: 1 with findings (1 warning)\n"
    assert result.status == 1


@pytest.mark.parametrize(
    ("text", "status", "closing"),
    [
        (CLEAN, 0, "1 spec: 1 clean\n"),
        (ENDLESS, 0, "1 spec: 1 with findings (1 note)\n"),
        (COSINE, 1, "1 spec: 1 with findings (1 warning)\n"),
        (GROWING, 1, "1 spec: 1 with findings (1 error)\n"),
        (WRONG, 2, "1 spec: 1 wrong\n"),
    ],
)
def test_notes_are_no_failure(text: str, status: int, closing: str, write_spec: WriteSpec) -> None:
    result = run("lint", write_spec(text))
    assert (result.status, result.stderr) == (status, closing)


def test_a_wrong_spec_stops_no_other(folder: Path) -> None:
    result = run("lint", "specs", cwd=folder.parent)
    assert result.text.splitlines() == [
        f"specs/b.yaml:6:5: {CLIMBS}",
        "specs/c.yaml:2:29: LR911 note: scheduler.ExponentialLR.gamma: "
        "nothing happens; do something",
        "specs/d.yaml:2:39: scheduler.ExponentialLR.gama: no such argument; "
        "did you mean 'gamma'? (accepts: gamma)",
    ]
    assert result.stderr == "4 specs: 1 clean, 2 with findings (1 warning, 1 note), 1 wrong\n"
    assert result.status == 2


def test_the_highest_exit_status_wins(folder: Path) -> None:
    result = run("lint", "specs", "none.yaml", cwd=folder.parent)
    assert result.text.splitlines()[-1] == "none.yaml: cannot read: no such file"
    assert result.stderr.endswith(", 1 wrong, 1 failed\n")
    assert result.status == 3


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select", "LR91"], ["LR911"]),
        (["--ignore", "LR90"], ["LR911"]),
        (["--select", "LR9", "--ignore", "LR911,LR902"], ["LR901"]),
    ],
)
def test_rules_are_selected_and_ignored(options: list[str], codes: list[str], folder: Path) -> None:
    (folder / "d.yaml").unlink()
    result = run("lint", folder, *options)
    assert [line.split()[1] for line in result.text.splitlines()] == codes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "LR902", "a", "--ignore", "LR9x"], "--ignore LR9x: no rule LR9X; known"),
        (["--explain", "LR777"], "no rule LR777; known: LR901, LR902, LR911"),
        (["-", "a", "-"], "-: standard input can be read once; name files"),
        ([], "nothing to lint; name a spec or a folder of them"),
        (
            ["a", "--fix", "--set", "epochs=3"],
            "--fix: changes what files say; leave --set, --epochs and the like out",
        ),
        (["a", "--set", "epochs"], "--set epochs: must be KEY=VALUE; type --set epochs=VALUE"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_read(arguments: list[str], message: str) -> None:
    result = run("lint", *arguments)
    assert (result.status, result.text) == (2, "")
    assert result.stderr.startswith(message)


def test_standard_input_and_figures_are_linted(write_spec: WriteSpec, tmp_path: Path) -> None:
    result = run("lint", "-", stdin=COSINE.encode())
    assert (result.status, result.text) == (1, f"-:6:5: {CLIMBS}\n")
    assert run("plot", write_spec(COSINE), "-o", tmp_path / "a.webp").status == 0
    result = run("lint", "a.webp", cwd=tmp_path)
    assert (result.status, result.text) == (1, f"a.webp: {CLIMBS}\n")


def test_a_setting_is_linted_and_named(write_spec: WriteSpec) -> None:
    key = "scheduler.CosineAnnealingLR.T_max"
    assert run("lint", write_spec(COSINE), "--set", f"{key}=32").status == 0
    result = run("lint", write_spec(COSINE), "--set", f"{key}=8")
    assert result.text.startswith(f"--set {key}=8: LR901 warning: {key}: ends after 8 of 32 calls")


SLIP = "lint: {ignore: [LR911, LR777]}\n"
NO_RULE = "no rule LR777; known: LR901, LR902, LR911"


def test_a_slip_in_what_a_spec_ignores_is_a_finding(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(f"{CLEAN}{SLIP}", "a.yaml")
    result = run("lint", "a.yaml", cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (
        1,
        f"a.yaml:3:24: LR000 warning: lint.ignore.1: {NO_RULE}\n",
        "1 spec: 1 with findings (1 warning)\n",
    )


def test_such_a_slip_is_told_in_every_format(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(f"{CLEAN}{SLIP}", "a.yaml")
    result = run("lint", "a.yaml", "--output-format", "github", cwd=tmp_path)
    assert result.status == 1
    assert result.text == (
        f"::warning file=a.yaml,line=3,col=24,title=LR000 no-such-rule::lint.ignore.1: {NO_RULE}\n"
    )
    result = run("lint", "a.yaml", "--output-format", "json", cwd=tmp_path)
    found = json.loads(result.text)
    assert (result.status, found["exit_status"], found["counts"]["warnings"]) == (1, 1, 1)
    (spec,) = found["specs"]
    assert (spec["state"], spec["warnings"]) == ("findings", [])
    assert spec["findings"] == [
        {
            "code": "LR000",
            "name": "no-such-rule",
            "severity": "warning",
            "key": "lint.ignore.1",
            "message": NO_RULE,
            "line": 3,
            "column": 24,
            "option": None,
            "curve": "",
            "fix": None,
        }
    ]


def test_such_a_slip_is_told_once_whatever_is_selected_and_left_alone_by_fixes(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    text = f"{COSINE}sweep: {{scheduler.CosineAnnealingLR.eta_min: [0, 1e-5]}}\n{SLIP}"
    path = write_spec(text, "a.yaml")
    said = f"a.yaml:9:24: LR000 warning: lint.ignore.1: {NO_RULE}\n"
    assert run("lint", "a.yaml", "--select", "LR902", cwd=tmp_path).text == said
    assert run("lint", "a.yaml", "--ignore", "LR901", cwd=tmp_path).text == said
    result = run("lint", "a.yaml", "--fix", cwd=tmp_path)
    assert (result.status, result.text) == (1, said)
    assert path.read_text("utf-8") == text.replace("T_max: 20", "T_max: 32")


@pytest.mark.parametrize("command", [["plot"], ["batch", "-o", "out"]])
def test_to_draw_such_a_spec_says_nothing_of_it(
    command: list[str], write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(f"{CLEAN}{SLIP}", "a.yaml")
    result = run(*command, "a.yaml", cwd=tmp_path)
    assert result.status == 0
    assert "LR777" not in result.text + result.stderr


@pytest.mark.parametrize("options", [[], ["--output-format", "github"], ["--summary"]])
def test_text_of_a_spec_steers_no_terminal(
    options: list[str], write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec('epochs: 3\ncurves:\n  "\\u202e": {scheduler: {StepLR: {step_size: 1}}}\n', "a.yaml")
    result = run("lint", "a.yaml", *options, cwd=tmp_path)
    said = r"curves.\u202e: a label has 1 to 200 printable characters"
    assert (result.text.isascii(), result.text.endswith(f"{said}\n")) == (True, True)


def test_json_is_as_documented(folder: Path) -> None:
    result = run("lint", "specs", "none.yaml", "--output-format", "json", cwd=folder.parent)
    assert result.text.count("\n") == 1
    data = json.loads(result.text)
    assert (data["schema"], data["exit_status"], result.status) == (1, 3, 3)
    assert data["counts"] == {
        **{"specs": 5, "clean": 1, "with_findings": 2, "wrong": 1, "failed": 1},
        **{"errors": 0, "warnings": 1, "notes": 1, "fixed": 0},
    }
    clean, climbs, _, wrong, failed = data["specs"]
    assert clean == {
        **{"file": "specs/a.yaml", "state": "clean", "exit_status": 0, "error": None},
        **{"findings": [], "fixed": [], "not_fixed": [], "summaries": [], "derivation": ""},
        **{"problems": [], "warnings": []},
    }
    assert climbs["findings"] == [
        {
            "code": "LR901",
            "name": "climbs-again",
            "severity": "warning",
            "key": "scheduler.CosineAnnealingLR.T_max",
            "message": "ends after 20 of 32 calls; set T_max to 32",
            "line": 6,
            "column": 5,
            "option": None,
            "curve": "",
            "fix": {"key": "scheduler.CosineAnnealingLR.T_max", "value": 32},
        }
    ]
    assert wrong["state"] == "wrong"
    assert [(each["line"], each["column"]) for each in wrong["problems"]] == [(2, 39)]
    assert (failed["state"], failed["error"]) == ("failed", "none.yaml: cannot read: no such file")


def test_json_has_fixes_and_summaries_when_they_are_asked_for(write_spec: WriteSpec) -> None:
    spec = write_spec(COSINE)
    result = run("lint", spec, "--output-format", "json", "--fix", "--summary")
    (found,) = json.loads(result.text)["specs"]
    key = "scheduler.CosineAnnealingLR.T_max"
    assert found["fixed"] == [{"code": "LR901", "key": key, "old": 20, "new": 32, "added": False}]
    assert found["findings"] == []
    (summary,) = found["summaries"]
    assert (summary["steps"], summary["peak_step"], summary["warmup_share"]) == (32, 0, 0.0)
    assert summary["peak"] == 0.001


def test_github_gets_annotations(folder: Path) -> None:
    result = run("lint", "specs", "--output-format", "github", cwd=folder.parent)
    climbs = CLIMBS.removeprefix("LR901 warning: ")
    assert result.text.splitlines() == [
        f"::warning file=specs/b.yaml,line=6,col=5,title=LR901 climbs-again::{climbs}",
        "::notice file=specs/c.yaml,line=2,col=29,title=LR911 nothing::"
        "scheduler.ExponentialLR.gamma: nothing happens; do something",
        "::error file=specs/d.yaml,line=2,col=39,title=lrviz lint%3A wrong::"
        "scheduler.ExponentialLR.gama: no such argument; did you mean 'gamma'? (accepts: gamma)",
    ]


def test_annotations_are_escaped(write_spec: WriteSpec, tmp_path: Path) -> None:
    text = 'epochs: 3\ncurves: {"50%": {scheduler: {ExponentialLR: {gamma: 2}}}, b: {'
    write_spec(f"{text}scheduler: {{ExponentialLR: {{gamma: 0.5}}}}}}}}\n", "a,b:c%.yaml")
    result = run("lint", "a,b:c%.yaml", "--output-format", "github", cwd=tmp_path)
    assert result.text == (
        "::error file=a%2Cb%3Ac%25.yaml,line=2,col=30,title=LR902 grows::"
        "curves.50%25.scheduler.ExponentialLR: grows to 0.004 (curve '50%25')\n"
    )
    result = run("lint", "none.yaml", "--output-format", "github", cwd=tmp_path)
    assert result.text == (
        "::error file=none.yaml,title=lrviz lint%3A failed::none.yaml: cannot read: no such file\n"
    )


def test_an_annotation_of_a_setting_is_on_the_file(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(COSINE, "a.yaml")
    key = "scheduler.CosineAnnealingLR.T_max"
    options = ["--output-format", "github", "--set", f"{key}=8"]
    result = run("lint", "a.yaml", *options, cwd=tmp_path)
    assert result.text == (
        f"::warning file=a.yaml,title=LR901 climbs-again::{key}: "
        f"ends after 8 of 32 calls; set T_max to 32 (--set {key}=8)\n"
    )


def test_a_summary_of_all_specs_is_one_table(folder: Path) -> None:
    (folder / "d.yaml").unlink()
    result = run("lint", "specs", "--summary", cwd=folder.parent)
    table = result.text.splitlines()[2:]
    assert table[0].split("  ")[0] == "spec"
    assert [line.split()[0] for line in table[1:]] == [f"specs/{name}.yaml" for name in "abc"]
    assert len({len(line) for line in table}) == 1


def test_a_rule_is_explained_in_plain_text() -> None:
    result = run("lint", "--explain", "lr902")
    assert result.text == (
        "LR902 grows (error)\n\nA learning rate that grows.\n\nWhy it is.\n\nMet in owner/repo#7.\n"
    )
    assert (result.status, result.stderr) == (0, "")


def test_a_fix_changes_that_value_and_nothing_else(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_bytes(b"\xef\xbb\xbf" + COSINE.replace("\n", "\r\n").encode())
    spec.chmod(0o640)
    before = spec.read_bytes()
    result = run("lint", "a.yaml", "--fix", cwd=tmp_path)
    assert spec.read_bytes() == before.replace(b"20", b"32")
    assert spec.stat().st_mode & 0o777 == 0o640
    assert result.stderr == (
        "a.yaml:6:5: LR901 fixed: scheduler.CosineAnnealingLR.T_max: was 20, is 32\n"
        "1 spec: 1 clean; 1 value fixed\n"
    )
    assert (result.status, result.text) == (0, "")
    assert run("lint", "a.yaml", "--fix", cwd=tmp_path).stderr == "1 spec: 1 clean\n"


def test_what_is_left_is_told_in_its_new_place(write_spec: WriteSpec, tmp_path: Path) -> None:
    text = "epochs: 3\ncurves:\n  a: {scheduler: {CosineAnnealingLR: {T_max: =9 - 1}}}\n"
    text += "  b: {scheduler: {ExponentialLR: {gamma: 2}}}\n"
    spec = write_spec(text, "a.yaml")
    result = run("lint", "a.yaml", "--fix", cwd=tmp_path)
    assert spec.read_text() == text.replace("=9 - 1", "3")
    assert [line.split()[1] for line in result.text.splitlines()] == ["LR902"]
    assert result.stderr.splitlines()[0].endswith("T_max: was '=9 - 1', is 3")
    assert result.status == 1


def test_a_fix_of_another_rule_is_not_made(write_spec: WriteSpec) -> None:
    spec = write_spec(COSINE)
    assert run("lint", spec, "--fix", "--select", "LR902").status == 0
    assert run("lint", spec, "--fix", "--ignore", "LR901").status == 0
    assert spec.read_text() == COSINE


def _as_figure(folder: Path) -> str:
    assert run("plot", "step.yaml", "-o", "a.png", cwd=folder).status == 0
    return "a.png"


def _as_link(folder: Path) -> str:
    (folder / "link.yaml").symlink_to("step.yaml")
    return "link.yaml"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (_as_figure, "a figure cannot be changed; fix its spec and draw it again"),
        (_as_link, "a link is not written through; name the file that it leads to"),
        (lambda folder: "-", "standard input cannot be changed"),
    ],
    ids=["figure", "link", "stdin"],
)
def test_what_is_no_file_of_text_is_not_changed(
    name: Callable[[Path], str], reason: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(COSINE)
    source = name(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = run("lint", source, "--fix", cwd=tmp_path, stdin=COSINE.encode())
    assert result.stderr.splitlines()[0].endswith(f"T_max: {reason}")
    assert "LR901 not fixed" in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert result.status == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_linted_and_not_changed(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, COSINE.encode())
    os.close(write)
    try:
        result = run("lint", f"/dev/fd/{read}", "--fix")
    finally:
        os.close(read)
    assert "LR901 not fixed" in result.stderr
    assert result.status == 1


def test_a_file_that_changed_since_it_was_read_is_left_alone(
    write_spec: WriteSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = write_spec(COSINE)

    def save_then_fix(*arguments: Any) -> Any:
        spec.write_text(f"{COSINE}# saved\n", encoding="utf-8")
        return fix_text(*arguments)

    monkeypatch.setattr("lrviz.commands.lint.linting.fix_text", save_then_fix)
    (linted,) = iter_linted(Request([str(spec)], fixes=True))
    assert [each.reason for each in linted.refusals] == ["the file has changed since it was read"]
    assert spec.read_text() == f"{COSINE}# saved\n"
    assert (linted.changes, linted.exit_status) == ((), 1)


def test_a_fix_that_cannot_be_written_is_a_failure_of_the_machine(
    write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, data: bytes, *, overwrite: bool) -> None:
        raise FileError(str(path), "write", "disk full")

    monkeypatch.setattr(linting, "write_file", refuse)
    write_spec(COSINE, "a.yaml")
    result = run("lint", "a.yaml", "--fix", cwd=tmp_path)
    assert result.text == f"a.yaml:6:5: {CLIMBS}\na.yaml: cannot write: disk full\n"
    assert result.stderr == "1 spec: 1 failed\n"
    assert result.status == 3


def test_plot_says_errors_and_warnings_and_draws_all_the_same(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(COSINE, "a.yaml")
    write_spec(ENDLESS, "b.yaml")
    write_spec(f"{COSINE}lint: {{ignore: [LR901]}}\n", "c.yaml")
    result = run("plot", "a.yaml", "b.yaml", "c.yaml", cwd=tmp_path)
    assert (result.status, result.text) == (0, "a.png\nb.png\nc.png\n")
    assert result.stderr == f"a.yaml:6:5: {CLIMBS}\n"


def test_batch_says_them_too(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(COSINE, "a.yaml")
    result = run("batch", "a.yaml", "-o", "figures", "-j", "1", cwd=tmp_path)
    assert (result.status, result.text) == (0, "figures/a.webp\n")
    assert result.stderr == f"a.yaml:6:5: {CLIMBS}\n1 spec: 1 drawn\n"


def test_an_option_of_its_own_is_named_as_it_was_typed(step: Path) -> None:
    wrong = run("lint", step, "--epochs", 0, "--output-format", "json")
    (spec,) = json.loads(wrong.text)["specs"]
    assert [each["source"] for each in spec["problems"]] == ["--epochs 0"]


def test_a_folder_that_cannot_be_read_is_one_outcome(
    folder: Path, forbid: Forbid, tmp_path: Path
) -> None:
    forbid(folder / "b" / "secret")
    result = run("lint", "specs", cwd=tmp_path)
    assert result.status == 3
    assert "specs/b/secret: cannot read: permission denied" in result.text.splitlines()
    assert result.stderr == (
        "5 specs: 1 clean, 2 with findings (1 warning, 1 note), 1 wrong, 1 failed\n"
    )
