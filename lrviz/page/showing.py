"""What a page is told of a run, and of what is wrong with one, as plain data for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lrviz.draw.places import PanelPlace, draw_placed
from lrviz.errors import LrvizError, Problem, SpecError, UsageError
from lrviz.figure.numbers import (
    MAX_NUMBERS,
    Recorded,
    is_constant,
    iter_series,
    record_steps,
    summarise,
)
from lrviz.figure.record import spell_numbers
from lrviz.linter.rule import Finding
from lrviz.page.alone import build_view
from lrviz.run.driven import Run
from lrviz.spec.refused import override_options
from lrviz.spec.tree import find_below
from lrviz.spec.wording import spell

# Inches of a figure on a phone: at 390 pixels its text is as large as that around it.
NARROW = (4.4, 3.3)


@dataclass
class Places:
    """Where the panels of a figure stood, and what it was: the next may well be like it."""

    panels: Sequence[PanelPlace] = ()
    looks: object = None


def show_run(run: Run, places: Places, look: Mapping[str, Any], *, quick: bool) -> dict[str, Any]:
    """Return a run's figure and what is said of it.

    Args:
        run: what is shown.
        places: of the figure before, in which a quick one is drawn; those of this one are kept.
        look: how the page looks: its `style`, and whether it is `narrow`.
        quick: whether it may be drawn in the places of the one before.

    Raises:
        SpecError: the figure asks for what the run lacks.
    """
    shown = _dress(run, look)
    looks = (shown.figure, run.spec.title, [curve.groups for curve in run.curves])
    placed = draw_placed(shown, places.panels if quick and looks == places.looks else ())
    places.panels, places.looks = placed.panels, looks
    width, height = placed.size
    figure = {
        **{"svg": placed.svg.decode(), "width": width, "height": height},
        **{"background": placed.background, "foreground": placed.foreground},
        **{"view": build_view(shown, placed), "numbers": spell_numbers(_record(run, quick=quick))},
    }
    lines = [*(each.line for each in run.warnings), *placed.warnings]
    said = {"told": str(run), "warnings": lines, "steps": run.steps}
    return {"figure": figure, **said, "scale": run.figure.yscale, "x": run.figure.x}


def _dress(run: Run, look: Mapping[str, Any]) -> Run:
    """Return a run that is drawn as the page looks, as far as its spec does not say how."""
    given: dict[str, object] = {}
    if find_below(dict(run.spec.tree), ("figure", "style")) is None:
        given["style"] = look["style"]
    if look["narrow"] and run.figure.size is None:
        given["size"] = NARROW
    try:
        options = override_options(run.figure, given)
    except UsageError:  # at its own dpi it would have too many pixels
        return run
    return replace(run, spec=replace(run.spec, figure=options))


def _record(run: Run, *, quick: bool) -> Recorded:
    """Return every number of a run, or, of many or while a slider moves, what a figure stores."""
    rows = [row for curve in run.curves for _, each in iter_series(curve) for row in each]
    numbers = sum(1 if is_constant(row) else len(row) for row in rows)
    return summarise(run.curves) if quick or numbers > MAX_NUMBERS else record_steps(run.curves)


def list_problems(error: LrvizError) -> list[object]:
    """Return the problems that an error tells."""
    told = error.told if isinstance(error, SpecError) else (Problem("", (), str(error)),)
    return list(map(describe_problem, told))


def describe_problem(problem: Problem) -> object:
    """Return a problem as plain data."""
    return {"key": list(problem.key), "text": problem.text, "line": problem.line}


def describe_finding(finding: Finding) -> dict[str, object]:
    """Return a finding as plain data."""
    fix = finding.fix
    label = f"{fix.key[-1]}: {spell(fix.value)}" if fix else ""
    return {
        **{"code": finding.code, "name": finding.rule.name, "severity": finding.severity},
        **{"text": finding.message, "line": str(finding), "key": list(finding.problem.key)},
        "fix": fix and {"key": list(fix.key), "label": label},
    }
