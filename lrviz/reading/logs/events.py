"""TensorBoard event files: every scalar of a learning rate, old ones and those that are tensors."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from lrviz.curve import Values
from lrviz.reading.logs.columns import is_rate, without_rates
from lrviz.reading.logs.frames import HEAD, Bytes, Piece, check, iter_pieces, mask_sum
from lrviz.reading.logs.gathered import FLOAT32, Points
from lrviz.run.log import Log, Precision
from lrviz.spell import spell_plural

# What the first record of every writer says.
_VERSION, _BEGINNING = b"brain.Event:", 256

# Of an event: its summary, a value in it, the value's tensor are messages in messages, by the
# numbers of their fields; then where a step, a tag, a number may be.
_MESSAGES = frozenset(((5,), (5, 1), (5, 1, 8)))
_TIME, _STEP, _VALUE, _TAG, _DTYPE = (1,), (2,), (5, 1), (5, 1, 1), (5, 1, 8, 1)
_NUMBERS = {(5, 1, 2): "<f4", (5, 1, 8, 5): "<f4", (5, 1, 8, 6): "<f8", (5, 1, 8, 4): ""}
_DTYPES = {b"\x01": "<f4", b"\x02": "<f8"}

# The kinds of fields: a number in seven bits a byte, bytes, and what always has the same size.
_NUMBER, _BYTES, _SIZES = 0, 2, {1: 8, 5: 4}
_LONGEST_NUMBER = 10

# So many kinds of records of one length, up to this one, are each worked through together, unless
# so many of the kinds have hardly a record.
_MOST_KINDS, _LONGEST, _MOST_RARE, _RARE = 64, 1024, 8, 8

# After so many kinds only those are looked at that hold what is in every name of a rate.
_FEW_KINDS, _IN_RATES, _MOST_NAMED = 4, (b"lr", b"rate"), 20

_MOST_TAGS = 10_000
_NONE = np.empty(0)

_Path = tuple[int, ...]
_Parts = dict[_Path, slice]

_Found = tuple["_Scalar | None", NDArray[np.int64], Values, Values]


class _Scalar(NamedTuple):
    tag: str
    at: int
    dtype: str


class _Layout(NamedTuple):
    """Where an event's parts are; all events with the same bits under its mask have the same."""

    mask: Bytes
    step: slice
    scalars: Sequence[_Scalar] | None


def is_events(head: bytes) -> bool:
    """Whether a file begins as an event file does, with a length that passes its checksum."""
    if len(head) < HEAD.size:
        return False
    length, stored = HEAD.unpack_from(head)
    return mask_sum(head[:8]) == stored and _VERSION in head[: HEAD.size + min(length, _BEGINNING)]


def read_events(files: Iterable[BinaryIO], name: str, columns: Sequence[str]) -> Log:
    """Return the log in event files, each a part of one run.

    Args:
        files: open at their beginnings, in order.
        name: as the user named them.
        columns: the first is not looked at, as events count their steps; the others are the tags
            of learning rates; none where they are to be found.

    Raises:
        SpecError: they have no such tags.
    """
    points, tags, dtypes, broken = Points(name), dict[str, None](), set[str](), 0
    taken = columns[1:].__contains__ if columns else is_rate
    words = [each.encode("utf-8", "replace") for each in columns[1:]] or _IN_RATES
    for file in files:
        notes, called = list[str](), Path(getattr(file, "name", name)).name
        own = "" if called == Path(name).name else f"{called} "
        if not is_events(file.read(HEAD.size + _BEGINNING)):
            points.notes.append(f"{called} is left out, as it does not begin as an event file")
            continue
        points.begin_part()
        for piece in iter_pieces(file, notes):
            found: dict[str, list[tuple[NDArray[np.int64], Values, Values]]] = defaultdict(list)
            for scalar, starts, steps, values in _iter_scalars(piece, tags, taken, words):
                if scalar is None:
                    broken += len(starts)
                else:
                    dtypes.add(scalar.dtype)
                    found[scalar.tag].append((starts, steps, values))
            for tag, parts in found.items():
                at, steps, values = map(np.concatenate, zip(*parts, strict=True))
                order = np.argsort(at)
                points.extend(tag, steps[order], values[order])
        points.notes += [f"{own}{each}" for each in notes]
    if broken:
        points.notes.append(f"left out, as their checksums fail: {spell_plural(broken, 'record')}")
    if not points.rates or set(columns[1:]) - points.rates:
        raise without_rates(name, columns, [*columns[:1], *tags])
    precision = Precision() if dtypes == {"<f8"} else FLOAT32
    return points.log("TensorBoard events", "step", precision)


