"""What a request must look like: nobody is answered but a page that was served from here.

A browser sends any site's requests to this machine. What names another host has been led here by a
name that changed its address; what comes from another origin is another site's; a form can be sent
by any site, and no form says that it is JSON.
"""

import json
import re
from collections.abc import Callable, Mapping
from email.message import Message
from http import HTTPStatus
from typing import Any

# The most bytes of a body.
MOST_BYTES = 1_000_000

# The most letters of a name, and the most parts of a key path and changes at a time.
MOST_LETTERS, MOST_PARTS, MOST_CHANGES = 1000, 50, 100

# What every answer says: no other page may show, read or keep it.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; img-src data: blob:; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}

# What is said of an address that is not the one that was printed.
LOST = "open the address that lrviz explore printed"

# People forward ports, so any will do.
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,18}")
_SURROGATE = re.compile("[\ud800-\udfff]")  # of half a letter, which no file can hold
_HIGHEST = 10**9  # that counts the items of a list


class Refused(Exception):  # noqa: N818 - what happened, and no error of ours
    """A request that is not answered as it wishes.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, status: HTTPStatus, text: str) -> None:
        self.status = status
        super().__init__(text)


def check_host(headers: Message) -> str:
    """Return the host that a request names, which is this machine.

    Raises:
        Refused: it names another one, several or none.

    >>> message = Message()
    >>> message["Host"] = "localhost:8787"
    >>> check_host(message)
    'localhost:8787'
    """
    hosts = [str(each).strip() for each in headers.get_all("Host", [])]
    if len(hosts) != 1 or not _OWN_HOST.fullmatch(hosts[0]):
        raise Refused(HTTPStatus.FORBIDDEN, LOST)
    if headers.defects:  # what stands behind a line that is no header would not be seen
        raise Refused(HTTPStatus.BAD_REQUEST, "a header is none")
    return hosts[0]


def check_origin(headers: Message, host: str, *, changes: bool) -> None:
    """Refuse what comes from another site; what changes something must say where it comes from.

    Raises:
        Refused: it comes from elsewhere, or does not say.
    """
    origins, sites = headers.get_all("Origin", []), headers.get_all("Sec-Fetch-Site", [])
    is_own = [str(each).lower() for each in origins] == [f"http://{host.lower()}"]
    if not is_own and (origins or changes):
        raise Refused(HTTPStatus.FORBIDDEN, "the request comes from another page")
    if changes and any(site != "same-origin" for site in sites):
        raise Refused(HTTPStatus.FORBIDDEN, "the request comes from another site")


def refuse_body(headers: Message) -> None:
    """Refuse a body where none belongs: it would be taken for the next request.

    Raises:
        Refused: there is one.
    """
    if "Content-Length" in headers or "Transfer-Encoding" in headers:
        raise Refused(HTTPStatus.BAD_REQUEST, "a body belongs to POST alone")


def check_length(headers: Message) -> int:
    """Return how many bytes of JSON follow.

    Raises:
        Refused: it is no JSON, or how much there is is not said, or too much.
    """
    types = headers.get_all("Content-Type", [])
    if len(types) != 1 or headers.get_content_type() != "application/json":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
    lengths = [str(each).strip() for each in headers.get_all("Content-Length", [])]
    if not lengths or "Transfer-Encoding" in headers:
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "the length of the body is missing")
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
        raise Refused(HTTPStatus.BAD_REQUEST, "the length of the body is no number")
    if (length := int(lengths[0])) > MOST_BYTES:
        text = f"the body has {length:,} bytes; at most {MOST_BYTES:,} are taken"
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
    return length


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _SURROGATE.search(value)


def _is_word(value: object) -> bool:
    return _is_text(value) and len(str(value)) <= MOST_LETTERS


def _is_part(value: object) -> bool:
    return _is_word(value) or (type(value) is int and 0 <= value < _HIGHEST)


def _is_key(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_PARTS and all(map(_is_part, value))


def _is_changes(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_CHANGES and all(map(_is_change, value))


def _is_change(value: object) -> bool:
    wanted = _CHANGES.get(str(value.get("op")), ()) if isinstance(value, dict) else ()
    return bool(wanted) and not _find_wrong(value, ("op", "key", *wanted))


def _is_look(value: object) -> bool:
    return not _find_wrong(value, ("style", "narrow"))


# What a change says beside what it is and where.
_CHANGES: Mapping[str, tuple[str, ...]] = {
    **{"set": ("value",), "text": ("value",), "choose": ("name",), "add": ("name",)},
    "remove": ("key",),
}

# What each key of a body is, wherever it stands.
_KINDS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("tab", "seen", "code", "kind", "name", "op"), _is_word),
    **dict.fromkeys(("text", "value"), _is_text),
    **dict.fromkeys(("quick", "narrow"), lambda value: isinstance(value, bool)),
    "key": _is_key,
    "changes": _is_changes,
    "look": _is_look,
    "style": lambda value: value in ("light", "dark"),
    "format": lambda value: value in ("png", "svg", "pdf"),
}

# What can be asked for, and the keys that its body has; none may be missing.
BODIES: Mapping[str, tuple[str, ...]] = {
    "draw": ("tab", "text", "changes", "look", "quick"),
    "lint": ("tab", "text"),
    "fix": ("tab", "text", "code", "key"),
    "code": ("tab", "text"),
    "figure": ("tab", "text", "format"),
    "save": ("tab", "text", "seen"),
    "begin": ("tab", "kind", "name"),
}


def parse_body(name: str, data: bytes) -> dict[str, Any]:
    """Return the body of what is asked for, with all that belongs there, and nothing else.

    Raises:
        Refused: it is no such body.

    >>> parse_body("lint", b'{"tab": "1", "text": "epochs: 4"}')
    {'tab': '1', 'text': 'epochs: 4'}
    """
    try:
        body = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise Refused(HTTPStatus.BAD_REQUEST, "the body is no JSON") from None
    if wrong := _find_wrong(body, BODIES[name]):
        raise Refused(HTTPStatus.BAD_REQUEST, wrong)
    assert isinstance(body, dict)  # as there is nothing wrong
    return body


def _find_wrong(value: object, wanted: tuple[str, ...]) -> str:
    """Return why a value is no object of these keys; empty where it is one."""
    if not isinstance(value, dict) or value.keys() != set(wanted):
        return f"the body must be an object of {', '.join(wanted)}"
    wrong = [key for key in wanted if not _KINDS[key](value[key])]
    return f"{wrong[0]}: nothing that belongs there" if wrong else ""
