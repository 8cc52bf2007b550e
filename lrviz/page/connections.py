"""Connections: how many there are, and how long each is waited for."""

import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import inf
from queue import Full, Queue
from socketserver import TCPServer
from threading import Lock
from typing import Any, TypeVar

from lrviz.errors import FileError

Server = TypeVar("Server")

HOST = "127.0.0.1"
PORTS = (*range(8787, 8808), 0)  # the last is any that is free

# The most connections at a time, the most of them that are told what happens, and the most that
# one of those has not taken yet.
MOST_CONNECTIONS, MOST_STREAMS, MOST_UNREAD = 64, 32, 8

# Seconds until what was sent last has surely arrived.
LINGER = 1.0


class BoundedServer(ThreadingHTTPServer):
    """A server of this machine that nobody can keep from serving others.

    Every connection is due at some time while a request is waited for, be it sent a byte a second;
    where there are too many, the one that is due next makes way.

    Args:
        port: 0 for any that is free.
        handler: of a connection, in a thread of its own.

    Raises:
        OSError: the port is taken, or is not for everybody.
    """

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = sys.platform != "win32"  # where it would take a port from its owner

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self._lock = Lock()
        self._due = dict[Any, float]()
        self._streams = dict[Any, Queue[bytes]]()
        super().__init__((HOST, port), handler)

    def server_bind(self) -> None:
        """Take the port, without asking the network what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, if there are not too many that are at work."""
        with self._lock:
            if len(self._due) >= MOST_CONNECTIONS:
                next_due = min(self._due, key=self._due.__getitem__)
                if self._due[next_due] == inf:
                    super().close_request(request)
                    return
                del self._due[next_due]
                _shut(next_due)
            self._due[request] = inf
        super().process_request(request, client_address)

    def expect(self, connection: Any, seconds: float = inf) -> None:
        """Say within how many seconds something must have come from a connection."""
        with self._lock:
            if connection in self._due:
                self._due[connection] = time.monotonic() + seconds

    def service_actions(self) -> None:
        """End what is overdue; the server's loop calls it every now and then."""
        now = time.monotonic()
        with self._lock:
            for connection in [each for each, due in self._due.items() if due < now]:
                self._due[connection] = inf
                _shut(connection)

    def shutdown_request(self, request: Any) -> None:
        """End a connection; what has been sent arrives, even where not all was read."""
        end = time.monotonic() + LINGER
        with suppress(OSError):
            request.shutdown(socket.SHUT_WR)
            request.settimeout(LINGER)
            while request.recv(65536) and time.monotonic() < end:
                pass
        self.close_request(request)

    def close_request(self, request: Any) -> None:
        """Forget a connection."""
        with self._lock:
            self._due.pop(request, None)
            self._streams.pop(request, None)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of bugs; that somebody has gone is none."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def subscribe(self, connection: Any) -> Queue[bytes]:
        """Return what will hold all that is told from now on; the oldest may make way for it."""
        with self._lock:
            if len(self._streams) >= MOST_STREAMS:
                self._drop(next(iter(self._streams)))
            news = self._streams[connection] = Queue(MOST_UNREAD)
        return news

    def tell(self, news: bytes) -> None:
        """Tell everybody who wants to know, but for those who do not read what they are told."""
        with self._lock:
            for connection, unread in list(self._streams.items()):
                try:
                    unread.put_nowait(news)
                except Full:
                    self._drop(connection)

    def _drop(self, connection: Any) -> None:
        del self._streams[connection]
        _shut(connection)


def open_server(port: int | None, build: Callable[[int], Server]) -> Server:
    """Return a server at a port, or at the first that is free.

    Raises:
        FileError: it cannot have the port, or any.
    """
    for each in PORTS if port is None else (port,):
        try:
            return build(each)
        except OSError as cause:
            error = FileError.from_os_error(f"port {each or 'any'}", "listen", cause)
            error.__cause__ = cause
    raise error


def _shut(connection: Any) -> None:
    """Have whoever reads from a connection, or writes to it, see its end."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
