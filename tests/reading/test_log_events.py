"""TensorBoard's event files: both kinds of scalars, every one of them, each checksum verified."""

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn, optim
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, StepLR

from lrviz.errors import LrvizError, SpecError
from lrviz.reading.logs import frames
from lrviz.reading.logs.opening import find_log
from lrviz.run.log import Log
from tests.support.events import crc32c, event, file_of, first, masked, message, record, simple
from tests.support.events import tensor as as_tensor
from tests.support.specs import EXAMPLES

LOGS = EXAMPLES / "logs"
RATES = [0.1 / (1 + step) for step in range(40)]
PLAIN = file_of(event(step, ("lr", simple(rate))) for step, rate in enumerate(RATES))


def read(data: bytes, *columns: str) -> Log:
    log = find_log("events", columns, data=data)
    assert log is not None
    return log


def points(log: Log) -> dict[str, list[tuple[int, float]]]:
    pairs = ((each.name, zip(each.steps.tolist(), each.values, strict=True)) for each in log.series)
    return {name: list(told) for name, told in pairs}


def single(values: list[float]) -> list[tuple[int, float]]:
    return [(step, float(np.float32(value))) for step, value in enumerate(values)]


def drive(build: type[LRScheduler], *arguments: int) -> list[float]:
    scheduler = build(optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1), *arguments)
    values = []
    for _ in range(20):
        values.append(float(scheduler.optimizer.param_groups[0]["lr"]))
        scheduler.optimizer.step()
        scheduler.step()
    return values


def test_the_checksum_is_crc32c() -> None:
    """Its check value, from its definition, and as event files store it."""
    assert crc32c(b"123456789") == 0xE3069283
    assert struct.pack("<I", frames.mask_sum(b"123456789")) == masked(b"123456789")


@pytest.mark.parametrize(
    ("folder", "tag", "plan"),
    [
        ("tb_torch", "train/learning_rate", drive(CosineAnnealingLR, 20)),
        ("tb_torch_new", "lr-SGD", drive(StepLR, 4)),
        ("tb_x", "lr/SGD/0", drive(StepLR, 4)),
    ],
)
def test_what_real_writers_wrote_is_read(folder: str, tag: str, plan: list[float]) -> None:
    log = find_log(str(LOGS / folder))
    assert log is not None
    assert points(log) == {tag: single(plan)}
    assert (log.writer, log.unit, log.notes) == ("TensorBoard events", "step", ())
    assert log.precision.words == "float32"


def test_a_tag_that_is_named_is_read_in_double_precision() -> None:
    log = find_log(str(LOGS / "tb_torch_new"), ("step", "dbl"))
    assert log is not None
    assert points(log) == {"dbl": list(enumerate(drive(StepLR, 4)))}
    assert log.precision.words == ""
    with pytest.raises(SpecError, match=r"has no column 'dlb'; did you mean 'dbl'\?"):
        find_log(str(LOGS / "tb_torch_new"), ("step", "dlb"))


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("raw", [False, True])
def test_a_scalar_may_be_a_tensor_of_either_kind(double: bool, raw: bool) -> None:
    log = read(
        file_of(
            event(step, ("lr", as_tensor(rate, double=double, raw=raw)))
            for step, rate in enumerate(RATES)
        )
    )
    assert points(log) == {"lr": list(enumerate(RATES)) if double else single(RATES)}


def test_an_event_may_hold_many_values_and_others_may_lie_between() -> None:
    """Of one length, too, and with steps of every number of bytes."""
    steps = [0, 1, 127, 128, 16_383, 16_384, 2_097_152, 2**31, 2**40]
    payloads = []
    wanted = sorted({step + more for step in steps for more in range(1, 40, 7)})
    for step in wanted:
        payloads.append(event(step, ("xx", simple(7)), ("lr/a", simple(step)), ("b", b"")))
        payloads.append(event(step, ("yy", simple(7)), ("lq/a", simple(step)), ("b", b"")))
        payloads.append(message(5, message(1, message(1, b"lr/a") + message(5, b"picture"))))
    log = read(file_of(payloads))
    assert points(log) == {"lr/a": [(step, float(np.float32(step))) for step in wanted]}


def test_all_of_a_long_run_is_read_over_the_bounds_of_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frames, "PIECE", 1000)
    large = message(5, message(1, message(1, b"lr") + message(4, b"x" * 3000)))
    payloads = [event(step, ("lr", simple(step / 7))) for step in range(300)]
    payloads[100:100] = [large, large]
    assert points(read(file_of(payloads))) == {"lr": single([step / 7 for step in range(300)])}


def test_several_files_of_a_folder_are_parts_of_one_run(tmp_path: Path) -> None:
    parts = {9: range(0, 30), 10: range(20, 40), 11: range(40, 50)}
    for number, steps in parts.items():
        data = file_of(event(step, ("lr", simple(number))) for step in steps)
        (tmp_path / f"events.out.tfevents.{number}.host").write_bytes(data)
    (tmp_path / "events.out.tfevents.12.host").write_bytes(file_of([event(1, ("a", simple(1)))]))
    (tmp_path / "events.out.tfevents.13.host").write_bytes(b"nothing")
    (tmp_path / "events.out.tfevents.14.host").symlink_to("/dev/zero")
    log = find_log(str(tmp_path))
    assert log is not None
    wanted = [9.0] * 20 + [10.0] * 20 + [11.0] * 10
    assert points(log) == {"lr": list(enumerate(wanted))}
    assert log.starts == (20, 40)
    assert log.notes == (
        "events.out.tfevents.13.host is left out, as it does not begin as an event file",
        "goes back to step 20; what was logged later stands, in place of 10 logged before",
    )


