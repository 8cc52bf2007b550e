"""Every function of the package, called as a guest in somebody's process calls it."""

import io
import os
import random
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from torch.optim import lr_scheduler

import lrviz
from lrviz import Run
from tests.support.specs import ROOT

TEXT = """
epochs: 6
scheduler:
  SequentialLR:
    schedulers: [LinearLR: {total_iters: 2}, LambdaLR: {lr_lambda: "1if epoch < 2 else 0.5"}]
    milestones: [2]
figure: {size: [3, 2], dpi: 50}
"""


def make_optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)


def make_run() -> Run:
    return lrviz.simulate(lrviz.parse_spec(TEXT))


def draw(run: Run, format: str = "png", **options: Any) -> bytes:
    file = io.BytesIO()
    lrviz.plot(run, **options).savefig(file, format=format)
    return file.getvalue()


def draw_run(format: str) -> None:
    draw(make_run(), format)


def preview(factor: Callable[[int], float] = lambda epoch: 0.9**epoch) -> Run:
    return lrviz.preview(lr_scheduler.LambdaLR(make_optimizer(), factor), steps=4)


def build(optimizer: torch.optim.Optimizer) -> Any:
    return lr_scheduler.StepLR(optimizer, 2)


def build_with_a_model() -> Any:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout())
    random.random()
    model(torch.ones(2))
    return lr_scheduler.StepLR(torch.optim.Adam(model.parameters()), 2)


def build_and_change_everything(optimizer: torch.optim.Optimizer) -> Any:
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    os.chdir("/")
    torch.set_default_dtype(torch.float16)
    torch.set_default_device("meta")
    torch.set_grad_enabled(True)
    torch.set_deterministic_debug_mode("error")
    return build(optimizer)


def fail(optimizer: object) -> None:
    raise ValueError


def refuse(call: Callable[[], object]) -> None:
    with suppress(lrviz.LrvizError):
        call()


CALLS: dict[str, Callable[[], object]] = {
    "load": lambda: lrviz.load(ROOT / "configs/steplr.yaml"),
    "load nothing": lambda: refuse(lambda: lrviz.load("nowhere.yaml")),
    "parse_spec": lambda: lrviz.parse_spec(TEXT),
    "parse_spec of no spec": lambda: refuse(lambda: lrviz.parse_spec("{epochs: 1if}")),
    "simulate a spec": make_run,
    "simulate what torch refuses": lambda: refuse(
        lambda: lrviz.simulate(lrviz.parse_spec("{epochs: 2, scheduler: {StepLR: {step_size: 0}}}"))
    ),
    "simulate a factory": lambda: lrviz.simulate(build, steps=4),
    "simulate a factory with a model": lambda: lrviz.simulate(build_with_a_model, steps=4),
    "simulate what changes everything": lambda: lrviz.simulate(
        build_and_change_everything, steps=4
    ),
    "simulate what raises": lambda: refuse(lambda: lrviz.simulate(fail, steps=4)),
    "preview": preview,
    "preview of what draws": lambda: preview(lambda epoch: random.random() if epoch else 1.0),
    "preview of what raises": lambda: refuse(lambda: preview(lambda epoch: 1 / (2 - epoch))),
    "plot": lambda: lrviz.plot(make_run(), style="dark"),
    "plot on axes": lambda: lrviz.plot(TEXT, ax=Figure().subplots()),
    "a notebook's figure": lambda: lrviz.plot(TEXT)._repr_mimebundle_(),  # type: ignore[attr-defined]
    "lint": lambda: lrviz.lint(TEXT),
    "compare": lambda: lrviz.compare(TEXT, TEXT),
    "plot of no such option": lambda: refuse(lambda: lrviz.plot(make_run(), styl="dark")),
    **{f"savefig {each}": partial(draw_run, each) for each in ("png", "svg", "pdf", "webp")},
    "a sentence": lambda: str(make_run()),
    "a notebook": lambda: make_run()._repr_mimebundle_(),
}
