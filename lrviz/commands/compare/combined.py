"""Several runs as one: their names, and how all of them are drawn over each other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import PurePath

from lrviz.check.logged.held import Held
from lrviz.commands.compare.parting import Comparison
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.origin import split_factory
from lrviz.spec.refused import override_options
from lrviz.spec.style import PLAIN_STYLE, styles
from lrviz.system.files import STDIO


@dataclass(frozen=True, eq=False, repr=False)
class Compared:
    """What a comparison gives; `str` of it is what the command prints.

    Attributes:
        run: all that was compared as one run, to be drawn.
        text: what is told of it.
        parted: whether they part.
        data: all of it as plain data, as `docs/output.md` has it.
        comparisons: of schedules, one a param group; empty beside a log.
        held: of a plan and a log: where they part, and what happened; None without a log.
    """

    run: Run
    text: str
    parted: bool
    data: Mapping[str, object]
    comparisons: tuple[Comparison, ...] = ()
    held: Held | None = None

    @property
    def parts(self) -> int | None:
        """The first step at which anything parts; None for never."""
        steps = [each.difference.parts for each in self.comparisons if each.difference]
        steps += [each.first for each in self.held.partings] if self.held else []
        return min((each for each in steps if each is not None), default=None)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def combine_runs(runs: Sequence[Run], names: Sequence[str]) -> Run:
    """Return one run with the curves of all, each called after its run.

    Of its title and of the figure's options it has what all specs agree on, and `light` for a
    style; without a title it says what is scheduled, and its legend the rest. The x axis counts
    epochs where every spec says so; where none says anything, it does if all have as many epochs
    but not as many steps in one; else steps.

    Args:
        runs: at least one.
        names: as many, no two alike.

    Raises:
        UsageError: what they agree on makes no figure.
    """
    curves = [
        replace(curve, label=" · ".join(filter(None, (name, curve.label))))
        for run, name in zip(runs, names, strict=True)
        for curve in run.curves
    ]
    titles = {run.spec.title for run in runs}
    spec = replace(
        runs[0].spec,
        title=titles.pop() if len(titles) == 1 else None,
        schedules=tuple(each for run in runs for each in run.spec.schedules),
        figure=_agree_on_options(runs),
    )
    return Run(
        spec,
        tuple(curves),
        tuple(facts for run in runs for facts in run.schedulers),
        tuple(dict.fromkeys(line for run in runs for line in run.warnings)),
    )


def _agree_on_options(runs: Sequence[Run]) -> FigureOptions:
    figures = [run.figure for run in runs]
    given = [{name: getattr(each, name) for name in each.model_fields_set} for each in figures]
    agreed = {
        name: value
        for name, value in given[0].items()
        if all(name in other and other[name] == value for other in given)
    }
    if not any("x" in each for each in given) and _share_epochs(runs):
        agreed["x"] = "epoch"
    return override_options(FigureOptions(style=styles()[PLAIN_STYLE]), agreed)


def _share_epochs(runs: Sequence[Run]) -> bool:
    """Whether all runs have as many epochs, but not as many steps in one."""
    lengths = {(each.epochs, each.steps_per_epoch) for run in runs for each in run.spec.schedules}
    return len(lengths) > 1 and len({epochs for epochs, _ in lengths}) == 1


def name_sources(sources: Sequence[str], titles: Sequence[str | None]) -> tuple[str, ...]:
    """Return a name for every source, no two alike.

    A file is called after its name without an ending; where several have the same, by its whole
    path. Standard input is called by its spec's title. What still looks the same, as one file named
    twice does, is numbered.

    Args:
        sources: the specs as the user named them.
        titles: as many; None for a spec without one.

    >>> name_sources(["a/step.yaml", "b/step.yaml", "cos.yaml"], [None, None, None])
    ('a/step.yaml', 'b/step.yaml', 'cos')
    >>> name_sources(["step.yaml", "step.png", "step.png"], [None, None, None])
    ('step.yaml', 'step.png', 'step.png (2)')
    >>> name_sources(["a/step.yaml", "a/step.yaml"], [None, None])
    ('step', 'step (2)')
    """
    names = dict(zip(sources, map(_name_source, sources, titles), strict=True))
    counts = Counter(names.values())
    for source in set(sources) - {STDIO}:
        if counts[names[source]] > 1:
            names[source] = str(PurePath(source))
    return tuple(_number([names[source] for source in sources]))


def _name_source(source: str, title: str | None) -> str:
    """Return what a source is called where no other has the same name."""
    if source == STDIO:
        return " ".join((title or "").split()) or "standard input"
    named = split_factory(source)
    return named.attribute if named else PurePath(source).stem or source


def _number(names: Sequence[str]) -> list[str]:
    """Return the names, each that came before with a number behind it."""
    numbered: list[str] = []
    for name in names:
        tried = chain([name], (f"{name} ({number})" for number in count(2)))
        numbered.append(next(each for each in tried if each not in numbered))
    return numbered
