"""A page that is served: what it answers, and whom."""

import json
import random
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from math import inf
from threading import Event, Thread
from typing import Any, TypeVar

import pytest

from lrviz.errors import FileError, SpecError, UsageError, spec_error
from lrviz.page import connections
from lrviz.page.connections import open_server
from lrviz.page.desk import Busy, Conflict, Desk, Superseded
from lrviz.page.guards import BODIES, MOST_BYTES
from lrviz.page.server import PageServer
from tests.support.exploring import Answer, Page, read_rest

T = TypeVar("T")
NO_OBJECTS: list[object] = [[], None, 1, "x", {}, True]
WRITE = "a.yaml: cannot write: disk full"
PATIENCE = 60  # seconds after which a test that hangs fails
NOWHERE = ("Access-Control-Allow-Origin", "Access-Control-Allow-Headers")
LOST = b"open the address that lrviz explore printed\n"
CHANGES = [
    {"op": "set", "key": ["scheduler", "StepLR", "gamma"], "value": "0.5"},
    {"op": "remove", "key": ["metric", 0]},
    {"op": "choose", "key": ["scheduler"], "name": "OneCycleLR"},
]
LOOK = {"style": "dark", "narrow": False}
GOOD: Mapping[str, Mapping[str, Any]] = {
    "draw": {"tab": "1", "text": "epochs: 4", "changes": CHANGES, "look": LOOK, "quick": True},
    "lint": {"tab": "1", "text": "epochs: 4"},
    "fix": {"tab": "1", "text": "epochs: 4", "code": "LR001", "key": ["epochs"]},
    "code": {"tab": "1", "text": "epochs: 4"},
    "figure": {"tab": "1", "text": "epochs: 4", "format": "pdf"},
    "save": {"tab": "1", "text": "epochs: 4", "seen": "abc"},
    "begin": {"tab": "1", "kind": "catalog", "name": "StepLR"},
}


class AtOnce(Desk):
    """Does all that is asked for in the thread that asks."""

    def ask(self, tab: str, kind: str, call: Callable[[], T]) -> T:
        """Do it."""
        return call()


def answer(kind: str, body: Mapping[str, Any] | None = None) -> object:
    """Return what was asked for."""
    return (b"figure", "pdf") if kind == "figure" else {"kind": kind, "body": body}


@contextmanager
def serve(**how: Any) -> Iterator[tuple[PageServer, Page]]:
    """Give a server that looks after its connections often, and its page."""
    calls = {name: partial(answer, name) for name in ("state", *BODIES)} | how.pop("calls", {})
    with PageServer(0, calls, AtOnce(), **how) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server, Page(server.address)
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with serve(stem="ä b") as (_, page):
        yield page


