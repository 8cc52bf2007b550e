"""Standard output and standard error that take all they are given, whoever prints."""

import io
import os
import sys
from typing import TYPE_CHECKING

from lrviz.system.atomic import write_all
from lrviz.system.streams import descriptor_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Whole(io.RawIOBase):
    """An open file that takes all that it is given: Python's own may take a part, and go on."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        write_all(self._descriptor, bytes(data))
        return memoryview(data).nbytes


def write_streams_whole() -> None:
    """Have what anybody prints arrive whole, or fail; for a process that is lrviz's own."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        descriptor = None if stream is None else descriptor_of(stream)
        if descriptor is not None:
            whole = io.TextIOWrapper(
                _Whole(descriptor),  # type: ignore[type-var]
                stream.encoding,
                stream.errors,
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, whole)
