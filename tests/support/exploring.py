"""The other end of a page that is served: what a browser sends, what others do, the command."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.lrvizrun import LRVIZ

# Seconds after which a test that hangs fails.
PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP.
        headers: by their names.
        body: as it was sent.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Page:
    """A page at an address, as a browser talks to it.

    Attributes:
        host: with its port.
        token: the address's secret part.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.token = parts.netloc, parts.path.strip("/")
        self.place = str(parts.hostname), int(parts.port or 0)

    def get(self, name: str = "", **headers: str) -> Answer:
        """Return what is there."""
        return self.request("GET", f"/{self.token}/{name}", headers=headers)

    def post(self, name: str, body: object, **headers: str) -> Answer:
        """Return what comes of a JSON body."""
        own = {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", f"/{self.token}/{name}", sent, own | headers)

    def request(
        self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """Return what comes of a request by a connection of its own; `_` in a header is a dash."""
        connection = HTTPConnection(*self.place, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, target, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """Return a connection."""
        return socket.create_connection(self.place, timeout=PATIENCE)

    def send(self, data: bytes) -> bytes:
        """Return all that comes back for some bytes behind which nothing more comes."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:  # it has been ended already
                pass
            return read_rest(connection)


def read_rest(connection: socket.socket) -> bytes:
    """Return what comes until the other end closes."""
    read = b""
    try:
        while data := connection.recv(65536):
            read += data
    except ConnectionError:
        pass
    return read


@dataclass(frozen=True)
class Explored:
    """`lrviz explore` at work.

    Attributes:
        process: that runs it.
        page: what it serves.
    """

    process: subprocess.Popen[bytes]
    page: Page

    def end(self, signum: int = signal.SIGINT) -> tuple[int, str]:
        """End it, and return its exit status and what it wrote to standard error."""
        self.process.send_signal(signum)
        status = self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        return status, self.process.stderr.read().decode()


@contextmanager
def explore(
    *arguments: object, cwd: Path | str = ".", env: Mapping[str, str] | None = None, stdin: str = ""
) -> Iterator[Explored]:
    """Give `lrviz explore`, which serves its page; it is ended afterwards."""
    process = subprocess.Popen(
        [*LRVIZ, "explore", *map(str, arguments)],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(stdin.encode())
        process.stdin.close()
        address = process.stdout.readline().decode().strip()
        assert address, process.stderr and process.stderr.read().decode()
        yield Explored(process, Page(address))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        for stream in filter(None, (process.stdout, process.stderr)):
            stream.close()