@pytest.fixture(autouse=True)
def _nothing_is_said(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert capfd.readouterr() == ("", "")


def is_well(page: Page) -> bool:
    """Whether a good request is answered."""
    return bool(page.get("state").told == {"kind": "state", "body": None})


def head(page: Page, method: str, name: str, *lines: str) -> bytes:
    """Return the head of a request to a page."""
    start = f"{method} /{page.token}/{name} HTTP/1.1"
    return "\r\n".join([start, *lines, "", ""]).encode("latin-1")


def status_of(data: bytes) -> int:
    """Return the status that an answer begins with."""
    found = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", data)
    assert found, data
    return int(found[1])


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_request_is_answered(name: str, page: Page) -> None:
    got = page.post(name, GOOD[name])
    assert got.status == 200
    if name == "figure":
        assert (got.body, got.headers["Content-Type"]) == (b"figure", "application/pdf")
        told = got.headers["Content-Disposition"]
        assert told == "attachment; filename*=UTF-8''%C3%A4%20b.pdf"
    else:
        assert got.told == {"kind": name, "body": GOOD[name]}
        assert got.headers["Content-Type"] == "application/json"


def test_a_name_that_is_no_text_is_told_as_far_as_it_is_one() -> None:
    with serve(stem="a\udcff") as (_, page):
        told = page.post("figure", GOOD["figure"]).headers["Content-Disposition"]
    assert told == "attachment; filename*=UTF-8''a%3F.pdf"


def test_the_page_and_its_files_are_served(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrviz.page.server.read_asset", lambda _, name: f"<{name}>")
    monkeypatch.setattr(
        "lrviz.page.server._FILES", {name: name or "explore.html" for name in FILES}
    )
    kinds = {name: page.get(name).headers["Content-Type"].partition(";")[0] for name in FILES}
    assert kinds == FILES
    assert page.get("").body == b"<explore.html>"


FILES = {
    "": "text/html",
    "explore.css": "text/css",
    "explore.js": "text/javascript",
    "reader.js": "text/javascript",
}


def test_every_answer_forbids_all_that_the_page_does_not_need(page: Page) -> None:
    for got in (page.get("state"), page.get("nothing"), page.post("lint", {}), lost(page)):
        assert got.headers["Server"] == "lrviz"
        assert got.headers["Cache-Control"] == "no-store"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Referrer-Policy"] == "no-referrer"
        assert got.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert got.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert got.headers["X-Frame-Options"] == "DENY"
        policy = got.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= {*policy}
        assert not [each for each in policy if "unsafe" in each or "*" in each]


def lost(page: Page) -> Answer:
    return page.request("GET", "/")


@pytest.mark.parametrize(
    "hosts",
    [
        ["evil.example"],
        ["127.0.0.1.evil.example"],
        ["evil.example:8787"],
        ["127.0.0.1@evil.example"],
        ["127.0.0.1:8787.evil.example"],
        ["localhost.evil.example"],
        ["127.0.0.2"],
        ["[::1]"],
        ["0.0.0.0"],
        ["127.0.0.1:"],
        [""],
        [],
        ["127.0.0.1", "127.0.0.1"],
        ["127.0.0.1", "evil.example"],
    ],
    ids=str,
)
def test_whoever_was_led_here_by_another_name_is_refused(hosts: list[str], page: Page) -> None:
    got = page.send(head(page, "GET", "state", *(f"Host: {host}" for host in hosts)))
    assert status_of(got) == 403
    assert b"kind" not in got


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost:9000", "127.0.0.1:65535"])
def test_a_forwarded_port_is_this_machine(host: str, page: Page) -> None:
    assert page.get("state", Host=host).status == 200
    assert page.post("lint", GOOD["lint"], Host=host, Origin=f"http://{host}").status == 200


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "null", "", "https://127.0.0.1:1", "http://127.0.0.1:1"),
        *("http://localhost", "file://", "chrome-extension://abc"),
    ],
)
def test_another_origin_is_refused(origin: str, page: Page) -> None:
    assert page.post("save", GOOD["save"], Origin=origin).status == 403
    assert page.get("state", Origin=origin).status == 403


def test_what_changes_something_says_where_it_comes_from(page: Page) -> None:
    data = json.dumps(GOOD["save"]).encode()
    lines = [f"Host: {page.host}", "Content-Type: application/json", f"Content-Length: {len(data)}"]
    assert status_of(page.send(head(page, "POST", "save", *lines) + data)) == 403
    twice = [f"Origin: http://{page.host}"] * 2
    assert status_of(page.send(head(page, "POST", "save", *lines, *twice) + data)) == 403
    once = [*lines, twice[0], "Connection: close"]
    assert status_of(page.send(head(page, "POST", "save", *once) + data)) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_browser_that_says_it_is_another_site_is_refused(site: str, page: Page) -> None:
    assert page.post("save", GOOD["save"], Sec_Fetch_Site=site).status == 403
    assert page.post("save", GOOD["save"], Sec_Fetch_Site="same-origin").status == 200


