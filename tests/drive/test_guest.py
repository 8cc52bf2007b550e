"""A guest in somebody's process: what all code there shares is left as it was, by every thread."""

import atexit
import decimal
import gc
import locale
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from threading import Event, Thread
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import torch
import yaml
from matplotlib import pyplot
from PIL import Image, ImageFile
from torch.nn.modules import module as modules
from torch.optim import optimizer as optimizers

import lrviz
from lrviz.draw.vector import draw_vector
from lrviz.spec.catalog import OPTIMIZERS
from lrviz.system.process import hide_warnings
from tests.support.calls import CALLS, TEXT, build, draw, make_optimizer, make_run, preview
from tests.support.specs import ROOT

STRANGE = {"savefig.facecolor": "#ff0000", "font.size": 31.0, "lines.linewidth": 7.0}
FLOAT_STATES = {"over": "raise", "invalid": "raise", "divide": "raise", "under": "raise"}


def take_in_python() -> dict[str, object]:
    """Return what a process has once, as far as Python has it."""
    return {
        "folder": Path.cwd(),
        "environment": dict(os.environ),
        "path": (sys.path[:], sys.meta_path[:], sys.path_hooks[:], sys.argv[:]),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "locale": locale.setlocale(locale.LC_ALL),
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug()),
        "signals": [signal.getsignal(each) for each in signal.valid_signals()],
        "logging": (logging.root.level, logging.root.handlers[:], logging.root.manager.disable),
        "interpreter": (sys.getrecursionlimit(), sys.getswitchinterval(), sys.gettrace()),
        "hooks": (sys.excepthook, threading.excepthook, sys.displayhook, sys.unraisablehook),
        "exit": atexit._ncallbacks(),
        "threads": threading.active_count(),
        "decimal": str(decimal.getcontext()),
        "filters": list(warnings.filters),
        "the list of them": id(warnings.filters),
        "showwarning": (warnings.showwarning, warnings.formatwarning),
        "warned of once": dict(warnings.onceregistry),  # type: ignore[attr-defined]
        "random": random.getstate(),
    }


def take_in_libraries() -> dict[str, object]:
    """Return what a process has once, as far as libraries have it."""
    return {
        "numpy": (np.geterr(), np.geterrcall(), np.get_printoptions()),
        "numpy's random": str(np.random.get_state(legacy=False)),
        "torch's random": torch.get_rng_state().tolist(),
        "torch": (torch.get_default_dtype(), torch.get_default_device(), torch.is_grad_enabled()),
        "exact": (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
            torch.backends.cudnn.deterministic,
            torch.backends.cudnn.benchmark,
        ),
        "speed": (torch.get_num_threads(), torch.get_float32_matmul_precision()),
        "hooks of optimizers": (
            dict(optimizers._global_optimizer_pre_hooks),
            dict(optimizers._global_optimizer_post_hooks),
            vars(torch.optim.Optimizer).copy(),
            torch.optim.SGD.step,
        ),
        "hooks of modules": (
            dict(modules._global_forward_hooks),
            dict(modules._global_parameter_registration_hooks),
        ),
        "matplotlib": (dict(mpl.rcParams), dict(mpl.rcParamsDefault), mpl.get_backend()),
        "pyplot": (pyplot.get_fignums(), pyplot.isinteractive()),
        "pictures": (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES),
        "yaml": (
            dict(yaml.SafeLoader.yaml_constructors),
            dict(yaml.SafeLoader.yaml_implicit_resolvers),
        ),
    }


def take_in() -> dict[str, object]:
    return take_in_python() | take_in_libraries()


def list_changed(before: dict[str, object]) -> list[str]:
    after = take_in()
    return [name for name, value in before.items() if after[name] != value]


