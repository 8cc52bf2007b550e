"""The article's figures are drawn as the article draws them, and the stored ones are up to date."""

import json
import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.ticker import MultipleLocator
from torch.optim import lr_scheduler

import lrviz
from lrviz.figure.chunks import read_record
from lrviz.system.versions import installation
from tests.support import pictures
from tests.support.lrvizrun import run
from tests.support.pictures import decode, hold_against
from tests.support.specs import ROOT

SGD = torch.optim.SGD

# The arguments as the article gives them; 4 epochs of 8 steps, learning rate 1e-3.
ARTICLE: dict[str, Callable[[SGD], Any]] = {
    "steplr": lambda sgd: lr_scheduler.StepLR(sgd, step_size=4, gamma=0.5),
    "multisteplr": lambda sgd: lr_scheduler.MultiStepLR(sgd, milestones=[8, 24, 28], gamma=0.5),
    "constantlr": lambda sgd: lr_scheduler.ConstantLR(sgd, factor=0.5, total_iters=8),
    "linearlr": lambda sgd: lr_scheduler.LinearLR(sgd, start_factor=0.5, total_iters=8),
    "exponentiallr": lambda sgd: lr_scheduler.ExponentialLR(sgd, gamma=0.5),
    "polynomiallr": lambda sgd: lr_scheduler.PolynomialLR(sgd, total_iters=8, power=1),
    "polynomiallr_power2": lambda sgd: lr_scheduler.PolynomialLR(sgd, total_iters=8, power=2),
    "cosineannealinglr": lambda sgd: lr_scheduler.CosineAnnealingLR(sgd, T_max=32, eta_min=1e-4),
    "cosineannealingwarmrestarts": lambda sgd: lr_scheduler.CosineAnnealingWarmRestarts(
        sgd, T_0=8, T_mult=1, eta_min=1e-4
    ),
    "cycliclr_triangular": lambda sgd: lr_scheduler.CyclicLR(
        sgd, base_lr=1e-4, max_lr=1e-3, step_size_up=4, mode="triangular"
    ),
    "cycliclr_triangular2": lambda sgd: lr_scheduler.CyclicLR(
        sgd, base_lr=1e-4, max_lr=1e-3, step_size_up=4, mode="triangular2"
    ),
    "onecyclelr_cos": lambda sgd: lr_scheduler.OneCycleLR(
        sgd, max_lr=1e-3, steps_per_epoch=8, epochs=4, anneal_strategy="cos"
    ),
    "onecyclelr_linear": lambda sgd: lr_scheduler.OneCycleLR(
        sgd, max_lr=1e-3, steps_per_epoch=8, epochs=4, anneal_strategy="linear"
    ),
}

# What the article describes without a figure, or draws without saying every argument.
BESIDE = ("cycliclr_exp_range", "reducelronplateau", "lambdalr", "multiplicativelr")
BEYOND = ("sequentiallr", "chainedscheduler", "swalr", "warmup_cosine", "onecyclelr_momentum")
NAMES = (*ARTICLE, *BESIDE, *BEYOND)


def config(name: str) -> Path:
    return ROOT / "configs" / f"{name}.yaml"


def figure(name: str) -> Path:
    return ROOT / "figures" / f"{name}.webp"


def train(name: str) -> list[float]:
    """The learning rate that each of 32 steps trains with, read before the step."""
    model = torch.nn.Linear(1, 1)
    optimizer = SGD(model.parameters(), lr=1e-3)
    scheduler = ARTICLE[name](optimizer)
    rates = []
    for _ in range(32):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


@pytest.fixture
def _plain_pyplot() -> Iterator[None]:
    """Matplotlib as a script finds it, and as the next test expects it."""
    with mpl.rc_context():
        mpl.rcdefaults()
        plt.switch_backend("agg")
        yield
        plt.close("all")