@pytest.mark.parametrize(
    "target",
    [
        *("/", "/state", "//", "/favicon.ico", "/wrong/state", "/{0}", "/{1}/state", "//{0}/state"),
        *("/state/{0}", "/x/{0}/state", "/?{0}", "/{0}?/state", "/ {0}/state", "/{0}x/state"),
        *("http://127.0.0.1/{0}/state", "http://evil.example/{0}/state", "{0}/state", "*"),
        *("/%2e%2e/{0}/state", "/../{0}/state", "/{0};/state", "/{2}/state", "/" + "a" * 60_000),
    ],
)
def test_without_the_token_there_is_nothing(target: str, page: Page) -> None:
    token = page.token
    target = target.format(token, f"%{ord(token[0]):02x}{token[1:]}", token[:-1])
    got = page.send(f"GET {target} HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
    assert status_of(got) in (400, 404)
    assert b"kind" not in got
    if " " not in target:
        assert got.endswith(LOST)


@pytest.mark.parametrize(
    "name",
    [
        *("../state", "..%2fstate", "%2e%2e/state", "state/", "/state", "./state", "state?x=1"),
        *("explore.html", "server.py", "../server.py", "..\\server.py", "STATE", "explore.js/"),
        *(
            "//etc/passwd",
            "....//etc/passwd",
            "x" * 60_000,
            "explore.html%00",
            "state\x00",
            "st\xe4te",
        ),
    ],
)
def test_nothing_else_is_served(name: str, page: Page) -> None:
    got = page.send(head(page, "GET", name, f"Host: {page.host}"))
    assert status_of(got) == 404
    assert got.endswith(b"there is nothing of that name\n")


def test_a_line_that_is_too_long_is_refused(page: Page) -> None:
    assert status_of(page.send(head(page, "GET", "x" * 70_000, f"Host: {page.host}"))) == 414
    long = head(page, "GET", "state", f"Host: {page.host}", f"X: {'x' * 70_000}")
    assert status_of(page.send(long)) == 431
    many = head(page, "GET", "state", f"Host: {page.host}", *["X: x"] * 10_000)
    assert status_of(page.send(many)) == 431


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "PUT", "DELETE", "TRACE", "CONNECT", "FOO"])
def test_other_methods_are_not_allowed(method: str, page: Page) -> None:
    """A browser asks with OPTIONS whether another site may; it is not told so."""
    asked = [f"Host: {page.host}", "Origin: http://evil.example"]
    asked += ["Access-Control-Request-Method: POST", "Access-Control-Request-Private-Network: true"]
    got = page.send(head(page, method, "save", *asked))
    assert status_of(got) == 405
    assert b"access-control" not in got.lower()


def test_a_method_fits_what_is_asked_for(page: Page) -> None:
    assert page.get("draw").status == 405
    assert page.post("state", {}).status == 405
    assert page.post("", {}).status == 405


@pytest.mark.parametrize(
    "kind",
    [
        *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("", "application/jsonp", "text/plain; application/json", "application"),
    ],
)
def test_what_a_form_can_send_is_refused(kind: str, page: Page) -> None:
    assert page.post("save", GOOD["save"], Content_Type=kind).status in (400, 415)


def test_json_may_say_how_it_is_encoded(page: Page) -> None:
    kind = "application/json; charset=utf-8"
    assert page.post("lint", GOOD["lint"], Content_Type=kind).status == 200


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 411),
        (["Content-Length: -1"], 400),
        (["Content-Length: +2"], 400),
        (["Content-Length: 2_0"], 400),
        (["Content-Length: 0x2"], 400),
        (["Content-Length: \u00b2"], 400),
        (["Content-Length:"], 400),
        (["Content-Length: 2, 2"], 400),
        (["Content-Length: 2", "Content-Length: 2"], 400),
        (["Content-Length: 1000001"], 413),
        (["Content-Length: 999999999999999999"], 413),
        ([f"Content-Length: {'9' * 5000}"], 400),
        (["Transfer-Encoding: chunked"], 411),
        (["Content-Length: 2", "Transfer-Encoding: chunked"], 411),
        (["Content-Length: 100"], 408),
        (["Content-Length: 0"], 400),
    ],
    ids=str,
)
def test_how_long_a_body_is_must_be_said(lines: list[str], status: int, page: Page) -> None:
    own = [f"Host: {page.host}", f"Origin: http://{page.host}", "Content-Type: application/json"]
    got = page.send(head(page, "POST", "lint", *own, *lines) + b"{}")
    assert status_of(got) == status
    assert b"Connection: close" in got


