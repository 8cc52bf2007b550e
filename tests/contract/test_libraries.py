"""`docs/libraries.md` runs: its specs give what the libraries' own objects give in a loop."""

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import lrviz
from lrviz.errors import SpecError
from lrviz.spec.model import Spec
from tests.support.lrvizrun import run
from tests.support.specs import ROOT
from tests.support.training import make_optimizer, train

PAGE = (ROOT / "docs/libraries.md").read_text("utf-8")


@dataclass(frozen=True)
class Line:
    """What the page says of a library."""

    text: str
    name: str

    @property
    def spec(self) -> Spec:
        """As the command of the page reads it."""
        return lrviz.parse_spec(self.text, allow=[self.name])


def _read(section: str) -> Line:
    text = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    command = re.search(r"`--allow (\S+)`", section)
    assert text is not None
    assert command is not None
    return Line(text[1], command[1])


LINES = {title.split()[0]: _read(title) for title in PAGE.split("\n## ")[1:]}

# With the page's numbers written out, by the library's own words for them.
BY_HAND: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "diffusers": (
        "diffusers.optimization",
        "get_cosine_schedule_with_warmup",
        {"num_warmup_steps": 100, "num_training_steps": 1000},
    ),
    "pytorch-optimizer": (
        "pytorch_optimizer.lr_scheduler",
        "get_wsd_schedule",
        {"num_warmup_steps": 100, "num_stable_steps": 700, "num_decay_steps": 200},
    ),
    "monai": (
        "monai.optimizers.lr_scheduler",
        "WarmupCosineSchedule",
        {"warmup_steps": 100, "t_total": 1000, "end_lr": 1e-6},
    ),
    "mmengine": ("mmengine.optim.scheduler", "CosineAnnealingLR", {"T_max": 12, "eta_min": 1e-5}),
    "DeepSpeed": (
        "deepspeed.runtime.lr_schedules",
        "WarmupCosineLR",
        {"total_num_steps": 1000, "warmup_num_steps": 100},
    ),
}


# What else the page says is driven, and what each of these needs.
BESIDE: Sequence[tuple[str, str, Mapping[str, Any]]] = (
    ("pytorch-optimizer", "CosineScheduler", {"t_max": 20, "max_lr": 0.1, "warmup_steps": 4}),
    ("pytorch-optimizer", "LinearScheduler", {"t_max": 20, "max_lr": 0.1, "warmup_steps": 4}),
    ("pytorch-optimizer", "PolyScheduler", {"t_max": 20, "max_lr": 0.1, "poly_order": 2.0}),
    ("pytorch-optimizer", "REXScheduler", {"total_steps": 20, "max_lr": 0.1}),
    ("mmengine", "LinearLR", {"start_factor": 0.1, "begin": 2, "end": 9, "by_epoch": False}),
    ("DeepSpeed", "WarmupLR", {"warmup_num_steps": 6}),
    ("DeepSpeed", "WarmupDecayLR", {"total_num_steps": 20, "warmup_num_steps": 6}),
    ("DeepSpeed", "OneCycle", {"cycle_min_lr": 1e-4, "cycle_max_lr": 1e-2, "decay_lr_rate": 0.1}),
    ("DeepSpeed", "LRRangeTest", {"lr_range_test_step_size": 5}),
)

# mmengine compiles as it is imported.
imports_mmengine = pytest.mark.filterwarnings("ignore:`torch.jit")


def _import(library: str, attribute: str) -> Callable[..., Any]:
    """Return a library's class or function; without the library the test of it ends here."""
    module = BY_HAND[library][0]
    if find_spec(module.partition(".")[0]) is None:
        pytest.skip(f"{library} is not installed, so that its curve is not compared")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


def test_every_library_of_the_page_is_driven_by_hand_here() -> None:
    assert LINES.keys() == BY_HAND.keys()
    assert all(line.name == ":".join(BY_HAND[each][:2]) for each, line in LINES.items())


@pytest.mark.parametrize("library", LINES)
def test_a_spec_of_the_page_is_one_and_names_what_its_command_allows(library: str) -> None:
    line = LINES[library]
    assert line.spec.scheduler.name == line.name
    with pytest.raises(SpecError, match=f"{line.name}'; a class or function of your own is named"):
        lrviz.parse_spec(line.text)


@pytest.mark.parametrize("library", LINES)
def test_a_library_that_is_missing_is_told(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line, missing = LINES[library], BY_HAND[library][0].partition(".")[0]

    def find(name: str) -> object:
        return None if name == missing else find_spec(name)

    monkeypatch.setattr("lrviz.spec.catalog.external.find_spec", find)
    for module in [each for each in sys.modules if each.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(SpecError) as caught:
        lrviz.simulate(line.spec)
    assert str(caught.value).endswith(
        f"{line.name}: no module '{missing}'; install it, or put its folder on PYTHONPATH"
    )


@imports_mmengine
@pytest.mark.parametrize("library", LINES)
def test_a_spec_of_the_page_gives_what_the_librarys_own_object_does(
    library: str, tmp_path: Path
) -> None:
    line, (_, attribute, arguments) = LINES[library], BY_HAND[library]
    made = _import(library, attribute)
    optimizer = make_optimizer("SGD", {"lr": 1e-3})
    epochs, each, interval = (12, 100, "epoch") if library == "mmengine" else (1, 1000, "step")
    expected = train(optimizer, made(optimizer, **arguments), epochs, each, interval).lr
    assert len({*expected[0]}) > 10
    assert lrviz.simulate(line.spec).curves[0].lr.tolist() == expected
    (tmp_path / "a.yaml").write_text(line.text)
    done = run("plot", "a.yaml", "--allow", line.name, cwd=tmp_path)
    assert (done.status, done.text) == (0, "a.png\n"), done.stderr


@imports_mmengine
@pytest.mark.parametrize(("library", "attribute", "arguments"), BESIDE)
def test_what_else_the_page_names_is_driven_as_by_hand(
    library: str, attribute: str, arguments: Mapping[str, Any]
) -> None:
    made, name = _import(library, attribute), f"{BY_HAND[library][0]}:{attribute}"
    optimizer = make_optimizer("AdamW", {"lr": 1e-3})
    expected = train(optimizer, made(optimizer, **arguments), 20)
    tree = {"steps": 20, "optimizer": {"AdamW": {"lr": 1e-3}}, "scheduler": {name: arguments}}
    (curve,) = lrviz.simulate(lrviz.parse_spec(json.dumps(tree), allow=[name])).curves
    assert len({*expected.lr[0]}) > 2
    assert curve.lr.tolist() == expected.lr
    assert curve.momentum is not None
    assert curve.momentum.tolist() == expected.momentum


@imports_mmengine
@pytest.mark.parametrize(
    ("library", "attribute", "arguments", "why"),
    [
        ("diffusers", "get_scheduler", {}, "it does not take an optimizer first"),
        ("mmengine", "ReduceOnPlateauLR", {"monitor": "loss"}, "metrics type should be dict"),
    ],
)
def test_what_the_page_says_is_not_driven_is_told(
    library: str, attribute: str, arguments: Mapping[str, Any], why: str
) -> None:
    _import(library, attribute)
    name = f"{BY_HAND[library][0]}:{attribute}"
    tree = {"steps": 20, "metric": [1.0], "scheduler": {name: arguments}}
    with pytest.raises(SpecError, match=why):
        lrviz.simulate(lrviz.parse_spec(json.dumps(tree), allow=[name]))
