"""A metric in a csv: read within its spec's folder, and never quoted."""

import math
import os
import sys
from pathlib import Path

import pytest

import lrviz
from lrviz.errors import SpecError
from lrviz.reading.sources import load_named
from lrviz.system.files import Reads
from tests.support.lrvizrun import run
from tests.support.specs import WriteSpec

SPEC = "epochs: 4\nscheduler: ReduceLROnPlateau\nmetric: {{csv: '{}', column: '{}'}}\n"

OR = "or a decimal one; write a point, or none"
POINT = "a number has a point, and no comma"

NO_LOSS = "the csv has no column 'loss'"

OUTSIDE = "must be a relative path to a file in the spec's own folder"


def load(write_spec: WriteSpec, name: str = "losses.csv", column: str = "loss") -> lrviz.Spec:
    return lrviz.load(write_spec(SPEC.format(name, column), "spec.yaml"))


def problem(write_spec: WriteSpec, name: str = "losses.csv", column: str = "loss") -> str:
    with pytest.raises(SpecError) as caught:
        load(write_spec, name, column)
    (only,) = caught.value.problems
    assert only.position is not None
    assert only.position.line == 3
    return f"{'.'.join(map(str, only.key))}: {only.text}"


def test_a_column_is_read_by_its_name(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text('step, loss ,"a, b"\n0, 0.5 ,x\n1,1e-3,"y\nz"\n\n2,nan,\n')
    values = load(write_spec).metric
    assert isinstance(values, tuple)
    assert values[:2] == (0.5, 1e-3)
    assert math.isnan(values[2])
    assert len(values) == 3


def test_a_file_below_the_spec_s_folder_is_read(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "losses.csv").write_bytes(b"\xef\xbb\xbfloss\r\n1\r\n2\r\n")
    assert load(write_spec, "logs/../logs/losses.csv").metric == (1.0, 2.0)


def test_only_line_ends_end_a_row(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("note,loss\na\u2028b\x0cc\x85d,1\n", "utf-8")
    assert load(write_spec).metric == (1.0,)


def test_the_figure_holds_the_values_and_needs_the_file_no_more(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    file = tmp_path / "losses.csv"
    file.write_text("loss\n1\n2\n3\n4\n")
    load(write_spec)
    assert run("plot", "spec.yaml", cwd=tmp_path).status == 0
    file.unlink()
    assert lrviz.load(tmp_path / "spec.png").metric == (1.0, 2.0, 3.0, 4.0)
    assert b"losses.csv" not in (tmp_path / "spec.png").read_bytes()


@pytest.mark.parametrize("name", ["../losses.csv", "sub/../../losses.csv", "/etc/passwd"])
def test_a_path_that_leaves_the_folder_is_refused(
    name: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path.parent / "losses.csv").write_text("loss\n1\n")
    assert problem(write_spec, name) == f"metric.csv: {OUTSIDE}"


def test_an_absolute_path_is_refused_even_where_it_stays_inside(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    file = tmp_path / "losses.csv"
    file.write_text("loss\n1\n")
    assert problem(write_spec, str(file)) == f"metric.csv: {OUTSIDE}"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leaves_the_folder_is_refused(
    write_spec: WriteSpec, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "losses.csv").write_text("loss\n1\n")
    (tmp_path / "losses.csv").symlink_to(elsewhere / "losses.csv")
    (tmp_path / "logs").symlink_to(elsewhere)
    assert problem(write_spec) == f"metric.csv: {OUTSIDE}"
    assert problem(write_spec, "logs/losses.csv") == f"metric.csv: {OUTSIDE}"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_within_the_folder_is_followed(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("loss\n1\n")
    (tmp_path / "losses.csv").symlink_to("real.csv")
    assert load(write_spec).metric == (1.0,)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_loop_of_links_is_no_file(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").symlink_to("other.csv")
    (tmp_path / "other.csv").symlink_to("losses.csv")
    found = problem(write_spec)
    assert found in (
        "metric.csv: no such file",
        "metric.csv: cannot read it: too many levels of symbolic links",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_is_not_waited_for(write_spec: WriteSpec, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "losses.csv")
    assert problem(write_spec) == "metric.csv: must be a regular file"


def test_a_folder_is_no_csv(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").mkdir()
    assert problem(write_spec) == "metric.csv: must be a regular file"


def test_a_missing_file_is_named_by_its_key(write_spec: WriteSpec) -> None:
    assert problem(write_spec) == "metric.csv: cannot read it: no such file or directory"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "column: the csv has no column 'loss'"),
        (b"TOKEN=secret\nPIN=1\n", "column: the csv has no column 'loss'"),
        (b"secret\nsecret\n", "column: the csv has no column 'loss'"),
        (b"0.5,secret\n1,2\n", "column: the csv has no column 'loss'"),
        (b"val_los\n1\n", "column: the csv has no column 'loss'; columns: val_los"),
        (b"x;Losses\n1;2\n", f"column: {NO_LOSS}; did you mean 'Losses'? (columns: x, Losses)"),
        (b"loss\n", "csv: has no rows"),
        (b"a,loss\n", "csv: has no rows"),
        (b"a,loss\n1,\n2, \n3\n", "csv: has no value in that column"),
        (b"a,loss\n1;2\n3;4\n", "csv: has no value in that column"),
        (b"loss\n\n\n", "csv: has no rows"),
        (b"loss\n1\nsecret\n", "csv: row 2 has no number in that column"),
        (b"a,loss\n1,2\n2,\n3,secret\n", "csv: row 3 has no number in that column"),
        (b"loss\n1\n\xff\n", "csv: row 2 has no number in that column"),
        (b"loss\n" + b"1" * 200_000, "csv: not a csv"),
        (b'loss,note\n1,"a\n2,b\n', "csv: not a csv"),  # a quote that swallows the rest
        (b"loss,a,loss\n1,2,3\n", "column: the csv has 2 columns 'loss'"),
        (b"loss\n1_000\n", "csv: row 1 has no number in that column"),
        (b'loss\n"1,5"\n', f"csv: row 1 has no number in that column; {POINT}"),
        (b"a;loss\n1;0,5\n2;0.25\n", f"csv: row 1 has no number in that column; {POINT}"),
        (b"a;loss\n1;1,234,567\n", f"csv: row 1 may have a comma between thousands, {OR}"),
        (b"loss\n1\nloss\n2\n", "csv: row 2 has no number in that column"),
        (b"loss\n1,5\n", f"csv: row 1 has 2 cells, the header 1; {POINT}"),
        (b"a,loss\n0,1\n1,0,7\n", f"csv: row 2 has 3 cells, the header 2; {POINT}"),
        (b"a;loss\n0;1\n1;0;7\n", "csv: row 2 has 3 cells, the header 2"),
        (b"a;loss\n0;1;\n", "csv: row 1 has 3 cells, the header 2"),
        (b"a,loss,b\n1,0,5,\n", f"csv: row 1 has 4 cells, the header 3; {POINT}"),  # not 0
        (b"loss,\n1,\n1,5,\n", f"csv: row 2 has 3 cells, the header 2; {POINT}"),
        (b"loss\n" + b"1\n" * 16_385, "csv: has more than 16,384 values in that column"),
        (b"loss\n" + b"1" * 10_000_000, "csv: larger than 10 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_file_is_told_what_is_wrong_and_is_not_quoted(
    data: bytes, reason: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "losses.csv").write_bytes(data)
    found = problem(write_spec)
    assert found == f"metric.{reason}"
    assert "secret" not in found


@pytest.mark.parametrize(
    "data",
    [
        b"loss\n1\n2\n",
        b"\xef\xbb\xbfloss\r\n1\r\n2\r\n\r\n\r\n",
        b"loss\r1\r2",
        b'"a","loss"\n"x"," 1 "\n"y","2"\n',
        b"loss,\n1,\n2,\n",
        b"loss,note\n1\n2,x\n",
        b"epoch;loss\n0;1,0\n1;2,0\n",
        b"epoch\tloss\n0\t1,0\n1\t2,0\n",
        b'"a, b, c";loss\n"1,5";1\n;2\n',
        "epoch\tloss\r\n0\t1\r\n1\t2\r\n".encode("utf-16"),
        b"Gr\xf6\xdfe;loss\n1;1\n2;2\n",
        b"epoch,loss,train\n0,,5\n0,1,\n1,,4\n1,2,\n",
        b"\n\nloss\n1\n2\n",
        b"loss\r\r\n1\r\r\n2\r\r\n",
        b"\xef\xbb\xbfsep=;\r\na;loss\r\n0,5;1,0\r\n1;2\r\n",
        b'"SEP=,"\na,loss\n0,1\n1,2\n',
    ],
    ids=[
        *("plain", "Windows", "old Mac", "quotes", "last comma", "fewer cells"),
        *("semicolons", "tabs", "quoted commas", "UTF-16", "Latin-1", "Lightning's"),
        *("blank lines first", "twice as many lines", "Excel's", "Excel's, in quotes"),
    ],
)
def test_a_number_is_read_as_it_stands(data: bytes, write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_bytes(data)
    spec = load(write_spec)
    assert spec.metric == (1.0, 2.0)
    (held,) = lrviz.simulate(spec).warnings
    assert "2 values for 4 calls" in held.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("loss\n1\n\n2\n3\n4\n", "losses.csv:3: loss is blank"),
        ("sep=,\nloss\n1\n\n2\n3\n4\n", "losses.csv:4: loss is blank"),
        ("a,loss\n0,1\n1,\n2,2\n3,3\n4,4\n", "losses.csv:3: loss is blank"),
        ('note,loss\n"a\n\nb",1\n,2\n\n,3\n,4\n', "losses.csv:6: loss is blank"),
    ],
)
def test_a_blank_cell_between_others_is_skipped_and_said(
    data: str, said: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "losses.csv").write_text(data)
    spec = load(write_spec)
    assert spec.metric == (1.0, 2.0, 3.0, 4.0)
    remedy = "what stands below is given a call earlier; write nan for a missing value"
    (warning,) = lrviz.simulate(spec).warnings
    assert warning.text == f"{said}; {remedy}"


@pytest.mark.parametrize("cell", ["1,234", "+1,234", "-1,234"])
def test_a_comma_that_may_part_thousands_is_refused(
    cell: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "losses.csv").write_text(f"a;loss\n1;987\n2;{cell}\n3;950\n")
    with pytest.raises(lrviz.SpecError, match="row 2 may have a comma between thousands"):
        load(write_spec)


def test_a_blank_line_behind_all_that_is_used_is_not_worth_a_word(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "losses.csv").write_text("loss\n1\n2\n3\n4\n\n5\n")
    (warning,) = lrviz.simulate(load(write_spec)).warnings
    assert warning.text.endswith("5 values for 4 calls; the rest is not used")


def test_the_most_values_are_read_in_however_many_rows(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "losses.csv").write_text("train,loss\n" + "2,\n,1\n" * 16_384)
    metric = load(write_spec).metric
    assert isinstance(metric, tuple)
    assert len(metric) == 16_384


def test_a_spec_without_a_folder_reads_no_csv(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("loss\n1\n")
    text = SPEC.format("losses.csv", "loss").encode()
    result = run("plot", "-", "-o", "x.png", cwd=tmp_path, stdin=text)
    message = "a csv is read from the spec's own folder, and this spec has none"
    assert (result.status, result.stderr) == (2, f"-:3:10: metric.csv: {message}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["losses.csv"]
    with pytest.raises(SpecError, match=message):
        lrviz.simulate(lrviz.parse_spec(text.decode()))


def test_a_figure_s_spec_reads_no_csv(step: Path, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("loss\n1\n")
    run("plot", step, cwd=tmp_path)
    settings = (
        "--set",
        "scheduler=ReduceLROnPlateau",
        "--set",
        "metric={csv: losses.csv, column: loss}",
    )
    result = run("export", "step.png", *settings, cwd=tmp_path)
    assert (result.status, result.stdout) == (2, b"")
    assert "this spec has none" in result.stderr


def test_whoever_watches_is_told_of_the_file(write_spec: WriteSpec, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("loss\n1\n")
    reads = Reads()
    load_named(str(write_spec(SPEC.format("losses.csv", "loss"), "spec.yaml")), reads=reads)
    assert list(reads) == [tmp_path / "losses.csv"]