def test_whoever_sends_too_much_hears_why(page: Page) -> None:
    got = page.post("lint", b"x" * (MOST_BYTES + 1))
    assert (got.status, got.body) == (
        413,
        b"the body has 1,000,001 bytes; at most 1,000,000 are taken\n",
    )


def test_a_body_belongs_to_post_alone(page: Page) -> None:
    """It would be the next request of the connection."""
    assert page.get("state", Content_Length="5").status == 400
    assert page.get("state", Transfer_Encoding="chunked").status == 400


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("lint", b""),
        ("lint", b"{"),
        ("lint", b"\xff\xfe"),
        ("lint", b"[" * 100_000),
        ("lint", b"1" * 10_000),
        ("lint", b'{"tab": "1", "text": "\\ud800"}'),
        *(("lint", body) for body in NO_OBJECTS),
        *(("draw", body) for body in NO_OBJECTS),
        ("lint", {**GOOD["lint"], "more": 1}),
        ("lint", {"tab": "1"}),
        ("lint", {**GOOD["lint"], "text": 1}),
        ("lint", {**GOOD["lint"], "tab": "x" * 1001}),
        ("figure", {**GOOD["figure"], "format": "../x"}),
        ("figure", {**GOOD["figure"], "format": ["pdf"]}),
        ("fix", {**GOOD["fix"], "key": "epochs"}),
        ("fix", {**GOOD["fix"], "key": [True]}),
        ("fix", {**GOOD["fix"], "key": [-1]}),
        ("fix", {**GOOD["fix"], "key": [1.5]}),
        ("fix", {**GOOD["fix"], "key": [10**9]}),
        ("fix", {**GOOD["fix"], "key": [[]]}),
        ("fix", {**GOOD["fix"], "key": ["a"] * 51}),
        ("draw", {**GOOD["draw"], "quick": 1}),
        ("draw", {**GOOD["draw"], "look": {}}),
        ("draw", {**GOOD["draw"], "look": {"style": "article", "narrow": False}}),
        ("draw", {**GOOD["draw"], "look": {"style": {}, "narrow": False}}),
        ("draw", {**GOOD["draw"], "changes": {}}),
        ("draw", {**GOOD["draw"], "changes": [1]}),
        ("draw", {**GOOD["draw"], "changes": [{}]}),
        ("draw", {**GOOD["draw"], "changes": [{"op": "drop", "key": []}]}),
        ("draw", {**GOOD["draw"], "changes": [{"op": ["set"], "key": [], "value": ""}]}),
        ("draw", {**GOOD["draw"], "changes": [{"op": "remove"}]}),
        ("draw", {**GOOD["draw"], "changes": [{"op": "set", "key": [], "name": ""}]}),
        ("draw", {**GOOD["draw"], "changes": [{"op": "set", "key": [], "value": 1}]}),
        ("draw", {**GOOD["draw"], "changes": CHANGES * 34}),
    ],
)
def test_a_body_of_another_shape_is_refused_in_a_line(name: str, body: object, page: Page) -> None:
    got = page.post(name, body)
    assert got.status == 400
    assert got.body.endswith(b"\n")
    assert got.body.count(b"\n") == 1


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\n", b"\r\n\r\n", b"\x00" * 1000, b"\xff" * 70_000, b"a b c d\r\n\r\n"),
        *(b"GET\r\n\r\n", b"GET /\r\n\r\n", b"POST /\r\n\r\n", b"GET / HTTP/1.1\r\n"),
        *(b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/\r\n\r\n", b"GET / HTTP/1.9999999999\r\n\r\n"),
        *(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/1.1\r\nHost\r\n\r\n"),
        *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n"),
    ],
    ids=lambda data: repr(data[:30]),
)
def test_what_is_no_request_is_no_matter(data: bytes, page: Page) -> None:
    got = page.send(data)
    assert not got or status_of(got) in (400, 403, 404, 405, 414, 505)
    assert is_well(page)


