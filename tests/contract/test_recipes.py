"""The recipes give every batch the LR that the trainer they are named after gives it.

Each trainer's loop is written out here from what it does at a batch, one after another.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

import lrviz
from tests.support.lrvizrun import run
from tests.support.specs import ROOT

RECIPES = ROOT / "configs/recipes"
DECAYS: Mapping[str, Callable[[float], float]] = {
    "linear": lambda done: 1.0 - done,
    "sqrt": lambda done: 1.0 - math.sqrt(done),
    "minus_sqrt": lambda done: 1.0 - math.sqrt(done),
    "cosine": lambda done: 0.5 * (1.0 + math.cos(math.pi * done)),
    "exponential": lambda done: 2.0 * math.pow(0.5, done) - 1.0,
}

Rates = Iterator[Mapping[str, float]]
"""The LR of each param group, batch by batch."""


def nanogpt() -> Rates:
    """The loop reads the LR at its top and ends behind the batch whose number is max_iters."""
    highest, lowest, warmup, last = 1e-3, 1e-4, 100, 5000
    batch = 0
    while True:
        if batch < warmup:
            rate = highest * (batch + 1) / (warmup + 1)
        else:
            share = 0.5 * (1.0 + math.cos(math.pi * (batch - warmup) / (last - warmup)))
            rate = lowest + share * (highest - lowest)
        yield {"": rate}
        batch += 1
        if batch > last:
            return


def torchtitan_wsd(style: str = "sqrt") -> Rates:
    """One stable step more than there is room for, and each part counted from 1."""
    total, warmup, decay = 1000, 200, round(1000 * 0.2)
    stable = total + 1 - warmup - decay
    for batch in range(total):
        if batch < warmup:
            share = (batch + 1) / warmup
        elif batch < warmup + stable:
            share = 1.0
        else:
            share = DECAYS[style]((batch + 1 - warmup - stable) / decay)
        yield {"": 3e-4 * share}


def megatron_wsd(style: str = "minus_sqrt") -> Rates:
    """Counts samples, of which it has seen none at the first batch."""
    batch_size, iterations, highest, lowest = 256, 4000, 8e-4, 8e-6
    warmup, length, decay = (batch_size * each for each in (100, iterations, 800))
    samples = 0
    for _ in range(iterations):
        if samples <= warmup:
            rate = 0.0 + (highest - 0.0) * samples / warmup
        elif samples <= length - decay:
            rate = highest
        else:
            share = DECAYS[style]((samples - (length - decay)) / decay)
            rate = lowest + share * (highest - lowest)
        yield {"": rate}
        samples += batch_size


def ultralytics(style: str = "linear") -> Rates:
    """The epoch's LR is set before its batches, then overwritten by every batch of the warm-up."""
    epochs, batches, first, last = 100, 40, 0.01, 0.01
    warmup = round(3.0 * batches)
    starts = {"weight": 0.0, "bn": 0.0, "bias": 0.1}
    for epoch in range(epochs):
        target = first * (DECAYS[style](epoch / epochs) * (1.0 - last) + last)
        for batch in range(batches):
            seen = batch + batches * epoch
            yield {
                name: float(np.interp(seen, [0, warmup], [start, target]))
                for name, start in starts.items()
            }


def detectron2() -> Rates:
    """A factor of the warm-up and one of the milestones that are behind."""
    for batch in range(90_000):
        part = min(batch / 1000, 1.0)
        warm = 0.001 * (1 - part) + part
        yield {"": 0.02 * warm * 0.1 ** bisect_right([60_000, 80_000], batch)}


def composer_cosine() -> Rates:
    """The scheduler is stepped behind each batch, and only then is the batch counted."""
    warmup, length, lowest = 100, 4800, 0.1

    def share(counted: int) -> float:
        if counted < warmup:
            return counted / warmup
        done = min((counted - warmup) / (length - warmup), 1.0)
        return lowest + (1.0 - lowest) * (1 + math.cos(done * math.pi)) / 2

    counted, rate = 0, 6e-4 * share(0)
    while counted < length:
        yield {"": rate}
        rate = 6e-4 * share(counted)
        counted += 1


def fairseq_tri_stage() -> Rates:
    """A rate a step in the warm-up, a factor a step in the decay."""
    length, highest = 20_000, 5e-5
    warmup, hold, decay = (int(length * phase) for phase in (0.1, 0.4, 0.5))
    first = 0.01 * highest
    for updates in range(length):
        if updates < warmup:
            rate = first + (highest - first) / warmup * updates
        elif updates < warmup + hold:
            rate = highest
        else:
            rate = highest * math.exp(math.log(0.05) / decay * (updates - warmup - hold))
        yield {"": rate}


def noam() -> Rates:
    """The paper's formula, whose steps are counted from 1."""
    for step in range(1, 20_001):
        yield {"": 1 / math.sqrt(512) * min(1 / math.sqrt(step), step / 4000**1.5)}


