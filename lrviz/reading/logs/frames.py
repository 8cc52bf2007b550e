"""The records of TensorBoard's event files, and their checksums, many at a time."""

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

# A file is read in pieces of so many bytes; a payload that fits in none is passed over.
PIECE = 4_000_000

# A length and its checksum; then come the payload and the payload's.
HEAD = struct.Struct("<QI")
_AROUND = HEAD.size + 4

# From so many records on, and to that length, it is quicker to work through them side by side.
_MANY, _LONGEST = 16, 1024

_POLYNOMIAL, _MOVE = 0x82F63B78, 0xA282EAD8


@lru_cache(maxsize=1)
def _find_table() -> list[int]:
    table = list(range(256))
    for _ in range(8):
        table = [(each >> 1) ^ (_POLYNOMIAL * (each & 1)) for each in table]
    return table


def mask_sum(data: bytes) -> int:
    """Return the checksum of bytes as event files store it: their CRC32C, turned and moved.

    >>> hex(mask_sum(bytes([24, 0, 0, 0, 0, 0, 0, 0])))
    '0x224b7fa3'
    """
    crc, table = 0xFFFFFFFF, _find_table()
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MOVE) & 0xFFFFFFFF


@lru_cache(maxsize=16)
def _find_shares(length: int) -> list[NDArray[np.uint32]]:
    """Return by how much each byte changes the CRC of so many noughts, place by place."""
    shares = [table := np.array(_find_table(), np.uint32)]
    while len(shares) < length:
        shares.append(table[shares[-1] & 0xFF] ^ (shares[-1] >> 8))
    return shares[::-1]


def check(records: Bytes) -> NDArray[np.bool_]:
    """Return which payloads of one length are whole.

    A CRC is linear: that of a text is that of as many noughts, with what every byte changes of it.

    Args:
        records: each with the checksum that follows it, shape (records, length + 4).
    """
    length = records.shape[1] - 4
    stored = np.ascontiguousarray(records[:, length:]).view("<u4")[:, 0]
    if len(records) < _MANY or length > _LONGEST:
        sums = np.array([mask_sum(each[:-4].tobytes()) for each in records])
        return np.asarray(sums == stored)
    noughts = (mask_sum(bytes(length)) - _MOVE) & 0xFFFFFFFF
    crc = np.full(len(records), (noughts << 15 | noughts >> 17) & 0xFFFFFFFF, np.uint32)
    for share, column in zip(_find_shares(length), records.T, strict=False):
        crc ^= share[column]
    return np.asarray(((crc >> 15 | crc << 17) + np.uint32(_MOVE)) == stored)


class Piece(NamedTuple):
    """A part of an event file: its bytes, where payloads begin in them, and how long they are."""

    data: bytes
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def iter_pieces(file: BinaryIO, notes: list[str]) -> Iterator[Piece]:
    """Yield the records of a file up to the first whose length fails its checksum.

    Args:
        file: of event records; no more of it is held than `PIECE` bytes.
        notes: what is wrong with it is added to them.
    """
    size, base = file.seek(0, 2), 0
    while base < size:
        file.seek(base)
        data = file.read(PIECE)
        starts, lengths, end, is_sound = _walk(data)
        if starts:
            yield Piece(data, np.array(starts), np.array(lengths))
        base += end
        if not is_sound:
            notes.append(f"stops at byte {base:,}, where a length fails its checksum")
            return
        if end == 0:
            whole = _AROUND + HEAD.unpack_from(data)[0] if len(data) >= HEAD.size else _AROUND
            if base + whole > size:
                notes.append(f"breaks off at byte {base:,}, within a record")
                return
            base += whole


def _walk(data: bytes) -> tuple[list[int], list[int], int, bool]:
    """Return payloads' places and lengths, where the last ends, and whether all were sound."""
    starts, lengths, known, at, last = list[int](), list[int](), dict[int, int](), 0, len(data)
    while at + HEAD.size <= last:
        length, stored = HEAD.unpack_from(data, at)
        if known.get(length) != stored:
            if mask_sum(data[at : at + 8]) != stored:
                return starts, lengths, at, False
            known[length] = stored
        end = at + _AROUND + length
        if end > last:
            break
        starts.append(at + HEAD.size)
        lengths.append(length)
        at = end
    return starts, lengths, at, True
