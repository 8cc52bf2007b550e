"""What a contact sheet says of itself: that it is one, and what it was drawn from, as a digest."""

import hashlib
import json
from collections.abc import Sequence

from lrviz.spec.model import Spec
from lrviz.system.versions import platform_tag, versions

FORMAT = 1


def build_sheet_record(digest: str) -> str:
    """Return the record of a sheet: one line of ASCII.

    >>> build_sheet_record("c0ffee")
    '{"format":1,"sheet":"c0ffee"}'
    """
    return json.dumps({"format": FORMAT, "sheet": digest}, separators=(",", ":"))


def is_sheet(text: str) -> bool:
    """Whether a picture's record is that of a sheet, be it damaged or not.

    >>> is_sheet(build_sheet_record("c0ffee")), is_sheet('{"format":1,"spec":{}}')
    (True, False)
    """
    return text.startswith('{"format":1,"sheet":')


def panel_digest(spec: Spec, title: str) -> str:
    """Return what one panel of a sheet depends on, as 64 letters and digits."""
    return _digest([title, spec.canonical, versions(spec.packages)])


def sheet_digest(panels: Sequence[str], style: str) -> str:
    """Return what a sheet depends on, as 64 letters and digits.

    Args:
        panels: the digest of each panel, in order.
        style: what all of them are drawn in.
    """
    return _digest([style, platform_tag(), *panels])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