def test_a_file_that_breaks_off_is_read_up_to_there() -> None:
    cut = PLAIN[:-5]
    log = read(cut)
    assert points(log) == {"lr": single(RATES[:-1])}
    at = len(PLAIN) - len(record(event(39, ("lr", simple(1)))))
    assert log.notes == (f"breaks off at byte {at:,}, within a record",)


def test_a_wrong_checksum_of_a_length_stops_and_one_of_a_payload_leaves_it_out() -> None:
    size = len(record(event(39, ("lr", simple(1)))))
    at = len(PLAIN) - 2 * size
    broken = bytearray(PLAIN)
    broken[at] ^= 1
    log = read(bytes(broken))
    assert points(log) == {"lr": single(RATES[:-2])}
    assert log.notes == (f"stops at byte {at:,}, where a length fails its checksum",)
    broken = bytearray(PLAIN)
    broken[at + size - 5] ^= 1  # the last byte of a value
    log = read(bytes(broken))
    assert points(log)["lr"] == [point for point in single(RATES) if point[0] != 38]
    assert log.notes == ("left out, as their checksums fail: 1 record",)


def test_a_length_of_two_to_the_sixtieth_takes_no_memory() -> None:
    length = struct.pack("<Q", 2**60)
    log = read(PLAIN + length + masked(length) + b"x" * 100)
    assert points(log) == {"lr": single(RATES)}
    assert log.notes == (f"breaks off at byte {len(PLAIN):,}, within a record",)


def test_values_that_are_no_numbers_and_steps_below_nought_are_left_out() -> None:
    steps = [(0, 0.5), (1, float("nan")), (2, float("inf")), (-3, 0.5), (2**62, 0.5), (4, 0.25)]
    log = read(file_of(event(step, ("lr", simple(rate))) for step, rate in steps))
    assert points(log) == {"lr": [(0, 0.5), (4, 0.25)]}
    assert log.notes == (
        "left out, as step or learning rate is no finite number: 2 of them",
        "left out, as the step is below 0: 1 of them",
        "left out, as the step is too large: 1 of them",
    )


def test_a_file_without_a_learning_rate_says_which_tags_it_has() -> None:
    data = file_of(
        event(step, ("loss/train", simple(1)), ("a\x1b[2J", simple(1))) for step in (1, 2)
    )
    with pytest.raises(SpecError) as caught:
        read(data)
    assert str(caught.value) == (
        "events: holds no learning rate; it has loss/train and a\\x1b[2J; "
        "choose with --columns STEP,LR"
    )
    with pytest.raises(SpecError, match="holds no learning rate; it has nothing"):
        read(first())


def test_other_records_of_the_same_framing_are_no_log() -> None:
    assert find_log("a", data=record(b"\x0a\x05hello") * 3) is None


def test_many_kinds_of_records_of_one_length_lose_nothing() -> None:
    kinds = [(f"l{chr(97 + a)}{chr(97 + b)}", simple(1)) for a in range(20) for b in range(20)]
    payloads = [event(3, kind) for kind in kinds]
    for step in range(99, -1, -1):  # the last in the file of the last kind to be looked at
        payloads.insert(4 * step + 3, event(step + 1, ("lr0", simple(step))))
    assert points(read(file_of(payloads))) == {"lr0": [(step + 1, step) for step in range(100)]}


@pytest.mark.parametrize("tag", ["train/LR", "Learning Rate", "learningrate"])
def test_a_rate_is_found_among_many_tags_of_its_length(tag: str) -> None:
    others = [f"{place:0{len(tag)}}" for place in range(300)]
    payloads = [event(3, (other, simple(1))) for other in others]
    payloads[50:50] = [event(step, (tag, simple(1 / step))) for step in range(1, 9)]
    log = read(file_of(payloads))
    assert points(log) == {tag: [(step, float(np.float32(1 / step))) for step in range(1, 9)]}
    assert points(read(file_of(payloads), "step", others[250])) == {others[250]: [(3, 1)]}


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 255), st.integers(0, len(PLAIN) - 1), st.integers(0, len(PLAIN)))
def test_flipped_and_lost_bytes_never_lose_what_comes_before(byte: int, at: int, end: int) -> None:
    data = bytearray(PLAIN)
    data[at] = byte
    data = data[:end]
    is_same = data == PLAIN[:end]
    begin, size = len(first()), len(record(event(39, ("lr", simple(1)))))
    whole = (end if is_same else min(at, end)) - begin
    with contextlib.suppress(LrvizError):
        log = find_log("events", data=bytes(data))
        # Step 0 is not written, so its record is two bytes shorter.
        intact = 0 if whole < size - 2 else 1 + (whole - size + 2) // size
        assert log is not None or min(at, end) < begin
        assert log is None or points(log)["lr"][:intact] == single(RATES)[:intact]
        return
    assert whole < size


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=40))
def test_payloads_of_anything_raise_nothing_else(payloads: list[bytes]) -> None:
    data = file_of([*payloads, event(5, ("lr", simple(0.5))), *payloads])
    assert (5, 0.5) in points(read(data))["lr"]
