"""The record in a page: JSON in a script element, which no browser runs."""

from lrviz.errors import ImageError

_START = b'<script type="application/json" id="record">'
_END, _LAST = b"</script>", b"</html>"


def build_script(record: str) -> str:
    r"""Return a record as the element that carries it; nothing in it ends the element.

    >>> build_script('{"title":"</script>"}')
    '<script type="application/json" id="record">{"title":"\\u003c/script>"}</script>'
    """
    told = record.replace("<", "\\u003c")
    return f"{_START.decode()}{told}{_END.decode()}"


def read_script(data: bytes) -> str:
    """Return the record of a page.

    Raises:
        ImageError: it has none, or is cut short.

    >>> read_script(build_script('{"format":1}').encode() + b"</html>")
    '{"format":1}'
    """
    _, start, rest = data.partition(_START)
    record, end, rest = rest.partition(_END)
    if not (start and end and _LAST in rest):
        raise ImageError("the page is cut short")
    return record.decode("latin-1")
