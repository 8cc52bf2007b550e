"""lrviz replaces only what is its own, and writes nowhere that was not named."""

import os
import pickle
import socket
from collections.abc import Callable
from io import BytesIO
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from lrviz.commands.plot import PlotRequest, iter_plots
from lrviz.errors import RefusedError
from lrviz.system.own import find_kind
from lrviz.system.writing import write_file
from tests.support.lrvizrun import Result, run
from tests.support.slow import slow_but
from tests.support.specs import EXAMPLES, ROOT, STEP

OTHER = STEP.replace("0.5", "0.25")
TRAINING = """\
import torch
from torch.optim import SGD

EPOCHS = 4
STEPS_PER_EPOCH = 8

for epoch in range(EPOCHS):
    for step in range(STEPS_PER_EPOCH):
        loss.backward()
        optimizer.step()
"""


def photo(format: str) -> bytes:
    buffer = BytesIO()
    pixels = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    Image.fromarray(pixels).save(buffer, format)
    return buffer.getvalue()


def chart(format: str) -> bytes:
    """A figure that somebody draws with matplotlib."""
    buffer, figure = BytesIO(), Figure()
    figure.subplots().plot([1, 2], label="lrviz")
    figure.savefig(buffer, format=format)
    return buffer.getvalue()


OTHERS: dict[str, Callable[[], bytes]] = {
    "a photo": lambda: photo("png"),
    "a WebP": lambda: photo("webp"),
    "a JPEG": lambda: photo("jpeg"),
    "a chart": lambda: chart("png"),
    "an SVG": lambda: chart("svg"),
    "a PDF": lambda: chart("pdf"),
    "a text": lambda: b"lrviz\n",
    "one letter": lambda: b"\n",
    "a spec": STEP.encode,
    "a table": lambda: b"step,epoch,curve,group,lr,loss\n0,0,,,0.1,1\n",
    "a list": lambda: b'[\n{"step": 0}\n]\n',
    "a script": TRAINING.encode,
    "a page": lambda: b"<!doctype html>\n<html><head>\n<title>lrviz</title>\n</head></html>\n",
    "a schema": lambda: b'{\n  "$schema": "https://json-schema.org/",\n  "title": "a spec",\n}\n',
}

