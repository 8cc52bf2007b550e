"""What a spec may have imported: the catalog, what the user allows, what packages list."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import torch

import lrviz
from lrviz.commands.look_up import complete_scheduler
from lrviz.errors import SpecError, UsageError
from lrviz.figure.image import encode_image
from lrviz.spec.catalog.external import find_entry_point, list_entry_points
from tests.support.lrvizrun import run
from tests.support.scripts import recorded
from tests.support.training import make_optimizer, train

HALVING = """
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau, StepLR

    class Halving(LRScheduler):
        def __init__(self, optimizer: Optimizer, every: int, factor: float = 0.5, last_epoch=-1):
            self.every, self.factor = every, factor
            super().__init__(optimizer, last_epoch)

        def get_lr(self):
            return [lr * self.factor ** (self.last_epoch // self.every) for lr in self.base_lrs]

    class Offering(LRScheduler):
        def get_lr(self):
            return [lr * getattr(self, "metric", 1) for lr in self.base_lrs]

        def step(self, metrics=None):
            self.metric = 1 if metrics is None else metrics
            super().step()

    class Numbering(Offering):
        def step(self, epoch=None, metrics=None):
            super().step(epoch)

    class Bare:
        def __init__(self, opt: Optimizer, fall):
            self.opt, self.fall = opt, fall

        def step(self):
            for group in self.opt.param_groups:
                group["lr"] -= self.fall
                group["momentum"] /= 2
                group["weight_decay"] += 0.25

    class Plateau(ReduceLROnPlateau):
        pass

    class Judging:
        def __init__(self, optimizer):
            self.optimizer = optimizer

        def step(self, val_loss, *, quiet=True):
            self.optimizer.param_groups[0]["lr"] = val_loss

    class Numbered:
        def __init__(self, optimizer):
            pass

        def step(self, epoch):
            pass

    class Stepless:
        def __init__(self, optimizer):
            pass

    class Elsewhere:
        def __init__(self, name, optimizer):
            pass

        def step(self):
            pass

    class Failing(StepLR):
        def __init__(self, optimizer):
            raise ValueError("no luck")

    value = 4
"""

MAKERS = """
    from functools import partial
    from torch.optim import SGD
    from torch.optim.lr_scheduler import ExponentialLR, LRScheduler, ReduceLROnPlateau, StepLR

    calls = []

    def halve(optimizer, every: int, factor: float = 0.5, last_epoch=-1):
        calls.append(every)
        return StepLR(optimizer, every, factor, last_epoch)

    halve_soon = partial(halve, every=1)
    shrink = lambda optim: ExponentialLR(optim, 0.5)

    class Maker:
        def __call__(self, optimizer, every=1):
            return halve(optimizer, every)

    make = Maker()

    class ByHand:
        def __init__(self, groups):
            self.groups = groups

        def step(self):
            for group in self.groups:
                group["lr"] /= 2

    def by_hand(o):
        return ByHand(o.param_groups)

    def judge(optimizer) -> "whatever":
        return ReduceLROnPlateau(optimizer, factor=0.5, patience=0)

    class Offering(LRScheduler):
        def get_lr(self):
            return [lr * getattr(self, "metric", 1) for lr in self.base_lrs]

        def step(self, metrics=None):
            self.metric = 1 if metrics is None else metrics
            super().step()

    def offer(optimizer):
        return Offering(optimizer)

    def nothing(optimizer):
        StepLR(optimizer, 1)

    def pair(optimizer):
        return [optimizer], [StepLR(optimizer, 1)]

    def same(optimizer):
        return optimizer

    def name(optimizer):
        return StepLR

    def another(optimizer):
        return StepLR(SGD(optimizer.param_groups[0]["params"], 0.1), 1)

    class Numbered:
        def step(self, epoch):
            pass

    def number(optimizer):
        return Numbered()

    def last(step_size, optimizer):
        return StepLR(optimizer, step_size)

    def alone():
        pass

    def fail(optimizer):
        raise ValueError("no luck")

    def leave(optimizer):
        raise SystemExit(0)
"""

AddModule = Callable[..., str]

# A module that one test has imported stays: the next one's has another name.
NUMBERS = count()


@pytest.fixture
def add_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddModule:
    """A function that has a module importable under a name that no other test has."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def add(text: str = HALVING) -> str:
        name = f"of_test_{next(NUMBERS)}"
        (folder / f"{name}.py").write_text(dedent(text))
        return name

    return add


def text_of(name: str, arguments: str = "{}", **rest: str) -> str:
    more = "".join(f"{key}: {value}\n" for key, value in rest.items())
    return f"epochs: 4\nsteps_per_epoch: 2\nscheduler:\n  {name}: {arguments}\n{more}"


def problem_of(name: str, arguments: str = "{}", **rest: str) -> str:
    with pytest.raises(SpecError) as caught:
        lrviz.simulate(lrviz.parse_spec(text_of(name, arguments, **rest), allow=[name]))
    (problem,) = caught.value.problems
    return str(problem).partition(f"scheduler.{name}")[2]


# What a spec may not name, at whatever depth.

HOSTILE = (
    "os.system",
    "os:system",
    "torch.hub.load",
    "torch.hub:load",
    "logging.os.system",
    "torch.optim.lr_scheduler.types.FunctionType",
    "torch.optim.lr_scheduler:StepLR",
    "transformers.pipeline",
    "timm.scheduler.CosineLRScheduler",
    "side_effect",
    "side_effect.Scheduler",
    "side_effect:Scheduler",
    "St\u0435pLR",  # Cyrillic
    "\uff33tepLR",  # full width
    "StepLR\u200b",  # a space of no width
    "timm.\u0421osineLRScheduler",
    "__import__",
    "../side_effect",
    "",
)


def shapes(name: str) -> list[dict[str, Any]]:
    """Return specs that have a name at every place where a scheduler or optimizer may stand."""
    children = [{"ChainedScheduler": {"schedulers": [name]}}]
    nested = {"SequentialLR": {"schedulers": children, "milestones": []}}
    good = "LinearLR"
    trees: list[dict[str, Any]] = [
        {"scheduler": name},
        {"scheduler": {name: {"a": 1}}},
        {"scheduler": nested},
        {"scheduler": good, "optimizer": {name: {}}},
        {"curves": {"a": {"scheduler": good}, "b": {"scheduler": {name: {}}}}},
        {"scheduler": good, "sweep": {"scheduler": [good, name]}},
        {"scheduler": {name: {"a": 1}}, "sweep": {f"scheduler.{name}.a": [1, 2]}},
    ]
    return [{"epochs": 2, **tree} for tree in trees]


WATCHED = """
    import json, sys
    from pathlib import Path

    import lrviz
    import lrviz.reading.sources
    import lrviz.spec.belonging
    from lrviz.errors import SpecError
    from lrviz.spec.parse import parse_tree
    from lrviz.spec.origin import Source

    seen = []
    sys.addaudithook(lambda event, details: seen.append((event, str(details[:1]))))
    trees = json.loads(Path(sys.argv[1]).read_text())
    for tree in trees:
        try:
            parse_tree(tree, Source())
        except SpecError as error:
            assert len(error.problems) == 1, error
            assert "unknown" in str(error), error
        else:
            raise AssertionError(f"not refused: {tree}")
    for name in sys.argv[2:]:
        try:
            lrviz.load(name)
        except SpecError as error:
            assert "unknown scheduler" in str(error), error
        else:
            raise AssertionError(f"not refused: {name}")
    print(json.dumps([seen, sorted(sys.modules)]))
"""


def test_what_a_spec_may_not_name_is_refused_before_any_import(tmp_path: Path) -> None:
    (tmp_path / "side_effect.py").write_text(
        "from pathlib import Path\nPath(__file__).with_name('done').write_text('')\n"
    )
    trees = [tree for name in HOSTILE for tree in shapes(name)]
    (tmp_path / "trees.json").write_text(json.dumps(trees))
    figures = []
    for index, name in enumerate(HOSTILE):
        record = {"format": 1, "spec": shapes(name)[2], "versions": {}, "numbers": None}
        pixels = np.zeros((2, 2, 3), dtype=np.uint8)
        figures.append(f"{index}.png")
        (tmp_path / figures[-1]).write_bytes(encode_image(pixels, "png", 100, json.dumps(record)))
    (tmp_path / "watched.py").write_text(dedent(WATCHED))
    done = subprocess.run(
        [sys.executable, "watched.py", "trees.json", *figures],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    seen, modules = json.loads(done.stdout)
    imported = {details for event, details in seen if event == "import"}
    roots = {each.strip("(),'").partition(".")[0] for each in imported}
    assert not roots & {"os", "torch", "transformers", "timm", "side_effect", "posix", "__main__"}
    assert roots <= sys.stdlib_module_names
    assert not {"torch", "transformers", "timm", "side_effect", "torch.hub"} & set(modules)
    forbidden = ("os.system", "os.exec", "os.posix_spawn", "subprocess", "socket", "ctypes")
    assert not [event for event, _ in seen if event.startswith(forbidden)]
    opened = {details for event, details in seen if event == "open"}
    assert not [path for path in opened if "side_effect" in path]
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("St\u0435pLR", r"unknown scheduler 'St\u0435pLR'; did you mean 'StepLR'?"),
        (
            "acme.lr:Ramp",
            "unknown scheduler 'acme.lr:Ramp'; "
            "a class or function of your own is named on the command line, too: "
            "--allow acme.lr:Ramp",
        ),
    ],
)
def test_a_name_that_is_refused_earns_a_remedy(name: str, remedy: str) -> None:
    with pytest.raises(SpecError) as caught:
        lrviz.parse_spec(text_of(name))
    assert str(caught.value).endswith(f"scheduler: {remedy}")


# What `--allow` may name.


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Class", "must be package.module:Name"),
        ("package.module.Class", "must be package.module:Name"),
        ("package:", "must be package.module:Name"),
        (":Class", "must be package.module:Name"),
        ("package:Class.method", "must be package.module:Name"),
        ("package:Class()", "must be package.module:Name"),
        ("package module:Class", "must be package.module:Name"),
        ("../package:Class", "must be package.module:Name"),
        (".package:Class", "must be package.module:Name"),
        ("package..module:Class", "must be package.module:Name"),
        ("package:Class\n", "must be package.module:Name"),
        ("p\u0430ckage:Class", "must be package.module:Name"),
        (f"package:{'C' * 200}", "must be package.module:Name"),
        ("_package:Class", "'_package' is no public name"),
        ("package._private:Class", "'_private' is no public name"),
        ("package:__init__", "'__init__' is no public name"),
        ("package.import:Class", "'import' is no public name"),
        ("os:system", "os is part of Python; it has no schedulers"),
        ("logging.handlers:SocketHandler", "logging is part of Python; it has no schedulers"),
    ],
)
def test_what_could_be_no_scheduler_is_refused_before_any_import(name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        lrviz.parse_spec(text_of("LinearLR"), allow=[name])


def test_what_is_allowed_is_not_imported_before_it_is_driven(add_module: AddModule) -> None:
    module = add_module("raise RuntimeError('imported')")
    name = f"{module}:Class"
    assert lrviz.parse_spec(text_of(name), allow=[name]).scheduler.name == name
    assert problem_of(name) == f": {module} cannot be imported: RuntimeError: imported"
    lrviz.simulate(lrviz.parse_spec(text_of("LinearLR"), allow=[name]))


def test_an_allowed_scheduler_is_driven_and_its_arguments_checked(add_module: AddModule) -> None:
    name = f"{add_module()}:Halving"
    text = text_of(name, "{every: =epochs / 2}")
    (curve,) = lrviz.simulate(lrviz.parse_spec(text, allow=[name])).curves
    assert curve.lr.tolist() == [[1e-3] * 2 + [5e-4] * 2 + [2.5e-4] * 2 + [1.25e-4] * 2]
    assert problem_of(name) == ": every is missing"
    assert problem_of(name, "{every: 2, factor: fast}") == ".factor: must be a number, got 'fast'"
    assert problem_of(name, "{evry: 2, every: 2}") == (
        ".evry: no such argument; did you mean 'every'? (accepts: every, factor)"
    )


def test_a_class_of_nobodys_is_driven_and_all_that_it_moves_recorded(add_module: AddModule) -> None:
    name = f"{add_module()}:Bare"
    optimizer = "{SGD: {lr: 1, momentum: 0.8, weight_decay: 0.5}}"
    text = text_of(name, "{fall: 0.125}", optimizer=optimizer)
    (curve,) = lrviz.simulate(lrviz.parse_spec(text, allow=[name])).curves
    assert curve.lr[0, :3].tolist() == [1.0, 0.875, 0.75]
    assert curve.momentum is not None
    assert curve.momentum[0, :3].tolist() == [0.8, 0.4, 0.2]
    assert curve.weight_decay is not None
    assert curve.weight_decay[0, :3].tolist() == [0.5, 0.75, 1.0]


@pytest.mark.parametrize("attribute", ["Plateau", "Judging"])
def test_what_judges_a_metric_is_given_it(attribute: str, add_module: AddModule) -> None:
    name = f"{add_module()}:{attribute}"
    spec = lrviz.parse_spec(text_of(name, metric="[0.5]"), allow=[name])
    (curve,) = lrviz.simulate(spec).curves
    assert curve.metric is not None
    assert problem_of(name) == ": needs a metric; give `metric` a list, an expression or a csv"


def test_what_may_be_given_a_metric_is_given_the_specs(add_module: AddModule) -> None:
    """Its LR is the metric's multiple of 1e-3."""
    name = f"{add_module()}:Offering"
    spec = lrviz.parse_spec(text_of(name, metric="[0.5, 0.25]"), allow=[name])
    run = lrviz.simulate(spec)
    assert run.curves[0].lr[0, :4].tolist() == [1e-3, 5e-4, 2.5e-4, 2.5e-4]
    assert run.schedulers[0].takes_metric
    later = name.replace("Offering", "Numbering")  # where a number of calls comes first
    numbered = lrviz.simulate(lrviz.parse_spec(text_of(later, metric="[0.5]"), allow=[later]))
    assert numbered.curves[0].lr[0].tolist() == [1e-3] * 8
    without = lrviz.simulate(lrviz.parse_spec(text_of(name), allow=[name]))
    assert without.curves[0].lr[0].tolist() == [1e-3] * 8
    assert not without.schedulers[0].takes_metric


@pytest.mark.parametrize(
    ("attribute", "why"),
    [
        ("value", "is neither a class nor a function; one of them makes a scheduler"),
        ("LRScheduler", "is no scheduler: it is abstract"),
        ("Stepless", "is no scheduler: it has no step()"),
        ("Elsewhere", "is no scheduler: it does not take an optimizer first"),
        ("Optimizer", "is no scheduler: it does not take an optimizer first"),
        ("Numbered", "its step() wants epoch, which lrviz cannot give it"),
    ],
)
def test_what_proves_to_be_no_scheduler_is_told(
    attribute: str, why: str, add_module: AddModule
) -> None:
    assert problem_of(f"{add_module()}:{attribute}") == f": {why}"


EXITS = {
    "import sys; sys.exit(0)": "{module} cannot be imported",
    """
    from torch.optim.lr_scheduler import StepLR

    class Class(StepLR):
        def __init__(self, optimizer):
            raise SystemExit(0)
    """: "{module} fails when it was built with",
    """
    from torch.optim.lr_scheduler import StepLR

    class Class(StepLR):
        def __init__(self, optimizer):
            super().__init__(optimizer, 1)

        def step(self, *given):
            if self.last_epoch == 0:
                raise SystemExit("done")
            super().step(*given)
    """: "{module} fails after step 0 with",
}


@pytest.mark.parametrize("code", EXITS)
def test_what_would_end_the_program_ends_a_spec_alone(code: str, add_module: AddModule) -> None:
    """Else a check would be green, and everything behind it undone."""
    module = add_module(code)
    said = problem_of(f"{module}:Class").removeprefix(": ")
    assert said.startswith(EXITS[code].format(module=module))
    assert said.endswith("sys.exit(), which would end the program")


def test_an_optimizer_that_is_not_taken_first_is_told(add_module: AddModule) -> None:
    module = add_module(
        """
        from torch.optim.lr_scheduler import LRScheduler

        class Last(LRScheduler):
            def __init__(self, step_size, optimizer):
                super().__init__(optimizer)

        class Strange(LRScheduler):
            __signature__ = 3
        """
    )
    why = "is no scheduler: it does not take an optimizer first"
    assert problem_of(f"{module}:Last", "{step_size: 1}") == f": {why}"
    assert problem_of(f"{module}:Strange").startswith(": its arguments are not known: TypeError")


def test_what_it_prints_does_not_stand_in_a_table(tmp_path: Path, add_module: AddModule) -> None:
    module = add_module("print('banner')\n" + dedent(HALVING))
    name = f"{module}:Halving"
    (tmp_path / "a.yaml").write_text(text_of(name, "{every: 2}"))
    done = run("export", tmp_path / "a.yaml", "--allow", name)
    assert (done.status, done.stderr) == (0, "banner\n")
    assert done.text.startswith("step,epoch,")


def test_a_default_that_no_spec_could_hold_goes_to_no_worker(
    tmp_path: Path, add_module: AddModule
) -> None:
    module = add_module(
        """
        from torch.optim.lr_scheduler import StepLR

        class Shaped(StepLR):
            def __init__(self, optimizer, shape=lambda x: 1 - x):
                super().__init__(optimizer, 1)
        """
    )
    name = f"{module}:Shaped"
    for stem in ("a", "b"):
        (tmp_path / f"{stem}.yaml").write_text(text_of(name))
    sources = (tmp_path / "a.yaml", tmp_path / "b.yaml")
    done = run("batch", *sources, "-o", tmp_path / "out", "-j", 2, "--allow", name)
    assert (done.status, done.stderr.splitlines()[-1]) == (0, "2 specs: 2 drawn")


def test_what_is_not_there_is_told(add_module: AddModule) -> None:
    module = add_module()
    assert problem_of(f"{module}:Missing") == f": {module} has no Missing"
    assert problem_of("no_such_package.lr:Class") == (
        ": no module 'no_such_package'; install it, or put its folder on PYTHONPATH"
    )


def test_a_failure_names_the_package(add_module: AddModule) -> None:
    module = add_module()
    text = f": {module} fails when it was built with ValueError: no luck"
    assert problem_of(f"{module}:Failing") == text


def test_only_an_lr_scheduler_may_stand_inside_a_composite(add_module: AddModule) -> None:
    module = add_module()
    good, bad = f"{module}:Halving", f"{module}:Bare"
    children = f"{{schedulers: [{{{good}: {{every: 2}}}}, {{ExponentialLR: {{gamma: 1}}}}]}}"
    spec = lrviz.parse_spec(text_of("ChainedScheduler", children), allow=[good])
    assert lrviz.simulate(spec).curves[0].lr[0, -1] == 1.25e-4
    children = f"{{schedulers: [{{{bad}: {{fall: 0}}}}]}}"
    with pytest.raises(SpecError, match="cannot stand inside another scheduler; it is no LRSch"):
        lrviz.simulate(lrviz.parse_spec(text_of("ChainedScheduler", children), allow=[bad]))


@pytest.mark.parametrize("attribute", ["Halving", "halve"])
def test_every_command_that_takes_a_spec_takes_what_is_allowed(
    attribute: str, add_module: AddModule, tmp_path: Path
) -> None:
    name = f"{add_module(HALVING + MAKERS)}:{attribute}"
    (tmp_path / "a.yaml").write_text(text_of(name, "{every: 2}"))
    commands = (
        ["plot", "a.yaml"],
        ["export", "a.yaml"],
        ["export", "a.png"],
        ["code", "a.yaml"],
        ["batch", "a.yaml", "-o", "figures", "-j", "1"],
        ["check", "a.yaml", "--baselines", "figures", "-j", "1"],
        ["lint", "a.yaml"],
        ["compare", "a.yaml", "a.png"],
        ["show", name],
    )
    for command in commands:
        allowed = run(*command, "--allow", name, cwd=tmp_path)
        assert (allowed.status, command) == (0, command), allowed.stderr
        refused = run(*command, cwd=tmp_path)
        assert (refused.status, command) == (2, command)
        assert f"unknown scheduler '{name}'; " in refused.text + refused.stderr
        wrong = run(*command, "--allow", "os:system", cwd=tmp_path)
        assert (wrong.status, wrong.stdout) == (2, b"")
        assert wrong.stderr == "--allow os:system: os is part of Python; it has no schedulers\n"


def test_a_bare_name_can_be_set(add_module: AddModule) -> None:
    name = f"{add_module()}:Halving"
    text = f"epochs: 4\nscheduler: {name}\n"
    spec = lrviz.parse_spec(text, overrides=[(f"scheduler.{name}.every", "1")], allow=[name])
    assert lrviz.simulate(spec).curves[0].lr[0, -1] == 1.25e-4


# Functions, and all else that makes a scheduler of an optimizer.


@pytest.mark.parametrize(
    ("maker", "arguments"),
    [
        ("halve", "{every: 1}"),
        ("halve_soon", "{}"),
        ("shrink", "{}"),
        ("make", "{}"),
        ("by_hand", "{}"),
    ],
)
def test_whatever_makes_a_scheduler_of_an_optimizer_is_driven(
    maker: str, arguments: str, add_module: AddModule
) -> None:
    name = f"{add_module(MAKERS)}:{maker}"
    run = lrviz.simulate(lrviz.parse_spec(text_of(name, arguments), allow=[name]))
    assert run.curves[0].lr[0].tolist() == [1e-3 / 2**call for call in range(8)]


def test_arguments_of_a_function_are_checked_before_it_is_called(add_module: AddModule) -> None:
    module = add_module(MAKERS)
    name = f"{module}:halve"
    assert problem_of(name) == ": every is missing"
    assert problem_of(name, "{every: 2, factor: fast}") == ".factor: must be a number, got 'fast'"
    assert problem_of(name, "{evry: 2, every: 2}") == (
        ".evry: no such argument; did you mean 'every'? (accepts: every, factor)"
    )
    assert problem_of(name, "{last_epoch: 3, every: 2}").startswith(".last_epoch: is not an arg")
    shown = run("show", name, "--allow", name)
    assert shown.text.splitlines()[2:] == ["every   int    required", "factor  float  0.5"]
    assert sys.modules[module].calls == []


def test_a_function_whose_scheduler_judges_a_metric_is_given_it(add_module: AddModule) -> None:
    """The metric falls once, then stays: every call but the first two is one without progress."""
    name = f"{add_module(MAKERS)}:judge"
    spec = lrviz.parse_spec(text_of(name, metric="[0.5, 0.25]"), allow=[name])
    (curve,) = lrviz.simulate(spec).curves
    assert curve.lr[0].tolist() == [1e-3, 1e-3, 1e-3, *(1e-3 / 2**call for call in range(1, 6))]
    assert problem_of(name) == ": needs a metric; give `metric` a list, an expression or a csv"


def test_a_function_whose_scheduler_may_be_given_a_metric_is_given_the_specs(
    add_module: AddModule,
) -> None:
    name = f"{add_module(MAKERS)}:offer"
    spec = lrviz.parse_spec(text_of(name, metric="[0.5, 0.25]"), allow=[name])
    assert lrviz.simulate(spec).curves[0].lr[0, :3].tolist() == [1e-3, 5e-4, 2.5e-4]
    without = lrviz.simulate(lrviz.parse_spec(text_of(name), allow=[name]))
    assert without.curves[0].lr[0].tolist() == [1e-3] * 8


@pytest.mark.parametrize(
    ("maker", "why"),
    [
        ("nothing", ", returned None"),
        ("pair", ", returned tuple"),
        ("same", ", returned SGD"),
        ("name", ", returned StepLR"),
        ("another", ", returned one of another"),
    ],
)
def test_a_function_that_returns_no_scheduler_is_told(
    maker: str, why: str, add_module: AddModule
) -> None:
    text = "must return a scheduler of the optimizer that it is given"
    assert problem_of(f"{add_module(MAKERS)}:{maker}") == f": {text}{why}"


def test_a_function_that_takes_no_optimizer_first_is_told(add_module: AddModule) -> None:
    module = add_module(MAKERS)
    why = ": is no scheduler: it does not take an optimizer first"
    assert problem_of(f"{module}:last", "{step_size: 1}") == why
    assert problem_of(f"{module}:alone") == why


def test_a_function_whose_scheduler_wants_what_there_is_not_is_told(add_module: AddModule) -> None:
    why = ": its step() wants epoch, which lrviz cannot give it"
    assert problem_of(f"{add_module(MAKERS)}:number") == why


def test_what_a_function_raises_is_told_with_its_package(add_module: AddModule) -> None:
    module = add_module(MAKERS)
    text = f": {module} fails when it was built with"
    assert problem_of(f"{module}:fail") == f"{text} ValueError: no luck"
    assert problem_of(f"{module}:leave") == f"{text} sys.exit(), which would end the program"


def test_what_a_function_makes_may_stand_in_a_composite_where_it_is_torchs(
    add_module: AddModule,
) -> None:
    """It is halved at every call, or every other, until the milestone, then stays."""
    module = add_module(MAKERS)
    for maker, last in (("halve", 1e-3 / 2), ("shrink", 1e-3 / 8)):
        name = f"{module}:{maker}"
        arguments = "every: 2" if maker == "halve" else ""
        children = f"[{{{name}: {{{arguments}}}}}, {{ConstantLR: {{factor: 0.25}}}}]"
        sequence = f"{{schedulers: {children}, milestones: [4]}}"
        spec = lrviz.parse_spec(text_of("SequentialLR", sequence), allow=[name])
        assert lrviz.simulate(spec).curves[0].lr[0, 3] == last
    for maker, why in (("by_hand", "it is no LRScheduler"), ("judge", "torch gives it no metric")):
        name = f"{module}:{maker}"
        chain = f"{{schedulers: [{{{name}: {{}}}}]}}"
        with pytest.raises(SpecError, match=f"cannot stand inside another scheduler; {why}"):
            lrviz.simulate(lrviz.parse_spec(text_of("ChainedScheduler", chain), allow=[name]))


def test_a_function_is_written_as_code_that_runs(add_module: AddModule, tmp_path: Path) -> None:
    name = f"{add_module(MAKERS)}:halve"
    (tmp_path / "a.yaml").write_text(text_of(name, "{every: 2}"))
    code = run("code", "a.yaml", "--allow", name, cwd=tmp_path).text
    assert recorded(code) == [[[1e-3 / 2 ** (call // 2)] for call in range(8)]]


# Arguments that a class hands on to what it is made of.

HANDING_ON = """
    from torch.optim.lr_scheduler import LRScheduler, StepLR

    class Mixin:
        def __init__(self, optimizer, *args, **kwargs):
            super().__init__(optimizer, "lr", *args, **kwargs)

    class Base:
        def __init__(self, optimizer, param_name: str, fall: float, begin: int = 0):
            self.optimizer, self.name, self.fall, self.left = optimizer, param_name, fall, begin

        def step(self):
            self.left -= 1
            for group in self.optimizer.param_groups if self.left < 0 else ():
                group[self.name] -= self.fall

    class Falling(Mixin, Base):
        pass

    class Every(StepLR):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    class EverySecond(StepLR):
        def __init__(self, optimizer, first: float = 1.0, **kwargs):
            optimizer.param_groups[0]["lr"] = first
            super().__init__(optimizer, step_size=2, **kwargs)

    class Named:
        def __init__(self, *args, floor: float = 0.25, **kwargs):
            super().__init__(*args, **kwargs)
            self.floor = floor

    class Mixed(Named, StepLR):
        pass

    class Closed(EverySecond):
        def __init__(self, optimizer, gamma: float = 0.5):
            super().__init__(optimizer, gamma=gamma)
"""


@pytest.mark.parametrize(
    ("attribute", "arguments", "values"),
    [
        ("Falling", "{fall: 2.5e-4, begin: 1}", [1e-3, 1e-3, 7.5e-4]),
        ("Every", "{step_size: 1, gamma: 0.5}", [1e-3, 5e-4, 2.5e-4]),
        ("EverySecond", "{gamma: 0.5}", [1.0, 1.0, 0.5]),
        ("EverySecond", "{first: 2, gamma: 0.5}", [2.0, 2.0, 1.0]),
        ("Mixed", "{step_size: 1, gamma: 0.5, floor: 1}", [1e-3, 5e-4, 2.5e-4]),
        ("Closed", "{}", [1.0, 1.0, 0.5]),
    ],
)
def test_arguments_that_are_handed_on_are_found_along_the_bases(
    attribute: str, arguments: str, values: list[float], add_module: AddModule
) -> None:
    name = f"{add_module(HANDING_ON)}:{attribute}"
    spec = lrviz.parse_spec(text_of(name, arguments), allow=[name])
    assert lrviz.simulate(spec).curves[0].lr[0, :3].tolist() == values


def test_arguments_that_are_handed_on_are_checked(add_module: AddModule) -> None:
    """One that is missing may have been given by the class itself: its base says so if not."""
    name = f"{add_module(HANDING_ON)}:Falling"
    assert problem_of(name, "{fall: fast}") == ".fall: must be a number, got 'fast'"
    assert problem_of(name, "{fal: 1}") == (
        ".fal: no such argument; did you mean 'fall'? (accepts: fall, begin)"
    )
    assert "missing 1 required positional argument: 'fall'" in problem_of(name)
    closed = name.replace("Falling", "Closed")
    assert problem_of(closed, "{first: 1}") == ".first: no such argument (accepts: gamma)"
    shown = run("show", name, "--allow", name).text.splitlines()
    assert shown[2:] == ["fall   float  required", "begin  int    0"]


# What installed packages list.


def add_package(folder: Path, package: str, **names: str) -> None:
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    listed = "".join(f"{name} = {value}\n" for name, value in names.items())
    (info / "entry_points.txt").write_text(f"[lrviz.schedulers]\n{listed}")


def test_an_installed_package_adds_names(add_module: AddModule, tmp_path: Path) -> None:
    module = add_module()
    listed = {"acme.Halving": f"{module}:Halving", "Slow": f"{module}:Halving"}
    add_package(tmp_path / "path", "acme", **listed)
    for name in listed:
        spec = lrviz.parse_spec(text_of(name, "{every: 4}"))
        assert lrviz.simulate(spec).curves[0].lr[0, 4] == 5e-4
        assert spec.packages == ("acme",)
        assert list(complete_scheduler(name)) == [(name, f"{module}:Halving of acme")]
    shown = run("show", "acme.Halving")
    assert (shown.status, shown.text.splitlines()) == (
        0,
        [
            f"acme.Halving: Halving of {module}, listed by acme",
            "",
            "every   int    required",
            "factor  float  0.5",
        ],
    )
    assert "\nadded by other packages\n" in run("list").text
    new = run("new", "acme.Halving")
    assert lrviz.parse_spec(new.text).scheduler.name == "acme.Halving"


def test_extras_of_an_entry_point_say_nothing(add_module: AddModule, tmp_path: Path) -> None:
    module = add_module()
    add_package(tmp_path / "path", "acme", **{"acme.Halving": f"{module}:Halving [fast]"})
    run = lrviz.simulate(lrviz.parse_spec(text_of("acme.Halving", "{every: 4}")))
    assert run.curves[0].lr[0, 4] == 5e-4


def test_a_package_that_has_lost_its_name_stops_nothing(
    add_module: AddModule, tmp_path: Path
) -> None:
    module = add_module()
    add_package(tmp_path / "path", "acme", **{"acme.Halving": f"{module}:Halving"})
    (tmp_path / "path/acme-1.0.dist-info/METADATA").unlink()
    spec = tmp_path / "spec.yaml"
    spec.write_text(text_of("acme.Halving", "{every: 4}"))
    done = run("plot", spec, "-o", tmp_path / "spec.png")
    assert (done.status, done.stderr) == (0, "")
    shown = run("show", "acme.Halving").text
    assert shown.startswith(f"acme.Halving: Halving of {module}, listed by an unknown package\n")


def test_a_name_of_the_catalog_cannot_be_taken(add_module: AddModule, tmp_path: Path) -> None:
    module = add_module("raise RuntimeError('imported')")
    add_package(
        tmp_path / "path",
        "acme",
        **{"StepLR": f"{module}:X", "timm.CosineLRScheduler": f"{module}:X", "no name": "x:X"},
    )
    assert list_entry_points() == {}
    lrviz.simulate(lrviz.parse_spec(text_of("StepLR", "{step_size: 1}")))


def test_two_packages_that_list_one_name_are_both_named(
    add_module: AddModule, tmp_path: Path
) -> None:
    module = add_module()
    for package in ("acme", "other"):
        add_package(tmp_path / "path", package, **{"lr.Ramp": f"{module}:Halving"})
    with pytest.raises(SpecError) as caught:
        lrviz.parse_spec(text_of("lr.Ramp"))
    assert str(caught.value).endswith("is listed by acme and other; uninstall one of them")
    assert run("show", "lr.Ramp").status == 2
    assert run("list").status == 0
    with pytest.raises(UsageError):
        find_entry_point("lr.Ramp")


def test_entry_points_are_not_looked_for_unless_a_name_is_not_known_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: object) -> None:
        raise AssertionError("looked for")

    monkeypatch.setattr("importlib.metadata.entry_points", refuse)
    text = text_of("transformers.get_constant_schedule")
    assert lrviz.parse_spec(text).packages == ("transformers",)
    name = "acme.lr:Ramp"
    assert lrviz.parse_spec(text_of(name), allow=[name]).packages == ("acme",)


# A package that people have.


def train_rex() -> list[list[float]]:
    pytest.importorskip("pytorch_scheduler", reason="pytorch-scheduler is not installed")
    from pytorch_scheduler import RexScheduler

    optimizer: torch.optim.Optimizer = make_optimizer("SGD", {"lr": 1e-3})
    return train(optimizer, RexScheduler(optimizer, total_steps=8), 4, 2).lr


def test_a_scheduler_of_pytorch_scheduler_is_drawn_through_allow(tmp_path: Path) -> None:
    expected = train_rex()
    name = "pytorch_scheduler:RexScheduler"
    (tmp_path / "rex.yaml").write_text(text_of(name, "{total_steps: =total_calls}"))
    drawn = run("plot", "rex.yaml", "--allow", name, cwd=tmp_path)
    assert (drawn.status, drawn.text, drawn.stderr) == (0, "rex.png\n", "")
    spec = lrviz.load(tmp_path / "rex.png", allow=[name])
    np.testing.assert_allclose(lrviz.simulate(spec).curves[0].lr, expected, rtol=1e-12, atol=0)


def test_a_scheduler_of_pytorch_scheduler_is_drawn_through_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = train_rex()
    monkeypatch.syspath_prepend(tmp_path)
    add_package(tmp_path, "rex", **{"pytorch_scheduler.Rex": "pytorch_scheduler:RexScheduler"})
    text = text_of("pytorch_scheduler.Rex", "{total_steps: =total_calls}")
    (tmp_path / "rex.yaml").write_text(text)
    drawn = run("plot", "rex.yaml", cwd=tmp_path)
    assert (drawn.status, drawn.text, drawn.stderr) == (0, "rex.png\n", "")
    spec = lrviz.load(tmp_path / "rex.png")
    np.testing.assert_allclose(lrviz.simulate(spec).curves[0].lr, expected, rtol=1e-12, atol=0)
