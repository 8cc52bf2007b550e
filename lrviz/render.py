"""One spec to one figure's bytes."""

from lrviz.drive import simulate
from lrviz.figurefile import Rendered, render_run
from lrviz.spec import Spec
from lrviz.targets import Format


def render(spec: Spec, format: Format, *, metadata: bool = True) -> Rendered:
    """Drive a spec and return its figure; as `lrviz.figurefile.render_run`.

    Raises:
        SpecError: torch cannot drive the spec, or the figure asks for what the run lacks.
    """
    run = simulate(spec)
    drawn = render_run(run, format, metadata=metadata)
    return Rendered(drawn.data, (*run.warnings, *drawn.warnings))