# What is written, and by which command.
WRITERS = {
    "plot": ("a.png", ["plot", "step.yaml", "-o", "a.png"]),
    "plot to NAME.png": ("step.png", ["plot", "step.yaml"]),
    "plot webp": ("a.out", ["plot", "step.yaml", "-o", "a.out", "-f", "webp", "--no-metadata"]),
    "plot svg": ("a.svg", ["plot", "step.yaml", "-o", "a.svg"]),
    "plot pdf": ("a.pdf", ["plot", "step.yaml", "-o", "a.pdf"]),
    "plot both": ("a.png", ["plot", "step.yaml", "-o", "a.png", "--terminal"]),
    "batch": ("out/step.webp", ["batch", "step.yaml", "-o", "out", "-f", "webp"]),
    "batch svg": ("out/step.svg", ["batch", "step.yaml", "-o", "out", "-f", "svg"]),
    "batch by force": ("out/step.png", ["batch", "step.yaml", "-o", "out", "-f", "png", "--force"]),
    "sheet": ("s.png", ["batch", "step.yaml", "-o", "out", "--sheet", "s.png", "--force"]),
    "compare": ("a.png", ["compare", "step.yaml", "other.yaml", "-o", "a.png"]),
    "export": ("a.csv", ["export", "step.yaml", "-o", "a.csv"]),
    "export json": ("a.txt", ["export", "step.yaml", "-o", "a.txt", "-f", "json"]),
    "code": ("a.py", ["code", "step.yaml", "-o", "a.py"]),
    "update": ("out/step.png", ["check", "step.yaml", "--baselines", "out", "--update"]),
    "report": ("r/index.html", ["check", "step.yaml", "--baselines", "figures", "--report", "r"]),
}
FEW = {"plot", "batch svg", "code", "report"}
KINDS = {"export": "table", "export json": "table", "code": "script", "report": "report"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: two specs, the figure of one, and folders for figures and a report."""
    monkeypatch.chdir(tmp_path)
    Path("step.yaml").write_text(STEP)
    Path("other.yaml").write_text(OTHER)
    for name in ("out", "r"):
        Path(name).mkdir()
    assert run("batch", "step.yaml", "-o", "figures").status == 0
    return tmp_path


@pytest.mark.parametrize("writer", slow_but(FEW, WRITERS))
def test_what_lrviz_did_not_write_is_replaced_only_where_the_user_insists(
    folder: Path, writer: str
) -> None:
    name, arguments = WRITERS[writer]
    path = Path(name)
    for build in OTHERS.values():
        content = build()
        path.write_bytes(content)
        refused = run(*arguments)
        assert refused.status == 2
        said = refused.stderr + refused.text  # which is where `check` says what it found
        kind = KINDS.get(writer, "figure")
        how = "as lrviz wrote it" if kind == "script" else "that lrviz wrote"
        assert f"{name}: not a {kind} {how};" in said
        assert "insist with --overwrite" in said
        assert path.read_bytes() == content
    insisting = run(*arguments, "--overwrite")
    assert insisting.status == 0, insisting.stderr
    assert find_kind(path.read_bytes()) == kind


@pytest.mark.parametrize("writer", slow_but(FEW, WRITERS))
def test_what_lrviz_wrote_is_replaced_without_a_word(folder: Path, writer: str) -> None:
    name, arguments = WRITERS[writer]
    if writer == "update":
        run("batch", "step.yaml", "-o", "out", "-f", "png")
    results, contents = [], []
    for text in (STEP, STEP, OTHER):
        Path("step.yaml").write_text(text)
        results.append(run(*arguments))
        contents.append(Path(name).read_bytes())
    assert contents[0] == contents[1] != contents[2]
    assert {each.status for each in results} <= ({0, 1} if writer == "report" else {0})
    assert not any("--overwrite" in each.stderr for each in results)


@pytest.mark.parametrize("writer", slow_but(FEW, WRITERS))
def test_what_lrviz_wrote_is_replaced_by_its_like_alone(folder: Path, writer: str) -> None:
    """A spec by `import`, a schema, and each kind but the one that is being written."""
    name, arguments = WRITERS[writer]
    written = {
        "spec": run("import", EXAMPLES / "import/timm/cosine.yaml", "--batches", "9").stdout,
        "schema": run("schema").stdout,
        "figure": run("plot", "step.yaml", "-o", "-").stdout,
        "table": run("export", "step.yaml").stdout,
        "script": run("code", "step.yaml").stdout,
        "report": written_report(),
    }
    assert {find_kind(data) for data in written.values()} == set(written)
    del written[KINDS.get(writer, "figure")]
    for content in written.values():
        Path(name).write_bytes(content)
        refused = run(*arguments)
        assert refused.status == 2
        assert Path(name).read_bytes() == content


def written_report() -> bytes:
    run("check", "step.yaml", "--baselines", "figures", "--report", "elsewhere")
    return Path("elsewhere/index.html").read_bytes()


@pytest.mark.parametrize("writer", slow_but(FEW, WRITERS))
def test_an_empty_file_is_taken_as_nothing_is_lost_with_it(folder: Path, writer: str) -> None:
    """As `mktemp` makes one."""
    name, arguments = WRITERS[writer]
    Path(name).touch()
    assert run(*arguments).status == 0
    assert Path(name).stat().st_size > 0


def test_every_format_may_take_the_place_of_every_other(folder: Path) -> None:
    drawn = [
        run("plot", "step.yaml", "-o", "-", "-f", format, *bare).stdout
        for format in ("png", "webp", "svg", "pdf")
        for bare in ([], ["--no-metadata"])
    ]
    tables = [run("export", "step.yaml", "-f", format).stdout for format in ("csv", "json")]
    for before, after in (*product(drawn, drawn), *product(tables, tables)):
        Path("a").write_bytes(before)
        write_file(Path("a"), after)
        assert Path("a").read_bytes() == after


def test_nothing_is_driven_before_a_refusal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrviz.drive.runs.simulate_spec", None)
    for writer in ("plot", "compare", "export", "code"):
        name, arguments = WRITERS[writer]
        Path(name).write_text("mine")
        assert run(*arguments).status == 2


def test_the_others_are_drawn_where_one_may_not_be_unless_it_is_the_sheet(folder: Path) -> None:
    Path("out/step.webp").write_text("mine")
    done = run("batch", "step.yaml", "other.yaml", "-o", "out", "--sheet", "out/all.webp")
    assert (done.status, done.text) == (2, "out/other.webp\nout/all.webp\n")
    assert done.stderr == (
        "out/step.webp: not a figure that lrviz wrote;"
        " name another file, or insist with --overwrite\n2 specs: 1 drawn, 1 wrong\n"
    )
    Path("all.png").write_text("mine")
    done = run("batch", "step.yaml", "other.yaml", "-o", "new", "--sheet", "all.png")
    assert (done.status, done.text, Path("new").exists()) == (2, "", False)
    assert done.stderr.startswith("all.png: not a figure that lrviz wrote;")
    assert Path("all.png").read_text() == "mine"


def test_force_draws_anew_and_insists_on_nothing(folder: Path) -> None:
    run("batch", "step.yaml", "other.yaml", "-o", "out")
    Path("out/step.webp").write_text("mine")
    done = run("batch", "step.yaml", "other.yaml", "-o", "out", "--force")
    assert (done.status, done.text) == (2, "out/other.webp\n")


@pytest.mark.parametrize("format", ["png", "webp", "svg", "pdf"])
def test_a_figure_of_0_1_that_names_nobody_is_said_to_need_it_once(
    folder: Path, format: str
) -> None:
    run("plot", "step.yaml", "-o", f"a.{format}", "--no-metadata")
    data = Path(f"a.{format}").read_bytes()
    Path(f"a.{format}").write_bytes(data.replace(b"lrviz", b"forty"))
    refused = run("plot", "step.yaml", "-o", f"a.{format}")
    assert refused.status == 2
    assert refused.stderr.endswith("(once, for a figure of 0.1 that does not name lrviz)\n")
    assert run("plot", "step.yaml", "-o", f"a.{format}", "--overwrite").status == 0
    assert run("plot", "step.yaml", "-o", f"a.{format}").status == 0


def test_a_figure_with_its_record_is_lrvizs_however_it_came_to_be_so(folder: Path) -> None:
    """Those of 0.1 name lrviz nowhere else, and other programs put chunks in another order."""
    for path in (ROOT / "figures").rglob("*.webp"):
        assert find_kind(path.read_bytes()) == "figure"
    png = run("plot", "step.yaml", "-o", "-").stdout
    without = png.replace(b"\0\0\0\x0etEXtSoftware\0lrviz", b"\0\0\0\x0etEXtSoftware\0other")
    assert without != png
    assert find_kind(without) == "figure"
    webp = run("plot", "step.yaml", "-o", "-", "-f", "webp").stdout
    assert find_kind(webp.replace(b"Tool>lrviz", b"Tool>other")) == "figure"


@pytest.mark.parametrize("format", ["png", "webp", "svg", "pdf"])
def test_a_figure_that_is_damaged_is_judged_without_an_error(folder: Path, format: str) -> None:
    data = run("plot", "step.yaml", "-o", "-", "-f", format).stdout
    for size in range(0, len(data), 97):
        assert find_kind(data[:size]) in ("figure", None)
        flipped = data[:size] + bytes([data[size] ^ 255]) + data[size + 1 :]
        assert find_kind(flipped) in ("figure", None)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]))
def test_bytes_of_any_kind_are_not_lrvizs(data: bytes, beginning: bytes) -> None:
    assert find_kind(beginning + data) is None


def test_a_vector_figure_that_another_program_saved_since_is_that_programs(folder: Path) -> None:
    svg = run("plot", "step.yaml", "-o", "-", "-f", "svg").stdout
    pdf = run("plot", "step.yaml", "-o", "-", "-f", "pdf").stdout
    assert find_kind(svg) == find_kind(pdf) == "figure"
    edited = svg.replace(b'encoding="utf-8"', b'encoding="UTF-8"')
    assert find_kind(edited) is None
    start = pdf.rindex(b"startxref\n") + 10
    added = (
        b"41 0 obj\n<< /Type /Annot >>\nendobj\nxref\n0 1\ntrailer\n<< /Prev %s >>\n"
        % (pdf[start:].split()[0])
    )
    annotated = pdf + added + b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + 37)
    assert find_kind(annotated) is None


@pytest.mark.usefixtures("folder")
def test_a_script_is_the_users_once_anything_in_it_is_changed() -> None:
    code = run("code", "step.yaml").stdout
    assert find_kind(code) == "script"
    filled = code.replace(b"# forward and backward pass", b"loss(batch).backward()")
    assert filled != code
    assert find_kind(filled) is None
    below = code.replace(b"backward pass\n", b"backward pass\n        loss(batch).backward()\n")
    assert find_kind(below) is None
    for mine in (
        code + b"test()\n",
        b"import mine\n" + code,
        code.replace(b"lr=0.001", b"lr=0.01"),
    ):
        assert mine != code
        assert find_kind(mine) is None


def test_a_watched_figure_is_drawn_again_until_somebody_else_writes_it(folder: Path) -> None:
    request = PlotRequest(["step.yaml"], "a.svg", watch=True)
    blocks = iter_plots(request)
    next(blocks)  # says that it watches
    for text in (STEP, OTHER):
        Path("step.yaml").write_text(text)
        assert next(blocks).path == "a.svg"
    Path("a.svg").write_text("mine")
    Path("step.yaml").write_text(STEP)
    refused = next(blocks)
    assert (refused.path, refused.status) == ("", 2)
    assert Path("a.svg").read_text() == "mine"


def test_whoever_writes_a_file_is_refused_without_asking(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_file(path, b"what nobody knows again")
    with pytest.raises(RefusedError) as caught:
        write_file(path, b"something else")
    assert str(caught.value) == (
        f"{path}: is there already; name another file, or insist with --overwrite"
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert path.read_bytes() == b"what nobody knows again"


# Specs


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".YAML"])
@pytest.mark.parametrize("insisting", [[], ["--overwrite"]])
def test_no_table_is_written_over_what_is_called_like_a_spec(
    folder: Path, ending: str, insisting: list[str]
) -> None:
    run("plot", "step.yaml", "-o", "run.png")
    path = Path(f"run{ending}")
    path.write_text(OTHER)
    done = run("export", "run.png", "-o", path, "-f", "csv", *insisting)
    assert done.status == 2
    assert done.stderr.startswith(f"{path}: is called like a spec, which no table replaces;")
    assert path.read_text() == OTHER


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["plot", "step.yaml", "-o", "step.yaml", "-f", "png"], "step.yaml"),
        (["plot", "old.png", "-o", "old.png"], "old.png"),
        (["compare", "step.yaml", "old.png", "-o", "old.png"], "old.png"),
        (["export", "step.yaml", "-o", "step.yaml", "-f", "csv"], "step.yaml"),
        (["code", "old.png", "-o", "old.png"], "old.png"),
        (["batch", "old.png", "-o", ".", "-f", "png"], "old.png"),
        (["batch", "old.png", "-o", "out", "--sheet", "old.png"], "old.png"),
        (["batch", "metric.yaml", "-o", "out", "--sheet", "losses.png"], "losses.png"),
        (["check", "old.png", "--baselines", ".", "--update"], "old.png"),
        (["check", "csv.yaml", "--baselines", ".", "--update"], "csv.png"),
        (["check", "step.yaml", "old.png", "--baselines", "out", "--add-missing"], "out/old.png"),
    ],
)
def test_an_input_is_never_written_over_whoever_insists(
    folder: Path, arguments: list[str], path: str
) -> None:
    run("plot", "step.yaml", "-o", "old.png")
    for name, csv in (("metric", "losses.png"), ("csv", "csv.png")):
        text = f"epochs: 2\nmetric: {{csv: {csv}, column: loss}}\nscheduler: ReduceLROnPlateau\n"
        Path(f"{name}.yaml").write_text(text)
        Path(csv).write_text("loss\n1\n")
    Path("out/old.png").hardlink_to("old.png")
    before = contents(folder)
    for insisting in ([], ["--overwrite"]):
        done = run(*arguments, *insisting)
        assert done.status == 2
        assert f"{path}: is also an input" in done.stderr + done.text
        assert contents(folder) == before


@pytest.mark.parametrize("insisting", [[], ["--overwrite"]])
def test_a_report_is_not_written_over_a_spec(folder: Path, insisting: list[str]) -> None:
    Path("r/index.html").write_text(STEP)
    done = run("check", "r/index.html", "--baselines", "out", "--report", "r", *insisting)
    message = "--report r: its index.html is also an input; name another folder\n"
    assert (done.status, done.stderr) == (2, message)
    assert Path("r/index.html").read_text() == STEP


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Links, pipes and the like


def write_below(folder: str, *options: str) -> dict[str, Result]:
    """Have every command that writes below a folder do so."""
    return {
        "batch": run("batch", "specs", "-o", folder, "-f", "png", *options),
        "check": run("check", "specs", "--baselines", folder, "--add-missing", *options),
    }


@pytest.mark.parametrize("options", [[], ["--overwrite"]])
def test_nothing_is_written_through_a_link_inside_the_output(
    folder: Path, options: list[str]
) -> None:
    Path("specs/sub/deep").mkdir(parents=True)
    for name in ("specs/a.yaml", "specs/sub/b.yaml", "specs/sub/deep/c.yaml"):
        Path(name).write_text(STEP)
    Path("elsewhere/deep").mkdir(parents=True)
    Path("elsewhere/.b.png.lrviz-0123456789abcdef.tmp").touch()
    before = contents(folder / "elsewhere")
    for command in ("batch", "check"):
        (folder / command).mkdir()
        (folder / command / "sub").symlink_to(folder / "elsewhere")
        done = write_below(command, *options)[command]
        assert done.status == 2
        said = done.stderr + done.text
        link = f"{command}/sub: a symbolic link; nothing is written through it"
        assert said.count(link) == 2
        assert len(list((folder / command).glob("a.*"))) == 1
        assert (folder / command / "sub").is_symlink()
        assert contents(folder / "elsewhere") == before


def test_figures_beyond_a_link_are_not_updated(folder: Path) -> None:
    Path("specs/sub").mkdir(parents=True)
    Path("specs/sub/b.yaml").write_text(STEP)
    run("batch", "specs", "-o", "elsewhere")
    Path("specs/sub/b.yaml").write_text(OTHER)
    Path("out/sub").symlink_to(folder / "elsewhere/sub")
    before = contents(folder / "elsewhere")
    done = run("check", "specs", "--baselines", "out", "--update")
    assert done.status == 2
    assert contents(folder / "elsewhere") == before


def test_a_link_that_the_user_named_is_followed(folder: Path) -> None:
    Path("specs/sub").mkdir(parents=True)
    Path("specs/sub/b.yaml").write_text(STEP)
    Path("link").symlink_to("out")
    for done in write_below("link").values():
        assert done.status == 0
    run("check", "specs", "--baselines", "link", "--report", "link")
    assert run("batch", "specs", "-o", "figures", "--sheet", "link/sheet.png").status == 0
    assert {path.name for path in Path("out").iterdir()} == {"sub", "index.html", "sheet.png"}


def test_a_link_in_a_files_place_is_replaced_and_what_it_leads_to_stays(folder: Path) -> None:
    Path("mine").write_text("mine")
    for name, arguments in WRITERS.values():
        for path in Path("out").iterdir():
            path.unlink()
        Path(name).unlink(missing_ok=True)
        Path(name).symlink_to(folder / "mine")
        assert run(*arguments).status == 0
        assert not Path(name).is_symlink()
    assert Path("mine").read_text() == "mine"


@pytest.mark.parametrize("kind", ["pipe", "socket"])
@pytest.mark.parametrize("insisting", [[], ["--overwrite"]])
def test_a_pipe_that_nobody_named_is_not_written_to(
    folder: Path, kind: str, insisting: list[str]
) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        for number, name in enumerate(("out/step.webp", "step.png", "r/index.html")):
            if kind == "pipe":
                os.mkfifo(name)
            elif number == 0:
                listening.bind(name)
            else:
                os.link("out/step.webp", name)
        for arguments in (
            ["batch", "step.yaml", "-o", "out"],
            ["plot", "step.yaml"],
            ["check", "step.yaml", "--baselines", "figures", "--report", "r"],
        ):
            done = run(*arguments, *insisting)
            assert done.status == 2
            assert ": not a regular file; remove it, or name another folder\n" in done.stderr
