"""Specs to figure files, one after another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lrviz.errors import LrvizError
from lrviz.files import write_file, write_stdout
from lrviz.sources import load
from lrviz.startup import quick_imports
from lrviz.targets import Target


@dataclass(frozen=True)
class Outcome:
    """What became of one target.

    Attributes:
        target: what was to be drawn.
        warnings: what is worth saying, one line each.
        error: why nothing was written; None where the figure was.
    """

    target: Target
    warnings: tuple[str, ...] = ()
    error: LrvizError | None = None

    @property
    def written(self) -> str | None:
        """The path that was written; None where there is none to tell."""
        path = self.target.path
        return str(path) if path is not None and self.error is None else None


def iter_plots(
    targets: Sequence[Target],
    overrides: Sequence[tuple[str, str]] = (),
    *,
    metadata: bool = True,
) -> Iterator[Outcome]:
    """Draw and write every target, and yield what became of each; none stops the others."""
    for target in targets:
        try:
            warnings = _plot(target, overrides, metadata=metadata)
        except LrvizError as error:
            yield Outcome(target, error=error)
        else:
            yield Outcome(target, warnings)


def _plot(
    target: Target, overrides: Sequence[tuple[str, str]], *, metadata: bool
) -> tuple[str, ...]:
    spec = load(target.source, overrides=overrides)
    with quick_imports():  # only now: a spec that is wrong is said to be so at once
        from lrviz.render import render
    rendered = render(spec, target.format, metadata=metadata)
    if target.path is None:
        write_stdout(rendered.data)
    else:
        write_file(target.path, rendered.data)
    return rendered.warnings
