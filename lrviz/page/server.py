"""A page that is served on this machine, to whoever has been told its address.

The threads of the server only listen: what is asked for goes to the desk.
"""

import json
import secrets
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from queue import Empty
from typing import Any
from urllib.parse import quote

from lrviz.errors import LrvizError
from lrviz.page.assets import read_asset
from lrviz.page.connections import HOST, BoundedServer
from lrviz.page.desk import Busy, Conflict, Desk, Superseded
from lrviz.page.guards import (
    BODIES,
    HEADERS,
    LOST,
    Refused,
    check_host,
    check_length,
    check_origin,
    parse_body,
    refuse_body,
)
from lrviz.page.showing import list_problems
from lrviz.system.mishap import explain_mishap

# Seconds: of a connection without a request, of a body on its way, and between two signs of life
# of a stream of events.
IDLE, BODY, PING = 30.0, 10.0, 10.0

# What lies beside the code: the page itself, its styles and its scripts.
_FILES = {"": "explore.html"} | {
    each.name: each.name
    for each in files(__package__).iterdir()
    if each.name.endswith((".css", ".js"))
}
_TYPES = {
    **{"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8"},
    **{"js": "text/javascript; charset=utf-8", "json": "application/json"},
    **{"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"},
    **{"txt": "text/plain; charset=utf-8", "events": "text/event-stream"},
}


class PageServer(BoundedServer):
    """Serves the page, and hands what it asks for to the desk.

    Args:
        port: 0 for any that is free.
        answers: what gives the answer to each kind of request: to `state`, and to those that have a
            body, which it is given.
        desk: where they are called.
        stem: what a figure's file is called, without an ending.
        idle: seconds until a connection without a request is ended.
        body: seconds that a body may be on its way.
        ping: seconds between two signs of life of a stream.

    Attributes:
        address: of the page, which nobody can guess.
    """

    def __init__(
        self,
        port: int,
        answers: Mapping[str, Callable[..., Any]],
        desk: Desk,
        stem: str = "figure",
        *,
        idle: float = IDLE,
        body: float = BODY,
        ping: float = PING,
    ) -> None:
        self.answers, self.desk, self.stem = answers, desk, stem
        self.idle, self.body, self.ping = idle, body, ping
        self.token = secrets.token_urlsafe(24)
        super().__init__(port, _Handler)
        self.address = f"http://{HOST}:{self.server_port}/{self.token}/"

    def tell_file(self, event: Mapping[str, object]) -> None:
        """Tell all pages what has become of the file on disk."""
        self.tell(f"event: file\ndata: {json.dumps(event)}\n\n".encode())


class _Handler(BaseHTTPRequestHandler):
    """Answers what comes by one connection, one request after another."""

    server: PageServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(self.server.idle)

    def version_string(self) -> str:
        return "lrviz"

    def log_message(self, format: str, *args: object) -> None:
        pass  # standard error is for whoever started it

    def handle_one_request(self) -> None:
        self.server.expect(self.connection, self.server.idle)
        super().handle_one_request()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request, or a method that none has."""
        status = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else code
        self._refuse(Refused(HTTPStatus(status), HTTPStatus(status).phrase.lower()))

    def do_GET(self) -> None:
        self._respond(self._get)

    def do_POST(self) -> None:
        self._respond(self._post)

    def _respond(self, respond: Callable[[str, str], None]) -> None:
        self.server.expect(self.connection)
        try:
            host = check_host(self.headers)
            respond(self._find_name(), host)
        except Refused as refused:
            self._refuse(refused)

    def _refuse(self, refused: Refused) -> None:
        """Say why not, and end the connection: nobody knows what else has been sent."""
        self.close_connection = True
        self._send(refused.status, "txt", f"{refused}\n".encode())

    def _find_name(self) -> str:
        """Return what is asked for, behind the token."""
        target = self.requestline.split()[1]  # `path` has lost what stands twice
        start, _, rest = target.removeprefix("/").partition("/")
        is_ours = secrets.compare_digest(start.encode(), self.server.token.encode())
        if not is_ours or target != f"/{start}/{rest}":
            raise Refused(HTTPStatus.NOT_FOUND, LOST)
        if rest not in {*_FILES, *BODIES, "state", "events"}:
            raise Refused(HTTPStatus.NOT_FOUND, "there is nothing of that name")
        if (rest in BODIES) != (self.command == "POST"):
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "not in this way")
        return rest

    def _get(self, name: str, host: str) -> None:
        check_origin(self.headers, host, changes=False)
        refuse_body(self.headers)
        if name == "events":
            self._stream()
        elif name == "state":
            self._answer("", name, self.server.answers[name])
        else:
            file = _FILES[name]
            data = read_asset(__package__, file).encode()
            self._send(HTTPStatus.OK, file.rpartition(".")[2], data)

    def _post(self, name: str, host: str) -> None:
        check_origin(self.headers, host, changes=True)
        length = check_length(self.headers)
        self.server.expect(self.connection, self.server.body)
        data = self.rfile.read(length)
        self.server.expect(self.connection)
        if len(data) < length:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, "the body has not come")
        body = parse_body(name, data)
        self._answer(body["tab"], name, partial(self.server.answers[name], body))

    def _answer(self, tab: str, kind: str, call: Callable[[], Any]) -> None:
        """Have the desk do it, and send what comes of it."""
        try:
            answer = self.server.desk.ask(tab, kind, call)
        except (Exception, Superseded) as error:
            status, told = tell_failure(error)
            self._send(status, "json", json.dumps(told).encode())
            return
        if kind != "figure":
            self._send(HTTPStatus.OK, "json", json.dumps(answer).encode())
            return
        data, format = answer
        name = quote(f"{self.server.stem}.{format}", safe="", errors="replace")
        self._send(HTTPStatus.OK, format, data, f"attachment; filename*=UTF-8''{name}")

    def _stream(self) -> None:
        """Tell what happens as it happens, until one of the two has gone."""
        news = self.server.subscribe(self.connection)
        self.close_connection = True
        self._send(HTTPStatus.OK, "events", None)
        self.wfile.write(b"retry: 1000\n\n")
        while True:
            try:
                self.wfile.write(news.get(timeout=self.server.ping))
            except Empty:
                self.wfile.write(b": ping\n\n")

    def _send(self, status: int, kind: str, data: bytes | None, disposition: str = "") -> None:
        """Send an answer; of one without data the end is that of the connection."""
        self.request_version = self.protocol_version  # else an answer may have no head
        self.send_response(status)
        headers = {**HEADERS, "Content-Type": _TYPES[kind]}
        if data is not None:
            headers["Content-Length"] = str(len(data))
        if disposition:
            headers["Content-Disposition"] = disposition
        if self.close_connection:
            headers["Connection"] = "close"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if data and self.command != "HEAD":
            self.wfile.write(data)


def tell_failure(error: BaseException) -> tuple[HTTPStatus, Mapping[str, object]]:
    """Return the status of HTTP and the body that tell why something came to nothing.

    A bug is told where lrviz runs, too.
    """
    match error:
        case Superseded():
            return HTTPStatus.CONFLICT, {"superseded": True}
        case Conflict():
            return HTTPStatus.CONFLICT, error.body
        case Busy():
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}
        case LrvizError():
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"problems": list_problems(error)}
        case _:
            if not isinstance(error, MemoryError):
                traceback.print_exception(error)
            text = str(explain_mishap(error, "explore", remedy="look at the terminal"))
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": text}