@pytest.fixture
def settled(thawed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A process whose owner has set all that he can in his own way."""
    monkeypatch.chdir(tmp_path)
    exact = torch.get_deterministic_debug_mode()
    threshold = gc.get_threshold()
    with ExitStack() as stack:
        stack.enter_context(mpl.rc_context(STRANGE))  # type: ignore[arg-type]
        stack.enter_context(np.errstate(**FLOAT_STATES))  # type: ignore[arg-type]
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(torch.no_grad())
        stack.callback(torch.set_deterministic_debug_mode, exact)
        stack.callback(torch.set_default_dtype, torch.get_default_dtype())
        stack.callback(gc.set_threshold, *threshold)
        warnings.filterwarnings("always", "what its owner wants to hear")
        torch.set_deterministic_debug_mode("warn")
        torch.set_default_dtype(torch.float64)
        gc.set_threshold(7777, 7, 7)
        yield


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("name", CALLS)
def test_every_function_leaves_what_a_process_has_once_as_it_was(name: str) -> None:
    CALLS[name]()  # what is imported on the way is another test's
    before = take_in()
    CALLS[name]()
    assert list_changed(before) == []


MODULES = """
import sys
import torch.utils._device  # as a factory here does by setting the default one
from io import BytesIO
from matplotlib.figure import Figure
from tests.support.calls import CALLS, build_with_a_model
import lrviz.commands.compare.comparing, lrviz.commands.face, lrviz.draw.guest, lrviz.drive.copying
import lrviz.figure.image, lrviz.linter.engine, lrviz.run.notebook, lrviz.spec.meant
for format in ("png", "webp", "svg"):
    Figure().savefig(BytesIO(), format=format)
lrviz.draw.vector.draw_vector(lrviz.simulate({"epochs": 2, "scheduler": "LinearLR"}), "pdf")

def refuse_imports(names):
    known = set(sys.modules)
    for name in names:
        CALLS[name]()
        new = [each for each in set(sys.modules) - known if "encodings." not in each]
        assert not new, (name, len(new), new[:5])

with_optimizer = [name for name in CALLS if name.startswith("preview") or "model" in name]
refuse_imports(name for name in CALLS if name not in with_optimizer)
assert "torch._inductor.config" not in sys.modules
build_with_a_model()  # an optimizer imports it
refuse_imports(with_optimizer)
"""

COMPILER = """
import torch
import torch._inductor.config as compiler
from lrviz import simulate
from tests.support.calls import CALLS, build

def build_exactly(optimizer):
    torch.use_deterministic_algorithms(True)
    assert compiler.deterministic
    return build(optimizer)

for own in (True, False):
    compiler.deterministic = own
    for name, call in CALLS.items():
        if name.startswith(("simulate", "preview")):
            call()
            assert compiler.deterministic == own, name
    simulate(build_exactly, steps=2)
    assert compiler.deterministic == own
    assert not torch.are_deterministic_algorithms_enabled()
"""


def run_code(code: str) -> None:
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_module_is_imported_that_was_not_there() -> None:
    run_code(MODULES)


@pytest.mark.slow
def test_no_setting_of_the_compiler_is_left_changed() -> None:
    run_code(COMPILER)


def raise_here(*_: object) -> None:
    raise AssertionError("a hook was called")


@pytest.fixture
def _hooked() -> Iterator[None]:
    """Hooks for all optimizers, which bear no call."""
    handles = [
        optimizers.register_optimizer_step_pre_hook(raise_here),
        optimizers.register_optimizer_step_post_hook(raise_here),
    ]
    yield
    for handle in handles:
        handle.remove()


def build_and_step(optimizer: torch.optim.Optimizer) -> Any:
    scheduler = build(optimizer)
    optimizer.step()
    return scheduler


@pytest.mark.usefixtures("_hooked")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_hooks_of_all_optimizers_are_not_called_with_a_dummy(name: str) -> None:
    spec = f"{{epochs: 2, optimizer: {name}, scheduler: {{StepLR: {{step_size: 1}}}}}}"
    assert lrviz.simulate(lrviz.parse_spec(spec)).steps == 2
    assert lrviz.simulate(build_and_step, steps=2, optimizer=name).steps == 2


@pytest.mark.usefixtures("_hooked")
def test_no_hook_of_an_optimizer_is_called_with_its_copy_or_by_a_factory() -> None:
    optimizer = make_optimizer()
    optimizer.register_step_pre_hook(raise_here)
    optimizer.register_step_post_hook(raise_here)
    scheduler = build(optimizer)
    assert lrviz.preview(scheduler, steps=2).steps == 2
    assert lrviz.simulate(lambda: scheduler, steps=2).steps == 2
    with pytest.raises(AssertionError, match="a hook was called"):
        optimizer.step()


def warn() -> None:
    warnings.warn("said", UserWarning, stacklevel=1)


@pytest.mark.parametrize("name", ["parse_spec", "simulate a spec", "simulate a factory", "preview"])
def test_what_was_warned_of_once_is_not_warned_of_again(name: str) -> None:
    """It is after drawing, as matplotlib itself sets filters."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(2):
            CALLS[name]()
            warn()
    assert [str(each.message) for each in caught] == ["said"]


def test_warnings_are_hidden_from_one_thread_only_and_those_that_are_meant() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with hide_warnings("sa.d"):
            warn()
            warnings.warn("said by the way", UserWarning, stacklevel=1)
            warnings.warn("not said", UserWarning, stacklevel=1)
            thread = Thread(target=warn)
            thread.start()
            thread.join()
    assert [str(each.message) for each in caught] == ["not said", "said"]


def test_filters_that_others_set_or_set_aside_meanwhile_hold() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        first, second = hide_warnings(), warnings.catch_warnings()
        first.__enter__()
        warnings.filterwarnings("always", "another's")
        second.__enter__()  # as in another thread, whose block ends later
        first.__exit__(None, None, None)
        warn()
        second.__exit__(None, None, None)
        warn()
        assert warnings.filters[0][0] == "always"
        assert list(warnings.filters[1:]) == before
    assert len(caught) == 2


def test_what_code_draws_on_a_gpu_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = torch.Generator()  # stands for the one of a device that this machine may not have
    monkeypatch.setattr(torch.cuda, "default_generators", (gpu,))

    def build_there(optimizer: torch.optim.Optimizer) -> Any:
        torch.rand(3, generator=gpu)
        return build(optimizer)

    before = gpu.get_state().tolist()
    lrviz.simulate(build_there, steps=2)
    assert gpu.get_state().tolist() == before


def do_all() -> list[object]:
    """Return what every function gives; the values are known of none."""
    run = lrviz.simulate(lrviz.parse_spec(TEXT))
    return [
        run.lr.tolist(),
        str(run),
        lrviz.simulate(build, steps=4).lr.tolist(),
        preview().lr.tolist(),
        *(draw(run, style=style) for style in ("article", "dark")),
        draw_vector(run, "svg")[0],
        run._repr_mimebundle_()[0]["image/png"],
    ]


@pytest.mark.usefixtures("settled")
def test_eight_threads_at_once_get_what_one_gets_and_leave_no_trace() -> None:
    alone = do_all()
    before, interval = take_in(), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: do_all(), range(8)))
    finally:
        sys.setswitchinterval(interval)
    assert [each == alone for each in found] == [True] * 8
    assert list_changed(before) == []


