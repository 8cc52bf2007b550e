"""Drives specs with torch's own schedulers alone, or with the whole torch, and prints what comes.

`python -m tests.support.both_ways alone|whole` reads a list of [name, YAML] from standard input.
"""

import hashlib
import json
import sys
from collections.abc import Set
from dataclasses import asdict

from lrviz.curve import SchedulerFacts, Values
from lrviz.drive.runs import simulate
from lrviz.drive.standin import STAND_IN, Touched
from lrviz.errors import LrvizError
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.parse import parse_spec


def main(way: str) -> None:
    """Print a line of JSON for every spec: what was touched, what is wrong, or all that it gave."""
    for name, text in json.load(sys.stdin):
        print(json.dumps(drive(name, text, way)), flush=True)
    assert ("torch" in sys.modules) is (way == "whole")


def drive(name: str, text: str, way: str) -> list[str]:
    try:
        spec = parse_spec(text, name)
        if way == "whole":
            return tell(simulate(spec))
        return drive_alone(spec)
    except LrvizError as error:
        return ["wrong", *error.lines]


def drive_alone(spec: Spec) -> list[str]:
    try:
        with STAND_IN.present():
            run = simulate(spec)
    except Touched:
        assert STAND_IN.touched
        return ["touched", STAND_IN.touched]
    return ["touched", STAND_IN.touched] if STAND_IN.touched else tell(run)


def tell(run: Run) -> list[str]:
    """Return all that a run is, its numbers to the last bit."""
    said = [f"{each.grade}: {each}" for each in run.warnings]
    curves = [
        f"{each.label} {each.groups} {digest(each.lr)} {each.base_lr} {digest(each.momentum)}"
        f" {digest(each.weight_decay)} {digest(each.metric)}"
        for each in run.curves
    ]
    return ["driven", str(run), *said, *curves, *map(tell_facts, run.schedulers)]


def tell_facts(facts: SchedulerFacts) -> str:
    """Return all that is known of a scheduler, the same whatever the hash seed."""
    return json.dumps(
        asdict(facts), default=lambda each: sorted(each) if isinstance(each, Set) else repr(each)
    )


def digest(values: Values | None) -> str:
    return "none" if values is None else hashlib.sha256(values.tobytes()).hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