def _iter_scalars(
    piece: Piece, tags: dict[str, None], taken: Callable[[str], bool], words: Sequence[bytes]
) -> Iterator[_Found]:
    """Yield learning rates: what they are, where their records are, their steps and values.

    Of records that fail their checksums nothing else is yielded than where they are. Only those
    are summed that hold a learning rate, or what nobody can read.
    """
    data, order = np.frombuffer(piece.data, np.uint8), np.argsort(piece.lengths, kind="stable")
    bounds = np.flatnonzero(np.diff(piece.lengths[order])) + 1
    for group in np.split(order, bounds):
        size = int(piece.lengths[group[0]]) + 4
        records = sliding_window_view(data, size)[piece.starts[group]]
        for layout, rows in _iter_alike(records, words):
            if len(tags) < _MOST_TAGS:
                tags.update(dict.fromkeys(each.tag for each in layout.scalars or ()))
            scalars = [each for each in layout.scalars or () if taken(each.tag)]
            if layout.scalars is not None and not scalars:
                continue
            events, starts = records[rows], piece.starts[group[rows]]
            whole = check(events)
            yield None, starts[~whole], _NONE, _NONE
            events, starts = events[whole], starts[whole]
            steps = _read_steps(events[:, layout.step])
            for scalar in scalars:
                at, dtype = scalar.at, scalar.dtype
                cells = np.ascontiguousarray(events[:, at : at + int(dtype[-1])]).view(dtype)
                yield scalar, starts, steps, cells[:, 0].astype(np.float64)


def _find_words(records: Bytes, words: Sequence[bytes]) -> NDArray[np.bool_]:
    """Return which records hold one of some words, in capitals or not."""
    lower, found = records | 0x20, np.zeros(len(records), np.bool_)
    for word in words:
        spots = np.ones((len(records), max(0, records.shape[1] + 1 - len(word))), np.bool_)
        for place, letter in enumerate(word):
            spots &= lower[:, place : place + spots.shape[1]] == letter | 0x20
        found |= spots.any(1)
    return found


def _iter_alike(
    records: Bytes, words: Sequence[bytes]
) -> Iterator[tuple[_Layout, NDArray[np.int64]]]:
    """Yield each layout with the records that have it: together while many do, then one by one."""
    rows, rare = np.arange(len(records)), 0
    for kind in range(_MOST_KINDS if records.shape[1] <= _LONGEST else 0):
        if kind == _FEW_KINDS:  # of those that are passed over, some are named
            told = _find_words(records[rows], words)
            told[:_MOST_NAMED] = True
            rows = rows[told]
        if not len(rows) or rare > _MOST_RARE:
            break
        left = records[rows]
        layout = _parse_event(left[0, :-4].tobytes())
        alike = ~((left ^ left[0]) & layout.mask).any(1)
        yield layout, rows[alike]
        rare += int(alike.sum()) <= _RARE
        rows = rows[~alike]
    for row in rows:
        yield _parse_event(records[row, :-4].tobytes()), np.array([row])


def _read_steps(cells: Bytes) -> Values:
    """Return the numbers that bytes tell seven bits at a time, shape (records, bytes)."""
    places = np.arange(cells.shape[1], dtype=np.uint64) * np.uint64(7)
    parts = (cells & 0x7F).astype(np.uint64) << places
    return np.asarray(np.bitwise_or.reduce(parts, axis=1).view(np.int64).astype(np.float64))


def _parse_event(payload: bytes) -> _Layout:
    """Return where an event's step and its scalars are; None of them for what is no event."""
    mask, step, values = bytearray(b"\xff" * len(payload)), slice(0), list[_Parts]()
    scalars: list[_Scalar] | None = None
    with suppress(IndexError, ValueError):
        for path, at, end in _iter_fields(payload, 0, len(payload)):
            if path == _TIME:
                mask[at:end] = bytes(end - at)
            elif path == _STEP:
                mask[at:end] = b"\x80" * (end - at)  # as long a number, whichever it is
                step = slice(at, end)
            elif path == _VALUE:
                values.append({})
            elif values:
                values[-1][path] = slice(at, end)
        scalars = [found for each in values if (found := _find_scalar(payload, each))]
    for _, at, dtype in scalars or ():
        mask[at : at + int(dtype[-1])] = bytes(int(dtype[-1]))
    return _Layout(np.frombuffer(mask + bytes(4), np.uint8), step, scalars)


def _find_scalar(payload: bytes, parts: _Parts) -> _Scalar | None:
    dtype = _DTYPES.get(payload[parts.get(_DTYPE, slice(0))])
    for path, own in _NUMBERS.items():
        place, kind = parts.get(path, slice(0)), own or dtype
        if kind and len(payload[place]) == int(kind[-1]):
            tag = payload[parts.get(_TAG, slice(0))]
            return _Scalar(tag.decode("utf-8", "replace"), place.start, kind)
    return None


def _iter_fields(
    data: bytes, at: int, stop: int, within: _Path = ()
) -> Iterator[tuple[_Path, int, int]]:
    """Yield the fields of a message and of those in it, each with where its content is.

    Raises:
        IndexError: it breaks off.
        ValueError: it is no message.
    """
    while at < stop:
        key, at = _read_number(data, at)
        kind, path = key & 7, (*within, key >> 3)
        size = _SIZES.get(kind, -1)
        if kind == _NUMBER:
            size = _read_number(data, at)[1] - at
        elif kind == _BYTES:
            size, at = _read_number(data, at)
        if not 0 <= size <= stop - at:
            raise ValueError(kind)
        yield path, at, at + size
        if path in _MESSAGES:
            yield from _iter_fields(data, at, at + size, path)
        at += size


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number that is told seven bits a byte, and where it ends."""
    number = 0
    for place, byte in enumerate(data[at : at + _LONGEST_NUMBER]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    raise ValueError(at)
