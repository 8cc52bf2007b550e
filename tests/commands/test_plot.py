"""`lrviz plot`: specs in, figures out."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lrviz
from lrviz.figure.chunks import read_record
from tests.support.lrvizrun import LRVIZ, run, run_process
from tests.support.permissions import locked
from tests.support.pictures import decode
from tests.support.specs import ROOT, STEP, WriteSpec

FORMATS = ("png", "webp", "svg", "pdf")
BEGINNINGS = {"png": b"\x89PNG", "webp": b"RIFF", "svg": b"<?xml", "pdf": b"%PDF-"}
HALF = "epochs: 4\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_figure_is_called_after_its_spec_and_its_path_is_printed(
    step: Path, tmp_path: Path
) -> None:
    result = run("plot", step.name, cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "step.png\n", "")
    assert names(tmp_path) == ["step.png", "step.yaml"]


def test_a_figure_lands_in_the_current_folder_wherever_its_spec_is(
    step: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    assert run("plot", "../step.yaml", cwd=here).text == "step.png\n"
    assert names(here) == ["step.png"]


@pytest.mark.parametrize("format", FORMATS)
def test_the_ending_names_the_format_and_f_overrules_it(
    format: str, step: Path, tmp_path: Path
) -> None:
    for arguments, path in (
        (["-o", f"a.{format}"], f"a.{format}"),
        (["-o", f"B.{format.upper()}"], f"B.{format.upper()}"),
        (["-f", format], f"step.{format}"),
        (["-f", format, "-o", "plain"], "plain"),
        (["-f", format, "-o", "c.pdf"], "c.pdf"),
    ):
        assert run("plot", step, *arguments, cwd=tmp_path).text == f"{path}\n"
        assert (tmp_path / path).read_bytes().startswith(BEGINNINGS[format])


def test_several_specs_give_a_figure_each_in_order(
    step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(HALF, "half.yaml")
    result = run("plot", "step.yaml", "half.yaml", "-f", "webp", cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "step.webp\nhalf.webp\n", "")


def test_one_wrong_spec_among_good_ones_stops_none_of_them(
    step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec("epochs: 0\nscheduler: {ExponentialLR: {gamma: 1}}\n", "bad.yaml")
    write_spec(HALF, "half.yaml")
    result = run("plot", "step.yaml", "bad.yaml", "half.yaml", cwd=tmp_path)
    assert result.status == 2
    assert result.text == "step.png\nhalf.png\n"
    assert result.stderr == "bad.yaml:1:1: epochs: must be at least 1, got 0\n"


@pytest.mark.parametrize("order", [("bad.yaml", "none.yaml"), ("none.yaml", "bad.yaml")])
def test_the_exit_status_is_the_highest_of_all(
    order: tuple[str, str], step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec("epochs: 0\nscheduler: {ExponentialLR: {gamma: 1}}\n", "bad.yaml")
    result = run("plot", *order, "step.yaml", cwd=tmp_path)
    assert (result.status, result.text) == (3, "step.png\n")
    assert "none.yaml: cannot read: no such file\n" in result.stderr


def test_standard_input_is_drawn_to_standard_output() -> None:
    result = run("plot", "-", stdin=STEP.encode())
    assert (result.status, result.stderr) == (0, "")
    assert decode(result.stdout).shape == (500, 1000, 4)


@pytest.mark.parametrize("format", FORMATS)
def test_standard_output_takes_every_format(format: str, step: Path) -> None:
    result = run("plot", step, "-o", "-", "-f", format)
    assert result.stdout.startswith(BEGINNINGS[format])


def test_standard_input_can_be_drawn_to_a_file(tmp_path: Path) -> None:
    result = run("plot", "-", "-o", "a.png", cwd=tmp_path, stdin=STEP.encode())
    assert (result.text, names(tmp_path)) == ("a.png\n", ["a.png"])


def test_a_new_spec_can_be_piped_into_a_figure() -> None:
    new = run("new", "StepLR")
    piped = run("plot", "-", "-o", "-", stdin=new.stdout)
    assert (piped.status, piped.stderr) == (0, "")
    assert decode(piped.stdout).shape == (675, 1200, 4)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_named_pipe_is_a_spec_and_is_drawn_to_standard_output(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", 'printf "%s" "$1" > "$0"', str(pipe), STEP]) as writer:
        result = run("plot", "pipe", cwd=tmp_path)
    assert writer.returncode == 0
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == run("plot", "-", stdin=STEP.encode()).stdout
    assert names(tmp_path) == ["pipe"]


@pytest.mark.parametrize("format", ["png", "webp"])
def test_a_figure_is_a_spec_and_gives_the_same_figure_again(
    format: str, step: Path, tmp_path: Path
) -> None:
    run("plot", step, "-o", f"a.{format}", cwd=tmp_path)
    first = (tmp_path / f"a.{format}").read_bytes()
    again = run("plot", f"a.{format}", "-o", "-", "-f", format, cwd=tmp_path)
    assert (again.status, again.stdout) == (0, first)
    assert run("plot", "-", "-o", "-", "-f", format, stdin=first).stdout == first


def test_a_setting_on_a_figure_is_one_on_its_spec(step: Path, tmp_path: Path) -> None:
    run("plot", step, cwd=tmp_path)
    setting = ("--set", "scheduler.StepLR.gamma=0.25")
    from_figure = run("plot", "step.png", "-o", "-", *setting, cwd=tmp_path)
    assert from_figure.stdout == run("plot", step, "-o", "-", *setting).stdout


def test_settings_replace_values_and_the_last_one_holds(step: Path, tmp_path: Path) -> None:
    settings = ["epochs=2", "epochs=3", "scheduler.StepLR.gamma=1e-1", "optimizer.Adam.lr=0.1"]
    arguments = [part for each in settings for part in ("--set", each)]
    result = run("plot", step, "-o", "a.png", *arguments, cwd=tmp_path)
    assert result.status == 0
    spec = lrviz.load(tmp_path / "a.png")
    assert spec.epochs == 3
    assert spec.scheduler.arguments == {"step_size": 4, "gamma": 0.1}
    assert (spec.optimizer.name, spec.optimizer.arguments) == ("Adam", {"lr": 0.1})


@pytest.mark.parametrize(("style", "size"), [("light", (1200, 675)), ("dark", (1920, 1080))])
def test_a_style_comes_over_the_spec_s(style: str, size: tuple[int, int], step: Path) -> None:
    result = run("plot", step, "-o", "-", "--style", style)
    with Image.open(BytesIO(result.stdout)) as image:
        assert image.size == size
    setting = run("plot", step, "-o", "-", "--set", f"figure.style={style}")
    assert setting.stdout == result.stdout


@pytest.mark.parametrize("format", ["png", "webp"])
def test_no_metadata_leaves_the_pixels_and_who_drew_them(
    format: str, step: Path, tmp_path: Path
) -> None:
    bare = run("plot", step, "-o", "-", "-f", format, "--no-metadata").stdout
    full = run("plot", step, "-o", "-", "-f", format).stdout
    assert read_record(bare) is None
    assert b"StepLR" not in bare
    assert b"StepLR" in full
    np.testing.assert_array_equal(decode(bare), decode(full))


@pytest.mark.parametrize("format", ["svg", "pdf"])
def test_vector_figures_carry_neither_spec_nor_date(format: str, step: Path) -> None:
    data = run("plot", step, "-o", "-", "-f", format).stdout
    for word in (b"step_size", b"CreationDate", b"<dc:date>", b"Matplotlib"):
        assert word not in data


def test_the_command_draws_what_the_library_draws(step: Path) -> None:
    figure = lrviz.plot(lrviz.simulate(lrviz.load(step)))
    file = BytesIO()
    figure.savefig(file, format="png")
    drawn = decode(run("plot", step, "-o", "-").stdout)
    np.testing.assert_array_equal(drawn, decode(file.getvalue()))


RUN_ALL = """
import hashlib, sys
from tests.support.lrvizrun import run
for format in ("png", "webp", "svg", "pdf"):
    result = run("plot", sys.argv[1], "-o", "-", "-f", format)
    print(format, result.status, hashlib.sha256(result.stdout).hexdigest())