def test_what_stands_behind_no_header_is_not_overlooked(page: Page) -> None:
    lines = [f"Host: {page.host}", "no header", "Origin: http://evil.example"]
    assert status_of(page.send(head(page, "GET", "state", *lines))) == 400


def test_one_connection_serves_one_request_after_another(page: Page) -> None:
    one = head(page, "GET", "state", f"Host: {page.host}")
    last = head(page, "GET", "state", f"Host: {page.host}", "Connection: close")
    got = page.send(one + one + last)
    assert got.count(b"HTTP/1.1 200 ") == 3


def test_a_refused_request_ends_the_connection(page: Page) -> None:
    """What stands in its body is no request."""
    inner = head(page, "GET", "state", f"Host: {page.host}")
    lines = [f"Host: {page.host}", f"Content-Length: {len(inner)}", "Content-Type: text/plain"]
    got = page.send(head(page, "POST", "save", *lines) + inner)
    assert got.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (Superseded(), 409, {"superseded": True}),
        (Conflict({"text": "a", "seen": "b"}), 409, {"text": "a", "seen": "b"}),
        (Busy("too much"), 503, {"error": "too much"}),
        (UsageError("no"), 422, {"problems": [{"key": [], "text": "no", "line": "no"}]}),
        (
            SpecError(spec_error("a.yaml", "wrong").problems),
            422,
            {"problems": [{"key": [], "text": "wrong", "line": "a.yaml: wrong"}]},
        ),
        (
            FileError("a.yaml", "write", "disk full"),
            422,
            {"problems": [{"key": [], "text": WRITE, "line": WRITE}]},
        ),
        (MemoryError(), 500, {"error": "explore: ran out of memory"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_comes_to_nothing_is_told(error: BaseException, status: int, told: object) -> None:
    def fail(_: object) -> None:
        raise error

    with serve(calls={"lint": fail}) as (_, page):
        got = page.post("lint", GOOD["lint"])
        assert (got.status, got.told) == (status, told)
        assert is_well(page)


def test_a_bug_is_told_where_it_runs_and_the_server_goes_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serve(calls={"lint": lambda _: 1 // 0}) as (_, page):
        got = page.post("lint", GOOD["lint"])
        assert got.status == 500
        assert got.told["error"].startswith("explore: bug in lrviz: ZeroDivisionError: ")
        assert is_well(page)
    err = capfd.readouterr().err
    assert err.startswith("Traceback")
    assert err.endswith("ZeroDivisionError: integer division or modulo by zero\n")


def read_until(connection: socket.socket, end: bytes) -> bytes:
    read = b""
    while end not in read:
        data = connection.recv(65536)
        assert data, read
        read += data
    return read


def listen(page: Page) -> socket.socket:
    """Return a connection that is told what happens."""
    connection = page.connect()
    connection.sendall(head(page, "GET", "events", f"Host: {page.host}"))
    read = read_until(connection, b"retry: 1000\n\n")
    assert b"Content-Type: text/event-stream\r\n" in read
    assert b"Content-Length" not in read
    return connection


def test_all_who_listen_are_told_of_the_file() -> None:
    with serve() as (server, page):
        streams = [listen(page) for _ in range(3)]
        server.tell_file({"text": "a\nb", "seen": "c"})
        for stream in streams:
            told = read_until(stream, b"\n\n")
            assert told == b'event: file\ndata: {"text": "a\\nb", "seen": "c"}\n\n'
            stream.close()


def test_a_stream_gives_a_sign_of_life() -> None:
    with serve(ping=0.01) as (_, page), listen(page) as stream:
        assert read_until(stream, b": ping\n\n: ping\n\n")


def test_who_has_gone_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Event()
    with serve(ping=0.01) as (server, page):
        close = server.close_request

        def forget(request: object) -> None:
            close(request)
            gone.set()

        monkeypatch.setattr(server, "close_request", forget)
        listen(page).close()
        assert gone.wait(PATIENCE)
        assert not server._streams


def test_who_does_not_read_is_dropped_and_keeps_nobody_waiting() -> None:
    text = "x" * 1_000_000  # more than the system keeps for a connection
    with serve() as (server, page), listen(page) as slow, listen(page) as quick:
        count = 0
        while len(server._streams) == 2:
            server.tell_file({"text": text, "seen": str(count)})
            read_until(quick, b"\n\n")
            count += 1
        server.tell_file({"text": "last", "seen": ""})
        assert b"last" in read_until(quick, b"last")
        assert b"last" not in read_rest(slow)


def test_of_too_many_who_listen_the_first_makes_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_STREAMS", 2)
    with serve() as (server, page):
        streams = [listen(page) for _ in range(3)]
        server.tell_file({"seen": "new"})
        assert read_rest(streams[0]) == b""
        assert [b"new" in read_until(each, b"\n\n") for each in streams[1:]] == [True, True]
        for stream in streams:
            stream.close()


def test_a_connection_without_a_request_is_ended_in_time() -> None:
    with serve(idle=0.05) as (_, page), page.connect() as connection:
        assert read_rest(connection) == b""
        assert is_well(page)


@pytest.mark.parametrize("is_body", [False, True], ids=["head", "body"])
def test_who_sends_a_byte_at_a_time_is_ended_in_time(is_body: bool) -> None:
    how = {"body": 0.1} if is_body else {"idle": 0.1}
    with serve(**how) as (_, page), page.connect() as connection:
        lines = [f"Host: {page.host}", f"Origin: http://{page.host}"]
        lines += ["Content-Type: application/json", "Content-Length: 900000"]
        start = head(page, "POST", "lint", *lines)
        connection.sendall(start if is_body else start[:-2])
        ended = Event()

        def drip() -> None:
            while not ended.wait(0.005):
                try:
                    connection.sendall(b"x" if is_body else b"X: x\r\n"[:1])
                except OSError:
                    return

        thread = Thread(target=drip, daemon=True)
        thread.start()
        assert b" 200 " not in read_rest(connection)
        ended.set()
        thread.join()
        assert is_well(page)


def test_who_stops_sending_in_the_middle_is_no_matter(page: Page) -> None:
    lines = [f"Host: {page.host}", f"Origin: http://{page.host}"]
    lines += ["Content-Type: application/json", "Content-Length: 20"]
    for data in (b"GET /", head(page, "POST", "lint", *lines)[:-2]):
        with page.connect() as connection:
            connection.sendall(data)
        with page.connect() as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            read_rest(connection)
    assert is_well(page)


def test_who_leaves_before_the_answer_is_no_matter() -> None:
    begun, left, done = Event(), Event(), Event()

    def work(_: object) -> dict[str, str]:
        begun.set()
        assert left.wait(PATIENCE)
        done.set()
        return {"text": "x" * 5_000_000}

    with serve(calls={"lint": work}) as (_, page):
        data = json.dumps(GOOD["lint"]).encode()
        lines = [f"Host: {page.host}", f"Origin: http://{page.host}"]
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        with page.connect() as connection:
            connection.sendall(head(page, "POST", "lint", *lines) + data)
            assert begun.wait(PATIENCE)
        left.set()
        assert done.wait(PATIENCE)
        assert is_well(page)


@pytest.mark.parametrize(
    ("most", "idle"), [(4, 12), pytest.param(64, 200, marks=pytest.mark.slow)], ids=str
)
def test_many_who_say_nothing_keep_nobody_out(
    most: int, idle: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", most)
    with serve() as (server, page):
        silent = [page.connect() for _ in range(idle)]
        assert is_well(page)
        assert len(server._due) <= most
        assert sum(due == inf for due in server._due.values()) <= 2
        for connection in silent:
            connection.close()


def test_where_all_are_at_work_no_more_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    with serve() as (_, page), listen(page), listen(page), page.connect() as third:
        assert read_rest(third) == b""


def test_a_port_that_is_taken_is_told_and_another_found(monkeypatch: pytest.MonkeyPatch) -> None:
    build = partial(PageServer, answers={}, desk=AtOnce())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FileError) as wrong:
            open_server(port, build)
        assert str(wrong.value) == f"port {port}: cannot listen: address already in use"
        monkeypatch.setattr(connections, "PORTS", (port, 0))
        with open_server(None, build) as server:
            assert server.server_address[0] == "127.0.0.1"
            assert server.server_port != port


PARTS = [
    *(b"\r\n", b"\n", b"\r\n\r\n", b"\x00", b"\xff", b" ", b"\t", b":", b"/", b"//", b"%", b"\r"),
    *(b"Host: 127.0.0.1\r\n", b"Host: evil.example\r\n", b"Origin: null\r\n"),
    *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"GET / HTTP/1.1\r\n"),
    *(b"Expect: 100-continue\r\n", b" folded\r\n", b"Connection: upgrade\r\nUpgrade: h2c\r\n"),
    *(b"{", b"[", b'"', b"\\ud800", b"9" * 5000, b"HTTP/0.9", b"x" * 70_000),
]
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "\ud800",
    [],
    [[]],
    {},
    {"op": "set"},
]


def garble(data: bytes, rng: random.Random) -> bytes:
    """Return bytes of which some are others, more or fewer."""
    for _ in range(rng.randrange(1, 6)):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice([0, 0, 1, 1, 5, 50]))
        data = data[:start] + rng.choice([b"", *PARTS, rng.randbytes(3)]) + data[end:]
    return data


def spoil(body: Any, rng: random.Random) -> Any:
    """Return a body that has another value somewhere, or another key."""
    if isinstance(body, dict) and body and rng.random() < 0.9:
        name = rng.choice([*body])
        if rng.random() < 0.2:
            return {key: value for key, value in body.items() if key != name} | {"x": 1}
        return {**body, name: spoil(body[name], rng)}
    if isinstance(body, list) and body and rng.random() < 0.8:
        at = rng.randrange(len(body))
        return [*body[:at], spoil(body[at], rng), *body[at + 1 :]]
    return rng.choice(VALUES)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_is_sent_ends_the_server(seed: int, page: Page) -> None:
    rng = random.Random(seed)
    for _ in range(500):
        name = rng.choice([*GOOD])
        data = json.dumps(GOOD[name]).encode()
        lines = [f"Host: {page.host}", f"Origin: http://{page.host}"]
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        got = page.send(garble(head(page, "POST", name, *lines) + data, rng))
        status = got and status_of(got.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"))
        assert not status or status == 200 or 400 <= status < 432 or status == 505
    assert is_well(page)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_no_answer_is_asked_for_with_a_body_of_another_shape(seed: int) -> None:
    rng, asked = random.Random(seed), list[str]()

    def note(body: Mapping[str, Any]) -> dict[str, str]:
        assert all(isinstance(body[key], str) for key in ("tab", "text") if key in body)
        asked.append("asked")
        return {}

    with serve(calls=dict.fromkeys(GOOD.keys() - {"figure"}, note)) as (_, page):
        for _ in range(500):
            name = rng.choice([*GOOD])
            assert page.post(name, spoil(GOOD[name], rng)).status in (200, 400)
        assert is_well(page)
    assert len(asked) < 250  # those that another word does not spoil
