"""The panel of what a plateau scheduler is given: when it is drawn, and what it shows."""

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

import lrviz
from lrviz.draw.outputs import plot
from lrviz.errors import SpecError
from lrviz.run.driven import Run
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.style import styles

PLATEAU = {"ReduceLROnPlateau": {"patience": 1, "factor": 0.5}}


def simulate(metric: object = (3, 2, 1, 1), **keys: Any) -> Run:
    """Return a run of four epochs, of which a plateau scheduler is given a metric."""
    tree = {"epochs": 4, "scheduler": PLATEAU, "figure": {"style": "light"}, **keys}
    given = {"metric": list(metric) if isinstance(metric, tuple) else metric} if metric else {}
    return lrviz.simulate(parse_tree(tree | given, Source()))


def draw(run: Run, **options: Any) -> Axes:
    """Return the last panel of a run's figure."""
    return plot(run, **options).axes[-1]


def lines(axes: Axes) -> list[list[tuple[float, float]]]:
    """Return the points of every line that has any."""
    data = (np.asarray(each.get_xydata()).tolist() for each in axes.lines)
    return [[(x, y) for x, y in each] for each in data if each]


@pytest.mark.parametrize(("style", "panels"), [("article", 1), ("light", 2), ("dark", 2)])
def test_light_and_dark_show_it_unasked(style: str, panels: int) -> None:
    labels = [axes.get_ylabel() for axes in plot(simulate(), style=style).axes]
    assert [each for each in labels if each] == ["Learning Rate", "Metric"][:panels]


def test_it_is_left_out_where_the_spec_names_panels_or_nothing_is_given() -> None:
    step = {"StepLR": {"step_size": 2}}
    for run in (
        simulate(figure={"style": "light", "panels": ["lr"]}),
        simulate(None, scheduler=step),
        simulate(scheduler=step),  # of which it is said that it is not used
    ):
        assert len(plot(run).axes) == 1
    assert draw(simulate(), style="article", panels=["lr", "metric"]).get_ylabel() == "Metric"


def test_it_stands_at_the_steps_that_calls_follow() -> None:
    """After the last of each three steps: 2, 5, 8 and 11."""
    run = simulate(steps_per_epoch=3, interval="epoch")
    assert lines(draw(run)) == [[(2, 3), (5, 2), (8, 1), (11, 1)]]
    epochs = np.array(lines(draw(run, x="epoch"))[0])
    np.testing.assert_allclose(epochs[:, 0], [2 / 3, 5 / 3, 8 / 3, 11 / 3])
    assert lines(draw(run, xlim=(4, 9))) == [[(2, 3), (5, 2), (8, 1), (11, 1)]]


def test_what_is_no_number_leaves_a_gap_and_moves_no_limit() -> None:
    axes = draw(simulate((3, math.nan, math.inf, 1)))
    assert [y for _, y in lines(axes)[0]][::3] == [3, 1]
    assert np.isnan(lines(axes)[0][1][1])
    assert axes.get_ylim() == pytest.approx((0.8, 3.2))  # a tenth of 2 on either side


def test_a_gap_stays_one_on_a_log_axis() -> None:
    with pytest.warns(UserWarning, match="metric: a log axis"):
        axes = draw(simulate((1, math.nan, 0, 0.1)), yscale="log")
    ys = [y for _, y in lines(axes)[0]]
    assert (ys[0], ys[2], ys[3]) == (1, axes.get_ylim()[0], 0.1)
    assert np.isnan(ys[1])


def test_a_held_value_is_dashed_from_the_first_call_without_one_of_its_own() -> None:
    """Of four calls of two steps, after steps 1, 3, 5 and 7, the last two are given the 2 again."""
    axes = draw(simulate((3, 2), steps_per_epoch=2, interval="epoch"))
    assert lines(axes) == [[(1, 3), (3, 2)], [(3, 2), (5, 2), (7, 2)]]
    own, held = axes.lines
    assert (own.get_linestyle(), held.get_linestyle()) == ("-", "--")
    assert held.get_markerfacecolor() == "#ffffff"


def test_every_curve_has_one_line_in_the_colour_of_its_first_group() -> None:
    groups = [{"lr": 0.1}, {"lr": 0.2}]
    run = simulate(
        None,
        optimizer={"SGD": {"lr": 0.1, "param_groups": groups}},
        curves={"a": {"metric": [4, 3, 2, 1]}, "b": {"metric": [1, 2, 3, 4]}},
    )
    axes = draw(run)
    drawn = [each for each in axes.lines if np.size(each.get_ydata())]
    assert [np.asarray(each.get_ydata()).tolist() for each in drawn] == [[4, 3, 2, 1], [1, 2, 3, 4]]
    colors = styles()["light"].colors
    assert [each.get_color() for each in drawn] == [colors[0], colors[2]]


def test_a_scheduler_that_takes_none_has_no_such_panel() -> None:
    figure = {"panels": ["lr", "metric"]}
    run = simulate(None, scheduler={"StepLR": {"step_size": 2}}, figure=figure)
    with pytest.raises(SpecError, match="scheduler StepLR takes no metric; leave the panel out"):
        plot(run)


def test_a_record_says_no_panels_that_a_style_adds() -> None:
    """What earlier versions wrote says the same, and its figures are not stale."""

    def style(**keys: Any) -> Any:
        figure: Any = simulate(**keys).spec.canonical["figure"]
        return figure["style"]

    for keys in (
        {},
        {"figure": {"style": "article"}},
        {"figure": {"style": "light", "panels": ["lr"]}},
        {"metric": None, "scheduler": {"StepLR": {"step_size": 2}}},
    ):
        assert "panels" not in style(**keys)


def test_a_style_as_earlier_versions_wrote_it_draws_one_panel() -> None:
    style = styles()["light"].model_dump(mode="json", exclude={"panels"})
    assert len(plot(simulate(figure={"style": style})).axes) == 1


def test_a_metric_above_the_learning_rate_leaves_the_axis_as_long_as_the_run() -> None:
    spec = {
        "epochs": 3,
        "steps_per_epoch": 4,
        "interval": "epoch",
        "scheduler": {"ReduceLROnPlateau": {"patience": 0}},
        "metric": [3, 2, 2],
        "figure": {"panels": ["metric", "lr"]},
    }
    assert [axes.get_xlim() for axes in lrviz.plot(lrviz.simulate(spec)).axes] == [(0, 12)] * 2