"""


def test_two_runs_give_the_same_bytes_whatever_the_hash_seed(write_spec: WriteSpec) -> None:
    text = "title: 学習率 → warm-up\nfigure: {panels: [lr, momentum]}\n" + STEP
    groups = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: a}, {name: b, lr: 0.2}]}}\n"
    spec = write_spec(text + groups)
    runs = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", RUN_ALL, spec],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "4294967295")
    ]
    first, second = (each.communicate(timeout=120)[0].splitlines() for each in runs)
    assert first == second
    assert [line.split()[:2] for line in first] == [[format, "0"] for format in FORMATS]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.yaml", "b.yaml", "-o", "x.png"], "-o x.png: one file for 2 specs; leave -o out"),
        (["a.yaml", "b.yaml", "-o", "-"], "-o -: one file for 2 specs; leave -o out"),
        (["a.yaml", "sub/a.yaml"], "a.png: a.yaml and sub/a.yaml would be written to it"),
        (["-", "-"], "-: standard input can be read once; name files"),
        (
            ["a.yaml", "-o", "a.yaml", "-f", "png"],
            "a.yaml: is also an input; name another file with -o",
        ),
        (["old.png"], "old.png: is also an input; name another file with -o"),
        (
            ["sub/../old.png", "-o", "link.png"],
            "link.png: is also an input; name another file with -o",
        ),
        (["b.yaml", "old.png"], "old.png: is also an input; name another file with -o"),
        (
            ["b.yaml", "bare.png"],
            "bare.png: a PNG without lrviz's metadata; another program drew it or saved it again",
        ),
        (
            ["a.yaml", "-o", "x.jpg"],
            "-o x.jpg: no known ending (known: .png, .webp, .svg, .pdf, .html); "
            "give -o x.png, or the format with -f",
        ),
        (
            ["a.yaml", "-o", "x"],
            "-o x: no known ending (known: .png, .webp, .svg, .pdf, .html); "
            "give -o x.png, or the format with -f",
        ),
        (["a.yaml", "--set", "epochs"], "--set epochs: must be KEY=VALUE; type --set epochs=VALUE"),
        (["a.yaml", "--set", "=4"], "--set =4: must be KEY=VALUE; type --set KEY=4"),
        (["new.png"], "new.png: no such figure; did you mean -o new.png?"),
        (["New.WEBP"], "New.WEBP: no such figure; did you mean -o New.WEBP?"),
        (
            ["a.yaml", "--style", "drak"],
            "--style drak: figure.style: no style 'drak'; did you mean 'dark'?",
        ),
        (["a.yaml", "--epochs", "0"], "--epochs 0: epochs: must be at least 1, got 0"),
        (
            ["a.yaml", "--steps-per-epoch", "-1"],
            "--steps-per-epoch -1: steps_per_epoch: must be at least 1, got -1",
        ),
        (
            ["a.yaml", "--epochs", "4", "--set", "epochs=0"],
            "--set epochs=0: epochs: must be at least 1, got 0",
        ),
        (
            ["a.yaml", "--set", "epoch=4"],
            "--set epoch=4: no such key; did you mean --set epochs=4?",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    arguments: list[str], message: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.yaml", "b.yaml", "sub/a.yaml"):
        write_spec(STEP, name)
    run("plot", "a.yaml", "-o", "old.png", cwd=tmp_path)
    run("plot", "a.yaml", "-o", "bare.png", "--no-metadata", cwd=tmp_path)
    (tmp_path / "link.png").symlink_to("old.png")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    result = run("plot", *arguments, cwd=tmp_path)
    assert (result.status, result.stdout, result.stderr) == (2, b"", f"{message}\n")
    after = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after == before


def test_a_mistake_shows_no_picture_s_path_where_a_spec_is_missing(tmp_path: Path) -> None:
    result = run("plot", "nowhere.yaml", cwd=tmp_path)
    assert (result.status, result.stderr) == (3, "nowhere.yaml: cannot read: no such file\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["step.yaml/x.yaml"], "step.yaml/x.yaml: cannot read: no such file"),
        (["step.yaml", "-o", "folder", "-f", "png"], "folder: cannot write: is a folder"),
        (["step.yaml", "-o", "none/x.png"], "none/x.png: cannot write: no such folder"),
        (["step.yaml", "-o", "step.yaml/x.png"], "step.yaml/x.png: cannot write: no such folder"),
        (["a" * 5000], f"{'a' * 5000}: cannot read: file name too long"),
        (
            ["step.yaml", "-o", f"{'a' * 300}.png"],
            f"{'a' * 300}.png: cannot write: file name too long",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else value[-1][:20],
)
def test_what_the_machine_cannot_do_is_status_3(
    arguments: list[str], message: str, step: Path, tmp_path: Path
) -> None:
    for name in ("folder", "folder.png"):
        (tmp_path / name).mkdir()
    result = run("plot", *arguments, cwd=tmp_path)
    assert (result.status, result.stdout, result.stderr) == (3, b"", f"{message}\n")
    assert names(tmp_path) == ["folder", "folder.png", "step.yaml"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_a_folder_without_permission_is_status_3(
    step: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("plot", step, cwd=tmp_path)  # what is imported late is imported now
    before = names(tmp_path)
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "step.yaml").write_text(STEP)
    with locked("secret"):
        written = run("plot", "step.yaml", "-o", "secret/x.png")
        read = run("plot", "secret/step.yaml")
    assert (written.status, read.status) == (3, 3)
    assert written.stderr == "secret/x.png: cannot write: permission denied\n"
    assert read.stderr == "secret/step.yaml: cannot read: permission denied\n"
    assert names(tmp_path) == sorted([*before, "secret"])
    assert names(secret) == ["step.yaml"]


INPUTS = {
    "losses.csv": "loss\n0.9\n0.8\n",
    "plateau.yaml": "epochs: 2\nmetric: {csv: losses.csv, column: loss}\n"
    "scheduler: ReduceLROnPlateau\n",
    "helper.py": "GAMMA = 0.5\n",
    "train.py": "from torch.optim.lr_scheduler import ExponentialLR\nimport helper\n"
    "def make(optimizer):\n    return ExponentialLR(optimizer, helper.GAMMA)\n",
    "half.yaml": HALF,
}


@pytest.mark.parametrize(
    ("command", "source", "read"),
    [
        (command, source, read)
        for command in ("plot", "export", "code", "compare")
        for source, read in (
            ("plateau.yaml", "losses.csv"),
            ("train.py:make", "train.py"),
            ("train.py:make", "helper.py"),
        )
        if (command, source) != ("code", "train.py:make")  # which is code already
    ],
)
def test_what_a_spec_or_a_factory_reads_is_not_written_over(
    command: str, source: str, read: str, tmp_path: Path
) -> None:
    for name, text in INPUTS.items():
        (tmp_path / name).write_text(text)
    length = ["--epochs", "2"]
    formats = {"export": ["-f", "csv"], "code": []}.get(command, ["-f", "png"])
    others = ["half.yaml"] if command == "compare" else []
    arguments = [command, source, *others, *length, "-o", read, *formats]
    message = f"{read}: is also an input; name another file with -o\n"
    for insisting in ([], ["--overwrite"]):
        done = run(*arguments, *insisting, cwd=tmp_path)
        assert (done.status, done.stdout) == (2, b"")
        # What else is read is known once that has been done; not even then is it replaced.
        is_known = read == "train.py" or (read == "losses.csv" and command != "plot")
        assert done.stderr == message or not (is_known or insisting)
    assert all((tmp_path / name).read_text() == text for name, text in INPUTS.items())


def picture(kind: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("JPEG", "a JPEG, not a figure that lrviz drew"),
        ("GIF", "a GIF, not a figure that lrviz drew"),
        ("PNG", "a PNG without lrviz's metadata; another program drew it or saved it again"),
        ("WEBP", "a WebP without lrviz's metadata; another program drew it or saved it again"),
    ],
)
def test_a_picture_that_lrviz_did_not_draw_is_no_spec(
    kind: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "photo").write_bytes(picture(kind))
    result = run("plot", "photo", "-o", "x.png", cwd=tmp_path)
    assert (result.status, result.stdout, result.stderr) == (2, b"", f"photo: {reason}\n")
    assert names(tmp_path) == ["photo"]


@pytest.mark.parametrize("format", ["png", "webp"])
def test_a_figure_cut_short_anywhere_is_no_spec(format: str, step: Path, tmp_path: Path) -> None:
    data = run("plot", step, "-o", "-", "-f", format).stdout
    for length in (13, 40, len(data) // 3, len(data) // 2, len(data) - 1):
        (tmp_path / "cut").write_bytes(data[:length])
        result = run("plot", "cut", "-o", "x.png", cwd=tmp_path)
        assert (result.status, result.stdout) == (2, b"")
        assert result.stderr == f"cut: the {'PNG' if format == 'png' else 'WebP'} is cut short\n"
        assert names(tmp_path) == ["cut", "step.yaml"]


@pytest.mark.parametrize(
    "name",
    ["two words.yaml", "学習率.yaml", "100%d{0}.yaml", "a'b\"c.yaml", "x.y.yaml", "[red].yaml"],
)
def test_any_file_name_will_do(name: str, write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(STEP, name)
    result = run("plot", name, cwd=tmp_path)
    figure = name.removesuffix(".yaml") + ".png"
    assert (result.status, result.text, result.stderr) == (0, f"{figure}\n", "")
    assert names(tmp_path) == sorted([name, figure])


def test_a_file_name_that_begins_with_a_dash_stands_behind_two(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(STEP, "-o.yaml")
    assert run("plot", "--", "-o.yaml", cwd=tmp_path).text == "-o.png\n"


@pytest.mark.skipif(sys.platform != "linux", reason="its file names are bytes")
def test_a_file_name_that_is_no_text_is_printed_as_it_is(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\x1b.yaml")
    (tmp_path / name).write_text(STEP)
    result = run("plot", name, cwd=tmp_path)
    assert (result.status, result.stdout, result.stderr) == (0, b"\xff\x1b.png\n", "")
    (tmp_path / name).write_text("epochs: 0\nscheduler: {ExponentialLR: {gamma: 1}}\n")
    wrong = run("plot", name, cwd=tmp_path)
    assert wrong.stderr.startswith(r"\udcff\x1b.yaml:1:1: epochs")


def test_rich_markup_in_a_spec_is_text(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(STEP + 'figure: {"[red]x[/red] [link=http://a.b]c": 1}\n')
    result = run("plot", "step.yaml", cwd=tmp_path)
    assert "figure.[red]x[/red] [link=http://a.b]c: no such key" in result.stderr


@pytest.mark.parametrize("escape", ["\\e", "\\a", "\\x9b", "\\u202e", "\\r", "\\b", "\\x7f"])
def test_what_steers_a_terminal_is_never_printed_raw(
    escape: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(STEP + f'"a{escape}[2Jb": 1\n')
    result = run("plot", "step.yaml", cwd=tmp_path)
    assert result.status == 2
    assert result.stderr.startswith("step.yaml:4:")
    assert result.stderr.rstrip("\n").isprintable()


def test_a_warning_goes_to_standard_error_and_the_figure_is_drawn(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    text = "epochs: 2\nscheduler: ReduceLROnPlateau\nmetric: [1, 2, 3]\nlint: {ignore: [LR032]}\n"
    write_spec(text, "p.yaml")
    result = run("plot", "p.yaml", cwd=tmp_path)
    assert (result.status, result.text) == (0, "p.png\n")
    message = "metric: has 3 values for 2 calls; the rest is not used"
    assert result.stderr == f"warning: p.yaml:3:1: {message}\n"


def test_a_figure_replaces_the_old_one_whole(step: Path, tmp_path: Path) -> None:
    run("plot", step, cwd=tmp_path)
    first = (tmp_path / "step.png").read_bytes()
    run("plot", step, "--set", "epochs=0", cwd=tmp_path)
    assert (tmp_path / "step.png").read_bytes() == first
    run("plot", step, "--set", "epochs=2", cwd=tmp_path)
    assert lrviz.load(tmp_path / "step.png").epochs == 2
    assert names(tmp_path) == ["step.png", "step.yaml"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_picture_is_never_written_to_a_terminal(step: Path) -> None:
    import pty

    def plot(format: str) -> tuple[int, bytes, bytes]:
        leader, follower = pty.openpty()
        try:
            done = subprocess.run(
                [*LRVIZ, "plot", step, "-o", "-", "-f", format],
                stdin=subprocess.DEVNULL,
                stdout=follower,
                stderr=subprocess.PIPE,
                check=False,
            )
            os.set_blocking(leader, False)
            try:
                shown = os.read(leader, 100)
            except BlockingIOError:
                shown = b""
        finally:
            os.close(leader)
            os.close(follower)
        return done.returncode, shown, done.stderr

    refusal = b"refusing to write a picture to a terminal; give -o FILE\n"
    assert plot("png") == (2, b"", refusal)


def test_what_the_shell_opened_is_written_to(step: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        subprocess.run(
            [*LRVIZ, "plot", step, "-o", "/dev/stdout", "-f", "png"], stdout=out, check=True
        )
    assert (tmp_path / "out").read_bytes().startswith(BEGINNINGS["png"])


def test_a_process_of_its_own_does_the_same(step: Path, tmp_path: Path) -> None:
    result = run_process("plot", step.name, cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "step.png\n", "")
    assert (tmp_path / "step.png").read_bytes() == run("plot", step, "-o", "-").stdout
