"""The command line itself: help, lists, words, streams and exit statuses."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

from lrviz.cli.app import encode_path, encode_text, say
from lrviz.spec.catalog import CATALOG, SCHEDULERS, THIRD_PARTY
from lrviz.spell import printable
from tests.support.lrvizrun import LRVIZ, run, run_process
from tests.support.specs import STEP, WriteSpec

posix = pytest.mark.skipif(sys.platform == "win32", reason="as a POSIX shell has it")


def test_help_names_every_command_and_nothing_is_wrong() -> None:
    result = run("--help")
    assert (result.status, result.stderr) == (0, "")
    for command in ("plot", "export", "list", "show", "new"):
        assert re.search(rf"^  {command} ", result.text, re.MULTILINE)
    assert run("-h").stdout == result.stdout


def test_no_command_at_all_shows_the_help_as_wrong_usage() -> None:
    result = run()
    assert (result.status, result.stdout) == (2, b"")
    assert result.stderr == run("--help").text


def test_the_versions_are_the_installed_ones() -> None:
    torch, matplotlib = (version(name).split("+")[0] for name in ("torch", "matplotlib"))
    assert run("--version").text == (
        f"lrviz {version('lrviz')} (torch {torch}, matplotlib {matplotlib})\n"
    )


def test_the_list_has_every_scheduler_once_and_says_what_it_does() -> None:
    lines = run("list").text.splitlines()
    names = [line.split(" ")[0] for line in lines]
    assert names[: len(SCHEDULERS)] == list(SCHEDULERS)
    assert [name for name in names if name in THIRD_PARTY] == list(THIRD_PARTY)
    assert (
        lines[0] == "StepLR                       multiplies the LR by gamma every step_size calls"
    )
    assert max(map(len, lines[: len(SCHEDULERS)])) <= 100


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["plto"], "No such command 'plto'. Did you mean 'plot'?"),
        (["plot"], "Missing argument 'SPEC'. Type lrviz plot spec.yaml"),
        (["plot", "-o", "x.png"], "Type lrviz plot -o x.png spec.yaml"),
        (
            ["plot", "a.yaml", "--stile", "dark"],
            "No such option: --stile (Possible options: --steps, --style, --title)",
        ),
        (["plot", "a.yaml", "--set"], "Option '--set' requires an argument."),
        (
            ["plot", "a.yaml", "-f", "jpg"],
            "'jpg' is not one of 'png', 'webp', 'svg', 'pdf', 'html'.",
        ),
        (["export", "a.yaml", "b.yaml"], "Got unexpected extra argument(s) (b.yaml)"),
        (
            ["plot", "a.yaml", "-f", "gif"],
            "Invalid value for '-f' / '--format': 'gif' is not one of "
            "'png', 'webp', 'svg', 'pdf', 'html'.",
        ),
        (["show"], "Missing argument 'NAME'. Type lrviz show StepLR"),
        (["new", "StepLR", "LinearLR"], "Got unexpected extra argument(s) (LinearLR)"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_is_right(
    arguments: list[str], remedy: str, tmp_path: Path
) -> None:
    result = run(*arguments, cwd=tmp_path)
    assert (result.status, result.stdout) == (2, b"")
    assert result.stderr.rstrip("\n").endswith(remedy)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["import", "a.yaml", "--epochs", "x"], "'--epochs'"),
        (["batch", "a.yaml", "-o", "out", "-j", "0"], "'-j' / '--jobs'"),
    ],
)
def test_wrong_usage_is_said_in_no_library_s_words(
    arguments: list[str], option: str, tmp_path: Path
) -> None:
    result = run(*arguments, cwd=tmp_path)
    assert (result.status, result.stdout) == (2, b"")
    assert f"Invalid value for {option}: " in result.stderr
    assert "Input should" not in result.stderr
    assert "parse" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["plot", ""],
        ["plot", "a.yaml", ""],
        ["batch", "", "-o", "out"],
        ["check", "", "--baselines", "."],
        ["compare", "a.yaml", ""],
        ["lint", ""],
        ["export", ""],
        ["code", ""],
    ],
)
def test_an_empty_spec_is_wrong_usage(arguments: list[str], tmp_path: Path) -> None:
    """As a shell writes it for a variable that is not set."""
    result = run(*arguments, cwd=tmp_path)
    message = "SPEC is empty; name a file, or - for standard input\n"
    assert (result.status, result.stdout, result.stderr) == (2, b"", message)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["show", "new"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("steplr", "unknown scheduler 'steplr'; did you mean 'StepLR'?"),
        ("CosineLR", "unknown scheduler 'CosineLR'; did you mean 'CosineAnnealingLR'?"),
        ("zzz", f"unknown scheduler 'zzz'; known: {', '.join(SCHEDULERS)}"),
        ("\x1b[31m", rf"unknown scheduler '\x1b[31m'; known: {', '.join(SCHEDULERS)}"),
    ],
)
def test_an_unknown_scheduler_earns_a_suggestion(command: str, name: str, message: str) -> None:
    result = run(command, name)
    assert (result.status, result.stdout, result.stderr) == (2, b"", f"{message}\n")


def test_a_message_is_one_line_of_what_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1b[2Jb\nc\td\u202ee\udcffé[red]")
    assert capsys.readouterr() == ("", "a\\x1b[2Jb\\nc\\td\\u202ee\\udcffé[red]\n")


def test_what_can_be_printed_is_left_as_it_is() -> None:
    assert printable("学習率 → [b]é") == "学習率 → [b]é"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_picture_in_text_is_drawn_in_ascii_where_there_is_no_more(encoding: str) -> None:
    plain, full = run("show", "StepLR", encoding=encoding), run("show", "StepLR")
    assert (plain.status, plain.stderr) == (0, "")
    lines, dots = plain.stdout.decode("ascii").splitlines(), full.text.splitlines()
    assert re.search(r"[⠀-⣿]", full.text)
    assert " 1e-3 +************" in lines
    assert len(lines) == len(dots)


def test_a_closed_stream_has_utf_8() -> None:
    assert encode_text("▂█", None) == "▂█".encode()
    assert encode_path("é", None) == "é\n".encode()


@posix
def test_a_terminal_is_shown_a_path_as_text() -> None:
    import pty

    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w", encoding="utf-8") as terminal:
            assert encode_path("a\x1b]0;b\a.png", terminal) == b"a\\x1b]0;b\\x07.png\n"
    finally:
        os.close(leader)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("lrviz show Cos", ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]),
        ("lrviz new Chained", ["ChainedScheduler"]),
        ("lrviz new ", list(CATALOG)),
        ("lrviz plot --style ", ["article", "dark", "light"]),
        ("lrviz plot --style d", ["dark"]),
        ("lrviz plot -f ", ["png", "webp", "svg", "pdf", "html"]),
        ("lrviz export a.yaml --format ", ["csv", "json"]),
        ("lrviz lint --output-format ", ["text", "json", "github", "sarif"]),
        ("lrviz check --output-format ", ["text", "json", "github"]),
        ("lrviz sh", ["show"]),
    ],
)
def test_completion_knows_commands_schedulers_styles_and_formats(
    words: str, offered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_LRVIZ_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    assert run().text.split() == offered


def test_completion_says_what_a_scheduler_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_LRVIZ_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "lrviz show Exp")
    assert run().text == "ExponentialLR\tmultiplies the LR by gamma at every call\n"


def test_help_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for command in ("plot", "export", "show"):
        lines = run(command, "--help").text.splitlines()
        assert max(len(line) for line in lines if not line.startswith("  -")) <= 60


def shell(command: str, *arguments: object, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        ["sh", "-c", command, "sh", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@posix
@pytest.mark.parametrize(
    "arguments", [["list"], ["new", "StepLR"], ["--version"], ["export", "step.yaml"]]
)
def test_a_reader_that_has_gone_is_no_error(
    arguments: Sequence[str], step: Path, tmp_path: Path
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*LRVIZ, *arguments], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@posix
def test_a_closed_standard_output_is_status_3_and_stops_no_figure(
    step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(STEP, "b.yaml")
    message = "standard output: cannot write: it is closed\n"
    assert shell('"$@" >&-', *LRVIZ, "list", cwd=tmp_path) == (3, "", message)
    arguments = (*LRVIZ, "plot", "step.yaml", "b.yaml")
    assert shell('"$@" >&-', *arguments, cwd=tmp_path) == (3, "", message)
    assert (tmp_path / "step.png").exists()
    assert (tmp_path / "b.png").exists()


@posix
def test_a_closed_standard_output_is_said_once_of_all_that_is_linted(
    step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(STEP, "b.yaml")
    message = "standard output: cannot write: it is closed\n"
    for listing in ("text", "github", "json", "sarif"):
        arguments = (*LRVIZ, "lint", "step.yaml", "b.yaml", "--output-format", listing)
        status, _, stderr = shell('"$@" >&-', *arguments, cwd=tmp_path)
        assert (status, stderr.count(message)) == (3, 1)
        assert stderr.endswith("2 specs: 2 clean\n")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
def test_a_full_disk_is_status_3_and_one_line(tmp_path: Path) -> None:
    message = "standard output: cannot write: no space left on device\n"
    for arguments in (("new", "StepLR"), ("--help",), ("plot", "--help")):
        assert shell('"$@" >/dev/full', *LRVIZ, *arguments, cwd=tmp_path) == (3, "", message)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
def test_where_no_message_can_be_written_the_exit_status_says_it(tmp_path: Path) -> None:
    arguments = (*LRVIZ, "plot", "none.yaml")
    for buffered in ("", "1"):  # Python's own setting
        command = f'PYTHONUNBUFFERED={buffered} "$@" 2>/dev/full'
        assert shell(command, *arguments, cwd=tmp_path) == (3, "", "")
    assert shell('"$@" 2>&-', *arguments, cwd=tmp_path) == (3, "", "")


@posix
def test_a_closed_standard_input_is_status_3(tmp_path: Path) -> None:
    message = "-: cannot read: it is closed\n"
    assert shell('"$@" <&-', *LRVIZ, "plot", "-", cwd=tmp_path) == (3, "", message)


@posix
def test_ctrl_c_is_status_130_and_says_nothing(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            [*LRVIZ, "plot", "pipe"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
        pipe.open("wb"),
    ):  # open once the command reads it
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_the_module_is_the_command() -> None:
    module = run_process("show", "Nothing", command=(sys.executable, "-m", "lrviz"))
    command = run_process("show", "Nothing")
    assert (module.status, module.stderr) == (command.status, command.stderr)
    assert module.status == 2
