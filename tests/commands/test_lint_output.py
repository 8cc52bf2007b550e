"""`lrviz lint`: its counts, its diff, and an exit status that findings leave alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lrviz.cli.app import encode_data
from lrviz.commands.lint import linting
from lrviz.linter import engine
from tests.support.linting import CLEAN, COSINE, ENDLESS, GROWING, RULES
from tests.support.lrvizrun import run
from tests.support.specs import WriteSpec

WRONG = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 2, gama: 2}}\n"
SAID = "scheduler.ExponentialLR.gama: no such argument; did you mean 'gamma'? (accepts: gamma)\n"
DIFF = """\
--- a.yaml
+++ a.yaml
@@ -3,5 +3,5 @@
 steps_per_epoch: 8  # batches
 scheduler:
   CosineAnnealingLR:
-    T_max: 20  # too short
+    T_max: 32  # too short
     eta_min: 0
"""


def is_gnu(program: str) -> bool:
    """Whether a program is there, and is GNU's."""
    if shutil.which(program) is None:
        return False
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.startswith("GNU")


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (linting, engine):
        monkeypatch.setattr(module, "RULES", RULES)


@pytest.mark.parametrize("options", [["--diff"], ["--fix", "--diff"]])
def test_a_diff_shows_what_a_fix_would_change_and_writes_nothing(
    options: list[str], write_spec: WriteSpec, tmp_path: Path
) -> None:
    spec = write_spec(COSINE, "a.yaml")
    result = run("lint", "a.yaml", *options, cwd=tmp_path)
    assert result.text == DIFF
    assert result.stderr == "1 spec: 1 with findings (1 warning); 1 value would be fixed\n"
    assert result.status == 1
    assert spec.read_text("utf-8") == COSINE


@pytest.mark.skipif(not is_gnu("patch"), reason="other patches end a name at a blank")
@pytest.mark.parametrize("name", ["a.yaml", "my configs/a b.yaml", "größe.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        COSINE,
        COSINE.replace("\n", "\r\n"),
        COSINE.rstrip("\n"),
        COSINE.removesuffix("    eta_min: 0\n").rstrip("\n"),
        f"\ufeff# größer\x85# \u2028\n{COSINE}",
    ],
    ids=["plain", "crlf", "open end", "open end changed", "bom and other breaks"],
)
def test_patch_applies_it(text: str, name: str, tmp_path: Path) -> None:
    spec = tmp_path / name
    spec.parent.mkdir(exist_ok=True)
    before = text.encode()
    spec.write_bytes(before)
    diff = run("lint", name, "--diff", cwd=tmp_path, encoding="ascii").stdout
    patch = ["patch", "-p0", "--quiet"]
    subprocess.run(patch, input=diff, cwd=tmp_path, check=True, timeout=60)
    assert spec.read_bytes() == before.replace(b"20", b"32")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [spec]


