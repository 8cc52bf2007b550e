"""What the catalog knows of a scheduler, without importing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Library = Literal["torch", "transformers", "timm"]

_ADDRESSES: Mapping[Library, str] = MappingProxyType(
    {
        "torch": "https://pytorch.org/docs/stable",
        "transformers": "https://huggingface.co/docs/transformers",
        "timm": "https://huggingface.co/docs/timm",
    }
)


def spell_install(package: str) -> str:
    """Return the command that installs a package with schedulers, or one that it needs.

    timm brings torchvision, and that a torch of its own; the schedulers do without.

    >>> spell_install("transformers"), spell_install("timm")
    ('pip install transformers', 'pip install --no-deps timm')
    """
    return f"pip install {'--no-deps ' * (package == 'timm')}{package}"


@dataclass(frozen=True)
class Fill:
    """What an argument is where a spec leaves it out, as it needs to know of the run.

    Attributes:
        formula: over the run totals, of whose calls those count that are the scheduler's own, and
            over its other arguments, true being 1.
        unless: where one of these arguments is given, nothing is filled in.
    """

    formula: str
    unless: tuple[str, ...] = ()


_NONE: Mapping[str, Fill] = MappingProxyType({})


@dataclass(frozen=True)
class Entry:
    """A scheduler that a spec can name.

    Attributes:
        name: how a spec spells it: torch's class, or another library's name and what it has there.
        summary: what it does, in one line.
        arguments: what each argument means, in the library's order.
        example: its arguments in YAML, for a run of 4 epochs of 8 steps.
        extra: what else a spec needs for the example, in YAML.
        module: where the library keeps it.
        page: its page in the library's documentation, below the root.
        package: who wrote it, and what installs it.
        fills: the arguments that are filled in from the run.
        takes_metric: whether each call is given a metric.
        signature: the class, as `module:name`, that takes the arguments which a function only
            passes on; empty where its own signature tells them.
        lengths: the arguments that count calls, none of which may be a share of the run.
        cycles: the arguments that count cycles.
        shares: the arguments that are a share of the LR.
    """

    name: str
    summary: str
    arguments: Mapping[str, str]
    example: str
    extra: str = ""
    module: str = "torch.optim.lr_scheduler"
    page: str = ""
    package: Library = "torch"
    fills: Mapping[str, Fill] = field(default_factory=dict)
    takes_metric: bool = False
    signature: str = ""
    lengths: frozenset[str] = frozenset()
    cycles: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()

    @property
    def attribute(self) -> str:
        """What it is called in its module."""
        return self.name.rpartition(".")[2]

    @property
    def address(self) -> str:
        """The scheduler's page in the library's documentation."""
        root = _ADDRESSES[self.package]
        return f"{root}/{self.page or f'generated/{self.module}.{self.name}.html'}"
