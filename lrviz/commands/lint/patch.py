"""What a fix would change, as a unified diff that `patch -p0` applies."""

from difflib import unified_diff
from io import StringIO

from lrviz.spell import printable

_OPEN_END = "\n\\ No newline at end of file\n"


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
    spelt = printable(name) + "\t" * (" " in name)  # without a tab it would end at the blank
    # A line ends in a line feed, as `patch` has it, and not wherever YAML has one end.
    lines = unified_diff(list(StringIO(old)), list(StringIO(new)), spelt, spelt)
    return "".join(line if line.endswith("\n") else f"{line}{_OPEN_END}" for line in lines)
