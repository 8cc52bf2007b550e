"""Which values of a run each scheduler governs: what torch itself shows, for 455 schedules."""

import random
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
from torch.optim import lr_scheduler

from lrviz.curve import SchedulerFacts
from lrviz.draw.phases import find_phases
from lrviz.drive.runs import simulate
from lrviz.linter.view import build_view
from lrviz.run.driven import Run
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree

COUNT = 455
Tree = dict[str, Any]
Spans = dict[tuple[int, ...], list[int]]
"""The values of the run that a scheduler governs, by its path down from the outermost one."""

LEAVES: tuple[Tree, ...] = (
    {"ExponentialLR": {"gamma": 0.9}},
    {"StepLR": {"step_size": 2, "gamma": 0.8}},
    {"ConstantLR": {"factor": 0.5, "total_iters": 3}},
    {"LinearLR": {"start_factor": 0.25, "total_iters": 4}},
)


def draw_tree(chance: random.Random, depth: int) -> Tree:
    """Return a scheduler, of up to so many levels; what stands in a list may be one itself."""
    kind = chance.choice(["leaf", "sequence", "sequence", "chain"]) if depth else "leaf"
    if kind == "leaf":
        return chance.choice(LEAVES)
    children = [draw_tree(chance, depth - 1) for _ in range(chance.randint(1, 4))]
    if kind == "chain":
        return {"ChainedScheduler": {"schedulers": children}}
    return {
        "SequentialLR": {
            "schedulers": children,
            "milestones": draw_milestones(chance, len(children)),
        }
    }


def draw_milestones(chance: random.Random, children: int) -> list[float]:
    """Return milestones, mostly sorted and whole, perhaps before or behind the run."""
    places: list[float] = [chance.randint(-1, 22) for _ in range(children - 1)]
    if chance.random() < 0.3:
        places = [place + chance.choice([0, 0.5]) for place in places]
    return places if chance.random() < 0.2 else sorted(places)


class ByHand:
    """A schedule that torch alone is asked about: each list notes which child it has stepped."""

    def __init__(self, tree: Tree) -> None:
        self.optimizer = torch.optim.SGD([torch.ones(1)], lr=1.0)
        self.stepped: dict[tuple[int, ...], int] = {}
        self.children: dict[tuple[int, ...], int] = {}
        self.scheduler = self._build(tree, ())

    def _build(self, tree: Tree, path: tuple[int, ...]) -> Any:
        ((name, given),) = tree.items()
        arguments = dict(given)
        if "schedulers" in given:
            parts = [self._build(each, (*path, at)) for at, each in enumerate(given["schedulers"])]
            arguments["schedulers"] = parts
            self.children[path] = len(parts)
            if name == "SequentialLR":
                for index, part in enumerate(parts):
                    self._listen(path, index, part)
        return getattr(lr_scheduler, name)(optimizer=self.optimizer, **arguments)

    def _listen(self, path: tuple[int, ...], index: int, part: Any) -> None:
        """Note when a SequentialLR asks a child for its rates: it has just stepped it."""
        ask = part.get_last_lr

        def answer() -> Any:
            self.stepped[path] = index
            return ask()

        part.get_last_lr = answer

    def governing(self, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
        """Yield who has set the rate that stands now: a list's last stepped, all of a chain."""
        yield path
        for index in range(self.children.get(path, 0)):
            if self.stepped.get(path, index) == index:
                yield from self.governing((*path, index))


def drive_by_hand(tree: Tree, steps: int) -> tuple[Spans, list[float]]:
    """Return which values every scheduler has set, and all of them."""
    spans: Spans = {}
    rates: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lists in lists are stepped out of order
        hand = ByHand(tree)
        for value in range(steps):
            rates.append(hand.optimizer.param_groups[0]["lr"])
            for path in hand.governing():
                spans.setdefault(path, []).append(value)
            hand.optimizer.step()
            hand.scheduler.step()
    return spans, rates


@cache
def driven() -> tuple[tuple[Run, Spans, list[float]], ...]:
    """Return runs of schedules that torch can drive, each beside what torch shows of it."""
    chance = random.Random(455)
    found: list[tuple[Run, Spans, list[float]]] = []
    while len(found) < COUNT:
        steps, tree = chance.randint(1, 24), draw_tree(chance, 3)
        if "SequentialLR" not in str(tree):
            continue
        try:
            by_hand = drive_by_hand(tree, steps)
        except NotImplementedError:  # a list in a list, at a milestone
            continue
        spec: Tree = {"epochs": steps, "optimizer": {"SGD": {"lr": 1.0}}, "scheduler": tree}
        found.append((simulate(parse_tree(spec, Source())), *by_hand))
    return tuple(found)


def walk(
    facts: SchedulerFacts, path: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], SchedulerFacts]]:
    """Yield a scheduler and those inside it, each with its path."""
    yield path, facts
    for index, child in enumerate(facts.children):
        yield from walk(child, (*path, index))


def test_every_scheduler_governs_the_values_that_torch_has_it_set() -> None:
    nested = 0
    for run, spans, rates in driven():
        parts = dict(walk(run.schedulers[0]))
        assert {path: list(each.values) for path, each in parts.items() if each.values} == spans
        assert run.lr[0].tolist() == rates
        nested += any(len(path) > 1 for path in spans)
    assert nested > 100


def test_a_figure_marks_the_values_at_which_torch_hands_over() -> None:
    for run, spans, _ in driven():
        inner = [path for path in spans if not any(path == each[:-1] for each in spans)]
        starts = {phase.start for phase in find_phases(run, "step")}
        assert starts - {0} == {spans[path][0] for path in inner} - {0}


def test_rules_read_the_values_that_torch_shows() -> None:
    for run, spans, rates in driven():
        (facts,), (curve,) = run.schedulers, run.curves
        view = build_view(run.spec, run.spec.schedules[0], facts, curve)
        for part, (path, _) in zip(view.parts, walk(facts), strict=True):
            own = spans.get(path, [])
            assert part.lr[0].tolist() == [rates[value] for value in own]
            assert part.length == len(own)
            assert not own or part.start == own[0]
            assert part.is_last == (len(rates) - 1 in own)