def draw(rates: list[float]) -> bytes:
    """The article's recipe."""
    _, axes = plt.subplots(figsize=(10, 5), dpi=100)
    axes.plot(range(32), rates, color="black", marker="o")
    axes.set_xlim(0, 32)
    axes.set_ylim(0, 1.1e-3)
    axes.set_xlabel("Steps")
    axes.set_ylabel("Learning Rate")
    axes.spines["top"].set_visible(False)
    axes.spines["right"].set_visible(False)
    axes.xaxis.set_major_locator(MultipleLocator(8))
    axes.xaxis.set_minor_locator(MultipleLocator(1))
    file = BytesIO()
    plt.savefig(file, format="png")
    return file.getvalue()


@pytest.mark.usefixtures("_plain_pyplot")
@pytest.mark.parametrize("name", ARTICLE)
def test_the_article_s_figure_is_drawn_pixel_for_pixel(name: str, tmp_path: Path) -> None:
    expected = decode(draw(train(name)))
    assert expected.shape == (500, 1000, 4)
    for ending in ("png", "webp"):
        target = tmp_path / f"{name}.{ending}"
        result = run("plot", config(name), "-o", target)
        assert (result.status, result.stderr) == (0, "")
        np.testing.assert_array_equal(decode(target.read_bytes()), expected)


def test_no_two_of_the_article_s_figures_are_the_same() -> None:
    curves = {name: tuple(train(name)) for name in ARTICLE}
    assert len(set(curves.values())) == len(ARTICLE) == 13


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_was_drawn_from_the_spec_beside_it(name: str) -> None:
    assert lrviz.load(figure(name)) == lrviz.load(config(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_shows_what_is_drawn_now(name: str, tmp_path: Path) -> None:
    target = tmp_path / "now.webp"
    assert run("plot", config(name), "-o", target).status == 0
    hold_against(figure(name).read_bytes(), target.read_bytes())


@pytest.mark.parametrize(
    ("other", "raised"), [("lrviz", AssertionError), ("torch", pytest.skip.Exception)]
)
def test_other_numbers_are_seen_whatever_but_torch_drew_them(
    other: str, raised: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    then, now = (figure(name).read_bytes() for name in ("steplr", "linearlr"))
    records = {data: json.loads(read_record(data) or "{}") for data in (then, now)}
    records[now]["versions"][other] = "0"
    monkeypatch.setattr(pictures, "read_record", lambda data: json.dumps(records[data]))
    with pytest.raises(raised):
        hold_against(then, now)


def draw_sheet(folder: Path, language: str) -> str:
    """Draw what is old of the figures of a language, and of their sheet; return what was drawn."""
    specs = sorted((folder / "configs" / language).glob("*.yaml"))
    figures = folder / "figures" / language
    done = run("batch", *specs, "-o", figures, "--sheet", figures / "cheat_sheet.webp")
    assert done.status == 0, done.stderr
    return done.text


@pytest.mark.usefixtures("timm", "transformers")
@pytest.mark.parametrize("language", ["", "zh"])
def test_a_sheet_and_the_figures_on_it_are_up_to_date(language: str, tmp_path: Path) -> None:
    stored = json.loads(read_record(figure("steplr").read_bytes()) or "{}")["versions"]
    if stored != stored | installation():
        pytest.skip("drawn with other versions")
    for name in ("configs", "figures"):
        shutil.copytree(ROOT / name, tmp_path / name)
    assert draw_sheet(tmp_path, language) == ""


def test_a_sheet_of_other_specs_is_seen(tmp_path: Path) -> None:
    for path in (config("steplr"), figure("steplr"), figure("cheat_sheet")):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / path.parent.name)
    assert draw_sheet(tmp_path, "").endswith("cheat_sheet.webp\n")


def test_every_spec_has_its_figure_and_every_figure_its_spec() -> None:
    specs, figures = (
        {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.*")}
        for folder in (ROOT / "configs", ROOT / "figures")
    )
    assert figures == specs | {"cheat_sheet", "zh/cheat_sheet"}
    assert specs >= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_spec_says_what_it_shows(name: str) -> None:
    assert config(name).read_text("utf-8").startswith("# ")


def test_a_figure_carries_its_spec_and_its_numbers() -> None:
    record = json.loads(read_record(figure("steplr").read_bytes()) or "{}")
    assert record["spec"]["scheduler"] == {"StepLR": {"step_size": 4, "gamma": 0.5}}
    assert "0.0005" in json.dumps(record["numbers"])
