"""A run's figure as one HTML file that needs nothing else: hover and arrow keys read its numbers.

It carries the record that a PNG would, so it is read wherever a figure is.
"""

import json
from base64 import b64encode
from html import escape
from string import Template

from lrviz.draw.fonts import drawing_versions
from lrviz.draw.places import Placed, draw_placed
from lrviz.draw.titles import describe_schedulers
from lrviz.errors import Problem
from lrviz.figure.record import build_record
from lrviz.figure.scripted import build_script
from lrviz.page.assets import build_policy, read_asset
from lrviz.run.driven import Run
from lrviz.system.versions import CREATOR

_PAGE, _STYLE, _SCRIPTS = "figure.html", "figure.css", ("reader.js", "figure.js")


def render_page(run: Run) -> tuple[bytes, tuple[Problem, ...]]:
    """Return the page of a run's figure, and what is worth saying of it.

    The same run gives the same bytes.

    Raises:
        SpecError: the figure asks for what the run lacks.
    """
    placed = draw_placed(run)
    record = build_record(run, drawing_versions(placed.fonts, run.spec.packages))
    page, style = (read_asset(__package__, each) for each in (_PAGE, _STYLE))
    script = "\n".join(read_asset(__package__, each) for each in _SCRIPTS)
    width, height = map(round, placed.size)
    looks = {"ground": placed.background, "ink": placed.foreground, "ratio": width / height}
    style = f":root {{ {'; '.join(f'--{key}: {value}' for key, value in looks.items())} }}\n{style}"
    text = Template(page).substitute(
        creator=CREATOR,
        policy=build_policy(style, script),
        style=style,
        script=script,
        title=escape(run.spec.title or describe_schedulers(run.schedulers) or CREATOR),
        picture=b64encode(placed.svg).decode(),
        told=escape(str(run)),
        width=width,
        height=height,
        record=build_script(record),
        view=_dump(build_view(run, placed)),
    )
    return text.encode(), tuple(map(run.remark, placed.warnings))


def build_view(run: Run, placed: Placed) -> dict[str, object]:
    """Return where everything stands in a picture, as plain data."""
    per_epoch, *others = {curve.steps_per_epoch for curve in run.curves}
    is_told = not others and any(curve.steps > per_epoch for curve in run.curves)
    return {
        "epoch": per_epoch if is_told else 1,
        "panels": [
            panel._asdict() | {"lines": [line._asdict() for line in panel.lines]}
            for panel in placed.panels
        ],
    }


def _dump(view: dict[str, object]) -> str:
    """Return plain data as JSON that ends no element."""
    return json.dumps(view, separators=(",", ":")).replace("<", "\\u003c")
