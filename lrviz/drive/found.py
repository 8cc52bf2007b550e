"""The installed scheduler that a name stands for, and how it is built and stepped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from lrviz.drive.libraries import (
    NoSchedulerError,
    find_in_library,
    import_foreign,
    spell_cause,
)
from lrviz.drive.signatures import Argument, arguments_of
from lrviz.drive.stepping import METRICS, list_parameters, offers_metric
from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, COMPOSITES, Entry, Fill
from lrviz.spec.catalog.external import External
from lrviz.spec.model import Node

_MOVE_MOMENTUM = frozenset({"CyclicLR", "OneCycleLR"})


@dataclass(frozen=True, eq=False)
class Found:
    """An installed scheduler.

    Attributes:
        build: the class or function; it takes `optimizer` and arguments by name.
        arguments: what a spec may give it, in its own order; a composite's children left out.
        package: whose it is.
        module: where it can be imported from.
        attribute: what it is called there.
        fills: the arguments that are filled in from the run.
        takes_metric: whether each call is given a metric.
        offers_metric: whether each call is given one where the spec has one.
        nests: whether it is a scheduler of torch's, which may stand inside another.
        counts: whether each call is given its number, as timm's loop does.
        moves: what it may move beside the LR, of `momentum` and `weight_decay`.
    """

    build: Callable[..., Any]
    arguments: Mapping[str, Argument]
    package: str
    module: str
    attribute: str
    fills: Mapping[str, Fill]
    takes_metric: bool = False
    offers_metric: bool = False
    nests: bool = True
    counts: bool = False
    moves: tuple[str, ...] = ()


def find_scheduler(node: Node) -> Found:
    """Return the installed scheduler that a node names; it is imported only now.

    Raises:
        NoSchedulerError: there is none, or not in this version.
    """
    return _find_foreign(node.foreign) if node.foreign else _find_entry(CATALOG[node.name])


def _find_entry(entry: Entry) -> Found:
    build = find_in_library(entry, entry.module, entry.attribute)
    taker = find_in_library(entry, *entry.signature.split(":")) if entry.signature else build
    return Found(
        build,
        arguments_of(taker, entry.name),
        entry.package,
        entry.module,
        entry.attribute,
        entry.fills,
        takes_metric=entry.takes_metric,
        nests=entry.package != "timm" and not entry.takes_metric,
        counts=entry.package == "timm",
        moves=("momentum",) if entry.name in _MOVE_MOMENTUM else (),
    )


def _find_foreign(foreign: External) -> Found:
    found, wanted = import_foreign(foreign)
    try:
        arguments = arguments_of(found)
    except Exception as error:  # a signature of its own making
        raise NoSchedulerError(f"its arguments are not known: {spell_cause(error)}") from error
    takes_metric = issubclass(found, ReduceLROnPlateau) or wanted in METRICS
    if wanted and not takes_metric:
        raise NoSchedulerError(f"its step() wants {wanted}, which lrviz cannot give it")
    step = getattr(found, "step")  # noqa: B009 - not every class has one
    return Found(
        lambda optimizer, **given: found(optimizer, **given),
        arguments,
        foreign.package,
        foreign.module,
        foreign.attribute,
        {},
        takes_metric=takes_metric,
        offers_metric=offers_metric(list_parameters(step)[1:]),
        nests=issubclass(found, LRScheduler) and not takes_metric,
        moves=("momentum", "weight_decay"),
    )


def installed_arguments(name: str, foreign: External | None = None) -> list[Argument]:
    """Return every argument that a spec may give a scheduler, in its own order.

    Args:
        name: of the catalog, unless it is a foreign one's.
        foreign: what is to be imported in place of the catalog's.

    Raises:
        UsageError: it is not installed, or not in this version.
    """
    try:
        found = find_scheduler(Node(name, (), {}, foreign=foreign))
    except NoSchedulerError as error:
        raise UsageError(f"{name}: {error}") from None
    if name not in COMPOSITES:
        return list(found.arguments.values())
    return list(arguments_of(found.build, name, children=True).values())
