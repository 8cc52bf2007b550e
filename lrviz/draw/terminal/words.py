"""What a picture in characters says in words, numbers aside."""

from collections.abc import Iterator
from dataclasses import dataclass

from lrviz.draw.terminal.text import clean
from lrviz.run.driven import Run

UNITS = {"step": "steps", "epoch": "epochs"}
"""What an x axis is called that counts steps, or epochs."""

MISSING = "only lr is drawn in characters"
"""What is said where the figure has other panels."""


@dataclass(frozen=True)
class Words:
    """Everything that a picture says, as its terminal can show it.

    Attributes:
        title: empty for none.
        xlabel: of the x axis.
        ylabel: of the y axis.
        names: one a line, of the legend; empty where there is none.
        missing: what is asked for and not drawn; empty for nothing.
    """

    title: str
    xlabel: str
    ylabel: str
    names: tuple[str, ...]
    missing: str


def find_words(run: Run, *, ascii_only: bool) -> Words:
    """Return what a run's picture says."""
    options = run.figure
    names = [clean(name, ascii_only=ascii_only) for name in _name_lines(run)]
    legend = len(names) > 1 if options.legend is None else options.legend
    ylabel = options.ylabel if options.panels[0] == "lr" else None
    return Words(
        title=clean(run.spec.title or "", ascii_only=ascii_only),
        xlabel=clean(
            UNITS[options.x] if options.xlabel is None else options.xlabel, ascii_only=ascii_only
        ),
        ylabel=clean("lr" if ylabel is None else ylabel, ascii_only=ascii_only),
        names=tuple(names) if legend else (),
        missing="" if options.panels == ("lr",) else MISSING,
    )


def _name_lines(run: Run) -> Iterator[str]:
    """Yield a name for every param group of every curve, as a figure has it."""
    for index, curve in enumerate(run.curves):
        label = curve.label or (run.schedulers[index].name if index < len(run.schedulers) else "")
        for group in curve.groups:
            parts = (label, group) if len(run.curves) > 1 or not group else (group,)
            yield " · ".join(filter(None, parts)) or "?"
