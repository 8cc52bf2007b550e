"""What is made of a trainer's config: the spec, its curve, what is wrong with it."""

from pathlib import Path
from typing import Any

import pytest

from lrviz.drive.runs import simulate
from lrviz.errors import SpecError
from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
from lrviz.spec.model import Spec
from lrviz.spec.parse import parse_spec
from tests.support.specs import ROOT

CONFIGS = ROOT / "tests" / "examples" / "import"


def spec_text(config: Path | str, **asked: Any) -> str:
    """Return the spec that is made of a config: of a file, or of a text in YAML."""
    data = config.read_bytes() if isinstance(config, Path) else config.encode()
    name = config.name if isinstance(config, Path) else "a.yaml"
    return import_config(data, name, Asked(**asked))[0]


def imported(config: Path | str, **asked: Any) -> Spec:
    """Return the spec that is made of a config."""
    return parse_spec(spec_text(config, **asked))


def curve_of(config: Path | str, **asked: Any) -> list[float]:
    """Return the LR at every step of the spec that is made of a config."""
    values: list[float] = simulate(imported(config, **asked)).curves[0].lr[0].tolist()
    return values


def lines_of(config: Path | str, **asked: Any) -> list[str]:
    """Return what is said of a config of which no spec can be made."""
    with pytest.raises(SpecError) as caught:
        spec_text(config, **asked)
    return list(caught.value.lines)


def is_same(one: list[float], other: list[float]) -> bool:
    """Whether two curves are as long, and the same to 1e-12 of the peak."""
    assert len(one) == len(other)
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 1e-12 * max(other)