def test_a_diff_of_several_files_is_one_and_leaves_errors_to_standard_error(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    for name, text in (("a", COSINE), ("b", WRONG), ("c", COSINE), ("d", CLEAN)):
        write_spec(text, f"{name}.yaml")
    result = run("lint", ".", "--diff", cwd=tmp_path)
    assert result.text == DIFF + DIFF.replace("a.yaml", "c.yaml")
    assert result.stderr == (
        f"b.yaml:2:39: {SAID}4 specs: 1 clean, 2 with findings (2 warnings), 1 wrong; "
        "2 values would be fixed\n"
    )
    assert result.status == 2


def test_where_nothing_would_change_there_is_no_diff_and_no_failure(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(GROWING, "a.yaml")
    result = run("lint", "a.yaml", "--diff", cwd=tmp_path)
    assert (result.status, result.text) == (0, "")
    told = "a.yaml:2:13: LR902 not fixed: no remedy is certain\n"
    assert result.stderr == f"{told}1 spec: 1 with findings (1 error)\n"


def test_a_fix_that_would_not_be_made_is_in_no_diff(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(ENDLESS, "a.yaml")
    result = run("lint", "a.yaml", "--diff", cwd=tmp_path)
    assert (result.status, result.text) == (0, "")
    told = "a.yaml:2:29: LR911 not fixed: no remedy is certain\n"
    assert result.stderr == f"{told}1 spec: 1 with findings (1 note)\n"
    result = run("lint", "-", "--diff", stdin=COSINE.encode())
    assert (result.status, result.text) == (0, "")
    assert "T_max: standard input cannot be changed" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_a_terminal_is_shown_a_diff_as_text() -> None:
    import pty

    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w", encoding="utf-8") as terminal:
            assert (
                encode_data("+é\u202e\n a\r\n".encode(), terminal) == "+é\\u202e\n a\\r\n".encode()
            )
    finally:
        os.close(leader)


ALONE = (
    "--diff: nothing but a diff is printed; leave --output-format, --statistics and --summary out"
)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--diff", "--output-format", "json"], ALONE),
        (["--diff", "--output-format", "github"], ALONE),
        (["--diff", "--fix", "--output-format", "sarif"], ALONE),
        (["--diff", "--statistics"], ALONE),
        (["--diff", "--summary"], ALONE),
        (
            ["--diff", "--set", "epochs=3"],
            "--diff: is of what files say; leave --set, --epochs and the like out",
        ),
        (
            ["--statistics", "--output-format", "github"],
            "--statistics: cannot be told as github; leave --output-format out",
        ),
        (
            ["--statistics", "--output-format", "sarif"],
            "--statistics: cannot be told as sarif; leave --output-format out",
        ),
        (
            ["--summary", "--output-format", "sarif"],
            "--summary: cannot be told as sarif; leave --output-format out",
        ),
    ],
)
def test_what_leaves_nothing_to_print_is_wrong_usage(options: list[str], message: str) -> None:
    result = run("lint", "none.yaml", *options)
    assert (result.status, result.text, result.stderr) == (2, "", f"{message}\n")


def test_a_diff_of_a_factory_is_refused(tmp_path: Path) -> None:
    result = run("lint", "train.py:make", "--diff", cwd=tmp_path)
    assert (result.status, result.text) == (2, "")
    assert result.stderr.startswith(
        "train.py:make: --diff: is of what specs say; a factory is code\n"
    )


@pytest.fixture
def many(write_spec: WriteSpec, tmp_path: Path) -> Path:
    """Ten specs with an error, one with a warning, one with a note, one that is wrong."""
    texts = [GROWING] * 10 + [COSINE, ENDLESS, WRONG]
    for index, text in enumerate(texts):
        write_spec(text, f"{index:02}.yaml")
    return tmp_path


def test_statistics_are_in_place_of_the_findings_the_most_frequent_first(many: Path) -> None:
    result = run("lint", ".", "--statistics", cwd=many)
    assert result.text == (
        "LR902  10  grows\n"
        "LR901   1  climbs-again\n"
        "LR911   1  nothing\n"
    )  # fmt: skip
    assert result.stderr == (
        f"12.yaml:2:39: {SAID}13 specs: 12 with findings (10 errors, 1 warning, 1 note), 1 wrong\n"
    )
    assert result.status == 2


def test_statistics_count_what_is_selected_and_what_a_fix_has_left(many: Path) -> None:
    result = run("lint", ".", "--statistics", "--fix", "--ignore", "LR911", cwd=many)
    assert result.text == "LR902  10  grows\n"
    assert (many / "10.yaml").read_text("utf-8") == COSINE.replace("20", "32")
    assert run("lint", "10.yaml", "--statistics", cwd=many).text == ""


def test_json_has_statistics_where_they_are_asked_for(many: Path) -> None:
    result = run("lint", ".", "--statistics", "--output-format", "json", cwd=many)
    found = json.loads(result.text)
    assert found["statistics"] == [
        {"code": "LR902", "count": 10, "name": "grows"},
        {"code": "LR901", "count": 1, "name": "climbs-again"},
        {"code": "LR911", "count": 1, "name": "nothing"},
    ]
    assert len(found["specs"]) == 13
    assert result.stderr.count("\n") == 1
    result = run("lint", ".", "--output-format", "json", cwd=many)
    assert "statistics" not in json.loads(result.text)


def test_statistics_and_summaries_are_two_tables(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(GROWING, "a.yaml")
    result = run("lint", "a.yaml", "--statistics", "--summary", cwd=tmp_path)
    count, heading, row = result.text.splitlines()
    assert count == "LR902  1  grows"
    assert (heading.split()[0], row.split()[0]) == ("spec", "a.yaml")


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        (COSINE, [], 0),
        (GROWING, [], 0),
        (GROWING, ["--output-format", "sarif"], 0),
        (COSINE, ["--diff"], 0),
        (WRONG, [], 2),
        (COSINE, ["--select", "LR7"], 2),
        (COSINE, ["none.yaml"], 3),
    ],
)
def test_exit_zero_forgives_findings_and_nothing_else(
    text: str, options: list[str], status: int, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(text, "a.yaml")
    strict = run("lint", "a.yaml", *options, cwd=tmp_path)
    lenient = run("lint", "a.yaml", *options, "--exit-zero", cwd=tmp_path)
    assert (strict.status, lenient.status) == (status or 1, status)
    assert (lenient.text, lenient.stderr) == (strict.text, strict.stderr)


def test_json_says_what_the_command_exits_with_and_what_a_spec_asks_for(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(COSINE, "a.yaml")
    options = ["--exit-zero", "--output-format", "json"]
    result = run("lint", "a.yaml", *options, cwd=tmp_path)
    found = json.loads(result.text)
    assert (result.status, found["exit_status"]) == (0, 0)
    assert found["specs"][0]["exit_status"] == 1
