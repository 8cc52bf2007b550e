"""TensorBoard event files, written byte by byte as their format is described."""

import struct
from collections.abc import Iterable


def crc32c(data: bytes) -> int:
    """Return a CRC32C bit by bit, as its definition has it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def record(payload: bytes) -> bytes:
    length = struct.pack("<Q", len(payload))
    return length + masked(length) + payload + masked(payload)


def varint(number: int) -> bytes:
    number %= 1 << 64
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def message(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def simple(value: float) -> bytes:
    return b"\x15" + struct.pack("<f", value)


def tensor(value: float, *, double: bool = False, raw: bool = False) -> bytes:
    """Return a tensor that is a scalar, as float_val, double_val or tensor_content."""
    number = struct.pack("<d" if double else "<f", value)
    field = 4 if raw else 6 if double else 5
    kind = b"\x08\x02" if double else b"\x08\x01"
    return message(8, kind + message(2, b"") + message(field, number))


def event(step: int, *values: tuple[str, bytes], time: float = 1.7e9) -> bytes:
    """Return an event with values, each a tag and what `simple` or `tensor` makes."""
    told = b"\x10" + varint(step) if step else b""
    summary = b"".join(message(1, message(1, tag.encode()) + value) for tag, value in values)
    return b"\x09" + struct.pack("<d", time) + told + message(5, summary)


def first() -> bytes:
    """Return the record that every event file begins with."""
    return record(b"\x09" + struct.pack("<d", 1.7e9) + message(3, b"brain.Event:2"))


def file_of(payloads: Iterable[bytes]) -> bytes:
    return first() + b"".join(map(record, payloads))
