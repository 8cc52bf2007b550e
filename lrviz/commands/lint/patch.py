"""What a fix would change, as a unified diff that `patch -p0` applies."""

import os
from difflib import unified_diff
from io import StringIO

_OPEN_END = "\n\\ No newline at end of file\n"
_PLAIN = {chr(each) for each in range(0x20, 0x7F)} - {'"', "\\"}


def format_diff(name: str, old: str, new: str) -> str:
    r"""Return what has changed in a file's text; empty where nothing has.

    >>> print(format_diff("a.yaml", "epochs: 4", "epochs: 8"), end="")
    --- a.yaml
    +++ a.yaml
    @@ -1 +1 @@
    -epochs: 4
    \ No newline at end of file
    +epochs: 8
    \ No newline at end of file
    """
    spelt = _spell_name(name)
    # A line ends in a line feed, as `patch` has it, and not wherever YAML has one end.
    lines = unified_diff(list(StringIO(old)), list(StringIO(new)), spelt, spelt)
    return "".join(line if line.endswith("\n") else f"{line}{_OPEN_END}" for line in lines)


def _spell_name(name: str) -> str:
    r"""Return a file's name as the head of a diff has it.

    >>> _spell_name("my configs/a.yaml"), _spell_name("a\tb.yaml")
    ('my configs/a.yaml\t', '"a\\011b.yaml"')
    """
    if name.isprintable() and {'"', "\\"}.isdisjoint(name):
        return f"{name}\t" if " " in name else name  # without a tab it would end at the blank
    spelt = (chr(each) if chr(each) in _PLAIN else f"\\{each:03o}" for each in os.fsencode(name))
    return f'"{"".join(spelt)}"'