def layerwise_decay() -> Rates:
    """One LR by the fraction of an epoch, and a scale for each block; the head, 13, has it all."""
    epochs, batches, warmup, highest, lowest = 100, 10, 5, 2e-3, 1e-6
    for epoch in range(epochs):
        for batch in range(batches):
            now = batch / batches + epoch
            if now < warmup:
                rate = highest * now / warmup
            else:
                share = 0.5 * (1.0 + math.cos(math.pi * (now - warmup) / (epochs - warmup)))
                rate = lowest + (highest - lowest) * share
            yield {f"layer_{block}": rate * 0.65 ** (13 - block) for block in range(1, 13)}


TRAINERS: Mapping[str, Callable[[], Rates]] = {
    each.__name__: each
    for each in (
        *(nanogpt, torchtitan_wsd, megatron_wsd, ultralytics, detectron2),
        *(composer_cosine, fairseq_tri_stage, noam, layerwise_decay),
    )
}
STYLES: Mapping[str, tuple[Callable[[str], Rates], tuple[str, ...]]] = {
    "torchtitan_wsd": (torchtitan_wsd, ("linear", "cosine")),
    "megatron_wsd": (megatron_wsd, ("linear", "cosine", "exponential")),
}


def read(name: str) -> str:
    return (RECIPES / f"{name}.yaml").read_text("utf-8")


def assert_trains(spec: lrviz.Spec, rates: Rates) -> None:
    """Check that a spec's curve is what a loop trains with, to 1e-12 of the highest LR."""
    (curve,) = lrviz.simulate(spec).curves
    expected = list(rates)
    assert curve.groups == tuple(expected[0])
    values = np.array([list(each.values()) for each in expected]).T
    assert curve.lr.shape == values.shape
    for group, wanted in zip(curve.lr, values, strict=True):
        np.testing.assert_allclose(group, wanted, rtol=0, atol=1e-12 * wanted.max())


def test_every_recipe_has_its_loop_here() -> None:
    assert {path.stem for path in RECIPES.iterdir()} == set(TRAINERS)


@pytest.mark.parametrize("name", TRAINERS)
def test_a_recipe_trains_as_its_trainer_does(name: str) -> None:
    assert_trains(lrviz.load(RECIPES / f"{name}.yaml"), TRAINERS[name]())


@pytest.mark.parametrize(
    ("name", "style"), [(name, style) for name, (_, known) in STYLES.items() for style in known]
)
def test_so_does_each_other_decay_that_a_recipe_tells_of(name: str, style: str) -> None:
    """Its comment says `d = SHARE; STYLE: DECAY; STYLE: DECAY`, its own style first."""
    text = read(name)
    told = re.search(r"\bd = (.*);", text)
    decays = dict(re.findall(r"(\w+): ([^;\n]+)", "".join(re.findall(r"    # .*\n", text))))
    assert told is not None
    share = f"({told[1]})"
    own, other = (
        re.sub(r"\bd\b", share, decays[each].replace("(d)", share))
        for each in (next(iter(decays)), style)
    )
    assert text.count(own) == 1
    assert_trains(lrviz.parse_spec(text.replace(own, other)), STYLES[name][0](style))


def test_so_does_ultralytics_with_its_cosine() -> None:
    text = read("ultralytics")
    told = re.search(r"cos_lr: for .* / epochs (.*)\n", text)
    assert told is not None
    linear = "1 - floor(step / steps_per_epoch) / epochs"
    assert text.count(linear) == 3
    assert_trains(lrviz.parse_spec(text.replace(linear, told[1])), ultralytics("cosine"))


@pytest.mark.parametrize("name", TRAINERS)
def test_a_recipe_says_what_it_is_and_explains_its_formula(name: str) -> None:
    lines = read(name).splitlines()
    (formula,) = (place for place, line in enumerate(lines) if "lr_lambda:" in line)
    assert lines[0].startswith("# ")
    assert lines[formula - 1].lstrip().startswith("# ")


def test_the_linter_has_nothing_to_say_of_them() -> None:
    result = run("lint", RECIPES)
    assert (result.status, result.text) == (0, "")


def test_what_keeps_it_silent_is_what_their_trainers_do() -> None:
    """LR017 is about a first step with an LR of 0: four of these trainers have one."""
    silent = {name for name in TRAINERS if lrviz.load(RECIPES / f"{name}.yaml").lint.ignore}
    firsts = {name: next(loop()) for name, loop in TRAINERS.items()}
    assert silent == {name for name, first in firsts.items() if 0 in first.values()}


def test_a_log_axis_has_a_place_for_what_is_not_below_a_ten_thousandth_of_the_peak(
    tmp_path: Path,
) -> None:
    result = run("plot", RECIPES / "ultralytics.yaml", "-o", tmp_path / "a.png")
    assert (result.status, result.stderr) == (0, "")
    result = run("plot", RECIPES / "layerwise_decay.yaml", "-o", tmp_path / "a.png")
    in_view = lrviz.simulate(lrviz.load(RECIPES / "layerwise_decay.yaml")).lr[:, 1:]
    below = int((in_view <= 1e-4 * in_view.max()).sum())
    assert f"only marks {below} of {in_view.size} values" in result.stderr
