"""A value of a spec that an option of its own gave."""


class Option(tuple[str, str]):
    """A (key path, YAML value) pair that messages call what was typed, and not `--set`.

    >>> from copy import copy
    >>> Option("epochs", "0", "--epochs"), Option("epochs", "0", "--epochs").spelt
    (('epochs', '0'), '--epochs 0')
    >>> copy(Option("epochs", "0", "--epochs")).spelt
    '--epochs 0'
    """

    spelt: str

    def __new__(cls, key: str, value: str, name: str) -> "Option":
        """Return the pair; the name is the option's."""
        pair = super().__new__(cls, (key, value))
        pair.spelt = f"{name} {value}"
        return pair

    def __getnewargs__(self) -> tuple[str, str, str]:
        """Return what a copy is made of, in another process too."""
        return (*self, self.spelt.partition(" ")[0])
