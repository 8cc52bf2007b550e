"""What goes through the pipes between a process and its workers: a length, then as many bytes."""

from typing import IO

HEAD = 8
"""Bytes of the length."""

READY = b""
"""What a worker says once it can be given work, and when it begins with it."""


def send(stream: IO[bytes], data: bytes) -> None:
    """Write one frame.

    Raises:
        OSError: nobody reads any more.
    """
    stream.write(len(data).to_bytes(HEAD))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Return the next frame.

    Raises:
        EOFError: nobody writes any more; a frame that is cut short is none.

    >>> from io import BytesIO
    >>> pipe = BytesIO()
    >>> send(pipe, b"work")
    >>> receive(BytesIO(pipe.getvalue()))
    b'work'
    """
    size = int.from_bytes(_read(stream, HEAD))
    return _read(stream, size)


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