TIMM = """
import sys
from concurrent.futures import ThreadPoolExecutor
import lrviz.drive

names = ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler") * 3
texts = [f"{{epochs: 3, scheduler: {{timm.{each}: {{t_initial: 3}}}}}}" for each in names]
sys.setswitchinterval(1e-5)
with ThreadPoolExecutor(9) as pool:
    list(pool.map(lambda text: lrviz.simulate(lrviz.parse_spec(text)), texts))
assert not [name for name in sys.modules if name.partition(".")[0] == "timm"]
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("timm") is None, reason="timm is not installed")
def test_threads_that_need_parts_of_a_library_at_once_all_get_them() -> None:
    run_code(TIMM)


def build_with_another_type(optimizer: torch.optim.Optimizer) -> Any:
    torch.set_default_dtype(torch.float16)
    time.sleep(0.02)
    return build(optimizer)


OVERLAPPING: dict[str, tuple[str, Callable[[], object]]] = {
    "simulate": ("lrviz.drive.loop.make_calls", make_run),
    "simulate a factory": ("lrviz.drive.built.make_calls", CALLS["simulate a factory"]),
    "simulate what sets a type": (
        "lrviz.drive.built.make_calls",
        lambda: lrviz.simulate(build_with_another_type, steps=2),
    ),
    "preview": ("lrviz.drive.built.make_calls", preview),
    "plot": ("lrviz.draw.outputs.Painter.paint", CALLS["plot"]),
    "savefig": ("matplotlib.figure.Figure.draw", lambda: draw(make_run())),
}


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("name", OVERLAPPING)
def test_calls_that_lie_over_each_other_leave_no_trace(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, call = OVERLAPPING[name]
    monkeypatch.setattr(where, slowed(where))
    call()
    before = take_in()
    with ThreadPoolExecutor(6) as pool:
        for each in [pool.submit(call) for _ in range(6)]:
            each.result()
    assert list_changed(before) == []


def slowed(where: str) -> Callable[..., object]:
    """Return a function that takes so long that all threads are inside at once, if they can be."""
    original = resolve_name(where)

    def slow(*given: Any, **options: Any) -> object:
        time.sleep(0.02)
        return original(*given, **options)

    return slow


def test_what_others_do_while_a_thread_looks_ahead_is_not_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, done = Event(), Event()

    def wait(epoch: int) -> float:
        if epoch == 2:
            inside.set()
            assert done.wait(60)
        return 0.9**epoch

    monkeypatch.chdir(tmp_path.parent)
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    expected = [draw_numbers() for _ in range(2)]
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    thread = Thread(target=preview, args=(wait,))
    with warnings.catch_warnings():
        thread.start()
        assert inside.wait(60)
        first = draw_numbers()
        os.chdir(tmp_path)
        warnings.filterwarnings("always", "what its owner wants to hear")
        own = warnings.filters[0]
        done.set()
        thread.join()
        assert [first, draw_numbers()] == expected
        assert Path.cwd() == tmp_path
        assert own in warnings.filters


def draw_numbers() -> tuple[float, float, float]:
    return random.random(), np.random.rand(), float(torch.rand(()))


def test_in_another_thread_too_torchs_defaults_are_left_alone() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lrviz.simulate, build_with_another_type, steps=2).result()
    assert torch.get_default_dtype() == torch.float32
