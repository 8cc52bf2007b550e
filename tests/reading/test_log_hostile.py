"""A log may be anything: it earns a line, or loses nothing but what is broken."""

import json
from pathlib import Path

import pytest

from lrviz.errors import SpecError
from lrviz.reading.logs.opening import find_log
from lrviz.run.log import Log


def read(data: bytes) -> Log:
    log = find_log("run.log", data=data)
    assert log is not None
    return log


def values(log: Log) -> list[tuple[int, float]]:
    (series,) = log.series
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


LONG = b"step," + b"lr," * 500_000
BROKEN = [
    (LONG + b"x\n" + LONG, "line 1 is longer than 1,000,000 bytes"),
    (b"step," + b"lr," * 20_000 + b"x\n1," + b"1," * 20_000 + b"1\n", "more than 10,000 columns"),
    (b'{"log_history": [{"step": 1, ', "a trainer_state.json that is broken or breaks off"),
    (b'{"log_history": [' + b"[" * 100_000, "a trainer_state.json that is broken or breaks off"),
    (b'{"log_history": [{"step": 1, "loss": 2}]}', "holds no learning rate; it has step and loss"),
    (b'{"log_history": []}', "holds no learning rate; it has nothing"),
    (b'step,lr\n1,0.5\n2,"' + b"x\n" * 100_000, "no csv: field larger than field limit"),
    (b"step,lr\n1,nan\n", "holds no learning rate; "),
    (b'{"step": 1, "lr": 1}\n' + b"x" * 1_100_000, "line 2 is longer than 1,000,000 bytes"),
]


@pytest.mark.parametrize(("data", "text"), BROKEN, ids=[text for _, text in BROKEN])
def test_what_is_broken_beyond_use_earns_one_line(data: bytes, text: str) -> None:
    with pytest.raises(SpecError) as caught:
        find_log("run.log", data=data)
    (line,) = caught.value.lines
    assert line.startswith(f"run.log: {text}")
    assert len(line) < 1000


def test_a_row_of_more_cells_than_its_header_is_left_out_and_said() -> None:
    """A comma for a point moves what follows: 0,001 would be read as 0."""
    log = read(b"step,lr,loss\n1,0.5,3\n2,0,001,2\n3,0,125,\n4,0.25,1\n")
    assert values(log) == [(1, 0.5), (4, 0.25)]
    first, *_, last = log.notes
    assert first == "rows have more cells than the header; a number has a point, and no comma"
    assert last == "left out, as step or learning rate is no finite number: 2 of them"


def test_a_state_of_more_than_64_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "trainer_state.json"
    with path.open("wb") as file:
        file.write(b'{"log_history": [')
        file.truncate(64_000_001)
    with pytest.raises(SpecError, match="larger than 64,000,000 bytes"):
        find_log(str(path))


@pytest.mark.parametrize(("end", "is_whole"), [("0.0975528\n", 1), ("0.0975528", 1), ("0.09755", 1),
    ("0.0975", 0), ("0.09", 0), ("0", 0)])  # fmt: skip
def test_a_number_at_the_end_that_is_cut_is_left_out(end: str, is_whole: bool) -> None:
    """Where the file has no last newline, and all other numbers are longer by three or more."""
    log = read(f"step,lr\n0,0.1023456\n1,0.1012345\n2,{end}".encode())
    whole = [(0, 0.1023456), (1, 0.1012345), (2, float(end))]
    assert values(log) == whole[: 2 + is_whole]
    told = "its last line breaks off, and is left out"
    assert (told in log.notes) != is_whole
    assert len(values(read(f"step,lr\n0,0.1023456\n1,0.1\n2,{end}".encode()))) == 3


def test_rows_without_a_number_are_left_out_and_counted() -> None:
    rows = ["-1,0.5", "1,nan", "2,inf", "3.5,0.5", "x,0.5", "9" * 400 + ",0.5", "4,0x1", "5,1_0"]
    log = read("\n".join(["step,lr", "0,0.5", *rows, "6,", "7,0.25"]).encode())
    assert values(log) == [(0, 0.5), (7, 0.25)]
    assert log.notes[-3:] == (
        "left out, as step or learning rate is no finite number: 6 of them",
        "left out, as the step is below 0: 1 of them",
        "left out, as the step is no whole number: 1 of them",
    )


def test_a_row_that_breaks_off_is_left_out_as_its_last_number_may() -> None:
    log = read(b"step,lr,loss\n0,0.5,1\n1,0.0")
    assert values(log) == [(0, 0.5)]
    log = read(b'{"step": 0, "lr": 0.5}\n{"step": 1, "lr": 0.0')
    assert values(log) == [(0, 0.5)]
    assert "left out, as no JSON object is there: 1 line" in log.notes


def test_json_of_any_kind_of_number_is_no_more_than_left_out() -> None:
    cells = [True, "0.25", [0.1], {"a": 1}, None, 10**400, float("nan")]
    rows = [{"step": step, "lr": cell} for step, cell in enumerate(cells)]
    rows.append({"step": True, "lr": 0.5})
    log = read("\n".join(map(json.dumps, rows)).encode())
    assert values(log) == [(1, 0.25)]


def test_bytes_that_are_no_utf_8_lose_nothing_else() -> None:
    assert values(read(b"\xef\xbb\xbfstep,lr,\xff\n1,0.5,\xfe\xfd\n")) == [(1, 0.5)]


def test_a_file_of_other_things_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)  # which takes no space
    assert find_log(str(path)) is None
