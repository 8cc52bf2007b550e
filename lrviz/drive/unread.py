"""What a spec or an option says to no effect, once it has been driven."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lrviz.curve import QUANTITIES, Curve, Quantity
from lrviz.errors import KeyPath, Problem
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.schedules import CURVE_KEYS


def iter_unread(spec: Spec, curves: Sequence[Curve]) -> Iterator[Problem]:
    """Yield what nobody reads: of options each as it was typed.

    Args:
        spec: what was driven.
        curves: what driving gave, one a schedule.
    """
    places = (_overridden, _swept_over, _given_by_groups)
    problems = [each for find in places for each in find(spec)]
    problems += _without_effect(spec, curves)
    return iter(dict.fromkeys(problems))


def _unused(spec: Spec, path: KeyPath, why: str) -> Problem:
    """Return that a value is not used; of an option also by which of several specs it is not."""
    where = f" in {spec.source.name}" if path in spec.source.overrides else ""
    return spec.source.problem(path, f"is not used{where}; {why}", "warning")


def _overridden(spec: Spec) -> Iterator[Problem]:
    """Yield the keys at the top that every curve has for itself."""
    curves, source = spec.tree.get("curves"), spec.source
    for key in CURVE_KEYS if isinstance(curves, dict) else ():
        assert isinstance(curves, dict)
        if key in spec.tree and all(
            isinstance(own, dict) and key in own for own in curves.values()
        ):
            typed = [path for path in source.overrides if path[0] == key]
            stands: list[KeyPath] = [] if typed and (key,) not in source.positions else [(key,)]
            for path in (*typed, *stands):
                yield _unused(spec, path, "every curve has its own")


def _swept_over(spec: Spec) -> Iterator[Problem]:
    """Yield the options whose value a sweep replaces in every curve."""
    for path in spec.source.overrides:
        if any(path[: len(swept)] == swept for swept in spec.schedules[0].source.swept):
            yield _unused(spec, path, "it is swept")


def _given_by_groups(spec: Spec) -> Iterator[Problem]:
    """Yield the options that set an optimizer's value where every param group has its own."""
    for path in spec.source.overrides:
        nodes = [each.optimizer for each in spec.schedules if each.optimizer.key == path[:-1]]
        if any(
            not node.groups or not all(path[-1] in group for group in node.groups) for node in nodes
        ):
            continue
        if nodes and not (path[-1] == "lr" and _has_formula(spec.tree)):  # which may name it
            yield _unused(spec, path, "every param group has its own")


def _has_formula(tree: object) -> bool:
    match tree:
        case Mapping():
            return any(map(_has_formula, tree.values()))
        case list():
            return any(map(_has_formula, tree))
    return isinstance(tree, str) and tree.startswith("=")


def _without_effect(spec: Spec, curves: Sequence[Curve]) -> Iterator[Problem]:
    """Yield the keys of a sweep whose values all give the same curve, or draw the same one."""
    for key in {place[:2]: None for place in spec.schedules[0].source.swept.values()}:
        alike: dict[tuple[KeyPath, ...], list[Curve]] = {}
        for schedule, curve in zip(spec.schedules, curves, strict=True):
            alike.setdefault(_others(schedule, key), []).append(curve)
        count = len(next(iter(alike.values())))
        moved = [
            name for name in QUANTITIES if not all(_agree(each, name) for each in alike.values())
        ]
        if count < 2 or set(moved) & set(spec.figure.panels):
            continue
        text = f"makes no difference; its {count} curves are one"
        if moved:
            names = " and ".join(moved)
            text = f"its {count} curves differ in {names} only; add that to figure.panels"
        yield spec.source.problem(key, text, "warning")


def _others(schedule: Schedule, key: KeyPath) -> tuple[KeyPath, ...]:
    """Return where the values of a sweep's other keys stand."""
    return tuple(place for place in schedule.source.swept.values() if place[:2] != key)


def _agree(curves: Sequence[Curve], name: Quantity) -> bool:
    first = curves[0].quantity(name)
    return all(
        each is first or (first is not None and each is not None and np.array_equal(each, first))
        for each in (curve.quantity(name) for curve in curves[1:])
    )
