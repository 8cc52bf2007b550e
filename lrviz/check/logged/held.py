"""What holding a plan against a log found: values, no effects."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from lrviz.check.logged.courses import Number
from lrviz.curve import Curve

Confidence = Literal["certain", "likely", "unknown"]


@dataclass(frozen=True)
class Alignment:
    """How a log lies over a plan.

    Attributes:
        curve: the plan's curve, by its label.
        unit: what the log's steps were found to count, `step` or `epoch`.
        offset: the plan's step is the log's, times the steps of an epoch where those are counted,
            and so much more.
        is_sure: whether the points fit at no other offset.
        pairs: which series is held against which param group, by their names.
        is_reordered: whether they are in another order than the plan's, without names that say so.
        compared: the points within the plan.
        outside: those beyond its ends.
        last: the last step of the plan that was logged.
    """

    curve: str
    unit: str
    offset: int
    is_sure: bool
    pairs: tuple[tuple[str, str], ...]
    is_reordered: bool
    compared: int
    outside: int
    last: int


@dataclass(frozen=True)
class Parting:
    """How one logged series differs from the plan.

    Attributes:
        series: its name in the log.
        first: the first step of the plan at which it does; None for never.
        largest: the largest difference, as a share of what was planned; None where that is 0, or
            next to it.
        difference: the largest difference itself.
        beyond: the number of points that differ beyond the log's precision.
    """

    series: str
    first: int | None
    largest: float | None
    difference: float
    beyond: int


@dataclass(frozen=True)
class Finding:
    """What happened to a run.

    Attributes:
        kind: a stable name: `never`, `scaled`, `calls`, `every`, `per-step`, `per-epoch`,
            `no-warmup`, `warmup-twice`, `shifted`, `restarted`, `resumed`, `length`, `family`,
            `different`.
        text: the same in words.
        confidence: `certain` where nothing else that was tried reproduces the log, `likely` where
            something does or the points that differ are few, `unknown` of what nothing reproduces.
        start: the step from which on the run is otherwise than planned.
        numbers: of the text, by name.
    """

    kind: str
    text: str
    confidence: Confidence
    start: int
    numbers: Mapping[str, Number]


@dataclass(frozen=True, eq=False)
class Held:
    """What holding a plan against a log found.

    Attributes:
        parted: whether they part beyond the log's precision, or nothing could be compared.
        sentence: the verdict in a line.
        findings: what reproduces the log; several where it cannot tell. Empty where they agree.
        alignment: how they were laid over each other.
        partings: one a series that was compared.
        aligned: the log's points at the steps of the plan, one curve a series.
        explained: the changed plan of the first finding; None where there is none.
    """

    parted: bool
    sentence: str
    findings: tuple[Finding, ...]
    alignment: Alignment
    partings: tuple[Parting, ...]
    aligned: tuple[Curve, ...]
    explained: Curve | None = None

    def as_json(self) -> dict[str, object]:
        """Return the verdict as plain data, without the curves."""
        return {
            "parted": self.parted,
            "sentence": self.sentence,
            "findings": [asdict(each) for each in self.findings],
            "alignment": asdict(self.alignment),
            "series": [asdict(each) for each in self.partings],
        }
