"""torch's own schedulers give by themselves what they give with the rest, or are not trusted."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lrviz.drive.whole import VARIABLE, wants_whole
from lrviz.errors import LrvizError
from lrviz.spec.catalog import OPTIMIZERS, SCHEDULERS
from lrviz.spec.parse import parse_spec
from tests.support import both_ways
from tests.support.any_schedules import ARGUMENTS, around, node
from tests.support.lrvizrun import Result, run, run_process
from tests.support.slow import slow_but
from tests.support.specs import CONFIGS, EXAMPLES, ROOT, STEP

WHOLE = {VARIABLE: "1"}
INSTALLED = Path(torch.__file__).parent

# A spec that has torch make a tensor where its optimizer is built.
ADAGRAD = f"{STEP}optimizer: {{Adagrad: {{lr: 0.1}}}}\n"

LINEAR = """
epochs: 8
scheduler: {transformers.get_linear_schedule_with_warmup: {num_warmup_steps: 2}}
"""

OPTIMIZER = st.sampled_from(sorted(OPTIMIZERS)).map(lambda name: {name: {}}) | st.sampled_from(
    [
        {"SGD": {"lr": 0.1, "momentum": 0.9}},
        {"AdamW": {"lr": 3e-4, "weight_decay": 0.1}},
        {"SGD": {"lr": -1}},
        {"SGD": {"param_groups": [{"lr": 0.1}, {"lr": 0.01, "name": "head"}]}},
    ]
)
SCHEDULER = (
    st.sampled_from(sorted(ARGUMENTS)).flatmap(node)
    | st.sampled_from(sorted(ARGUMENTS)).flatmap(node).flatmap(around)
    | st.sampled_from(
        [
            {"LambdaLR": {"lr_lambda": "0.9 ** epoch"}},
            {"LambdaLR": {"lr_lambda": "1 / (epoch - 3)"}},
            {"MultiplicativeLR": {"lr_lambda": "0.95"}},
            {"ReduceLROnPlateau": {"patience": 0, "factor": 0.5}},
            {"MultiStepLR": {"milestones": [2, 5], "gamma": 0.5}},
        ]
    )
)
SPEC = st.fixed_dictionaries(
    {"epochs": st.integers(1, 12), "scheduler": SCHEDULER},
    optional={
        "steps_per_epoch": st.integers(1, 4),
        "interval": st.sampled_from(["step", "epoch"]),
        "optimizer": OPTIMIZER,
        "metric": st.sampled_from(["1 / (1 + step)", [3.0, 2.0, 2.0]]),
    },
)


def drive(way: str, specs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return what came of every spec in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.support.both_ways", way],
        cwd=ROOT,
        input=json.dumps(specs).encode(),
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def generate(count: int) -> list[tuple[str, str]]:
    """Return as many specs of torch's own schedulers, the same each time."""
    found: list[tuple[str, str]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(SPEC)
    def collect(tree: dict[str, Any]) -> None:
        found.append((f"{len(found)}.yaml", yaml.safe_dump(tree)))

    collect()
    return found


def of_torch(path: Path) -> bool:
    """Whether a file is read, and all that it names is torch's own."""
    try:
        return not parse_spec(path.read_text(), str(path)).needs
    except (LrvizError, UnicodeDecodeError):
        return False


def assert_same(specs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Compare both ways, and return how many specs came to what."""
    counts: dict[str, int] = {}
    for spec, alone in zip(specs, drive("alone", specs), strict=True):
        whole = both_ways.drive(*spec, "whole")
        counts[alone[0]] = counts.get(alone[0], 0) + 1
        if alone[0] == "touched":
            assert "Adagrad" in spec[1], (spec, alone)
        else:
            assert alone == whole, spec
    return counts


def test_specs_of_files_give_the_same_to_the_last_bit() -> None:
    paths = [*CONFIGS, *sorted(EXAMPLES.rglob("*.yaml"))]
    specs = [(str(path), path.read_text()) for path in paths if of_torch(path)]
    counts = assert_same(specs)
    assert {path for path in CONFIGS if not of_torch(path)} == {
        path for path in CONFIGS if path.stem.startswith(("timm", "transformers"))
    }
    assert counts["driven"] > 100, counts


def test_generated_specs_give_the_same_to_the_last_bit() -> None:
    counts = assert_same(generate(400))
    assert counts["driven"] > 100, counts
    assert counts["wrong"] > 50, counts


@pytest.mark.slow
def test_a_thousand_generated_specs_give_the_same_to_the_last_bit() -> None:
    assert sum(assert_same(generate(1000)).values()) == 1000


def both(*arguments: object) -> tuple[Result, Result]:
    """Return what a process says that stands in, and this one, which has the whole torch."""
    return run_process(*arguments), run(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("schema",),
        ("show", "OneCycleLR"),
        ("show", "SequentialLR"),
        ("code", ROOT / "configs/onecyclelr_cos.yaml"),
        ("lint", ROOT / "tests/examples/lint/bad"),
        ("compare", *CONFIGS[:2]),
        ("--version",),
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_commands_say_the_same(arguments: tuple[object, ...]) -> None:
    alone, whole = both(*arguments)
    assert alone == whole
    assert alone.text


def test_a_wrong_argument_of_any_scheduler_is_told_in_the_same_words(tmp_path: Path) -> None:
    for name, entry in SCHEDULERS.items():
        argument = next(iter(entry.arguments), "gamma")
        text = f"{{epochs: 3, scheduler: {{{name}: {{{argument}: -1, nothing: 2}}}}}}"
        (tmp_path / f"{name}.yaml").write_text(text)
    alone, whole = both("lint", tmp_path)
    assert alone == whole
    assert all(f"{name}.yaml:1:" in alone.text + alone.stderr for name in SCHEDULERS)


def test_what_torch_refuses_is_told_in_the_same_words(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(f"{STEP}optimizer: {{SGD: {{lr: -1}}}}\n")
    alone, whole = both("lint", spec)
    assert alone == whole
    assert "torch refuses it: Invalid learning rate: -1" in alone.stdout.decode() + alone.stderr


def export(path: Path, **options: Any) -> list[float]:
    result = run_process("export", path, "-f", "json", **options)
    assert result.status == 0, result.stderr
    return [row["lr"] for row in json.loads(result.stdout)]


def trained() -> list[float]:
    """Return what StepLR of `STEP` does to an LR of 0.1, by arithmetic."""
    return [0.1 * 0.5 ** (step // 4) for step in range(32)]


def test_a_spec_that_touches_the_stand_in_is_driven_with_the_whole_torch(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(ADAGRAD)
    assert drive("alone", [("a.yaml", ADAGRAD)]) == [["touched", "torch.tensor"]]
    assert export(spec) == pytest.approx(trained(), rel=1e-15)


DOCTORED = """
import json, sys
from lrviz.system.process import own_process
own_process()
from lrviz.commands.results import drive_spec
from lrviz.drive.runs import simulate
from lrviz.drive.standin import STAND_IN, Touched
from lrviz.spec.parse import parse_spec

spec = parse_spec(sys.argv[1])
assert drive_spec(spec).curves[0].lr[0, 4] == 0.05 and "torch" not in sys.modules

def doctor(body):
    names = {}
    code = f"def get_lr(self):\\n    import torch\\n    {indices}\\n    {body}\\n    return [7.0]"
    exec(code, names)
    STAND_IN.modules["torch.optim.lr_scheduler"].StepLR.get_lr = names["get_lr"]

indices = "from torch.optim.optimizer import Indices"
*bodies, last = json.loads(sys.argv[2])
unseen = []
for body in bodies:
    doctor(body)
    try:
        with STAND_IN.present():
            simulate(spec)
    except Touched:
        pass
    if not STAND_IN.touched:
        unseen.append(body)
assert "torch" not in sys.modules
doctor(last)
print(json.dumps([unseen, drive_spec(spec).curves[0].lr[0].tolist()]))
assert sys.modules["torch"].tensor(1.0) == 1.0
"""


TOUCHES = (
    "torch.tensor(0.1)",
    "torch.cuda.is_available()",
    "Indices()",
    "bool(Indices)",
    "Indices == 'cuda'",
    "Indices + 1",
    "[*Indices]",
    "isinstance(1, Indices)",
    "Indices.of",
    "str(Indices)",
    "round(Indices)",
    "torch.Tensor(1)",
    "hasattr(torch.Tensor, 'is_cuda')",
    "getattr(torch.Tensor, 'grad', None)",
    "1 + torch.Tensor",
    "self.optimizer.param_groups[0]['params'][0].device",
    "self.optimizer.param_groups[0]['params'][0] * 2",
    "isinstance(self.optimizer.param_groups[0]['params'][0], torch.Tensor)",
    "torch.empty(3).ndim",
    "torch.no_grad(1.5)",
    "bool(torch)",
    "torch()",
    "import torch.distributed; torch.distributed.get_rank()",
    "assert not hasattr(torch, 'float32')",
    "hasattr(torch, '__future__')",
    "torch.nn.Module()",
)
# What Python itself refuses.
ERRORS = ("raise ValueError('of the stand-in alone')", "sum(0)")


def run_doctored(*bodies: str) -> tuple[list[str], list[float]]:
    """Return which bodies of a doctored scheduler touched nothing, and what the last one gives."""
    spec = f"{STEP}optimizer: {{SGD: {{lr: 0.1}}}}"
    done = subprocess.run(
        [sys.executable, "-c", DOCTORED, spec, json.dumps(bodies)],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    unseen, numbers = json.loads(done.stdout)
    return unseen, numbers


HELD = tuple(f"try: {each}\n    except BaseException: pass" for each in TOUCHES)


def test_whatever_a_scheduler_does_with_the_stand_in_is_seen() -> None:
    unseen, numbers = run_doctored(*TOUCHES, *HELD, "torch.tensor(0.1)")
    assert unseen == []
    assert numbers == pytest.approx(trained(), rel=1e-15)


@pytest.mark.parametrize("body", slow_but({HELD[0], ERRORS[0]}, [HELD[0], *ERRORS]))
def test_a_doctored_scheduler_never_gives_a_number(body: str) -> None:
    unseen, numbers = run_doctored("pass", body)
    assert unseen == ["pass"]
    assert numbers == pytest.approx(trained(), rel=1e-15)


@pytest.fixture
def without_libraries(tmp_path: Path) -> Mapping[str, str]:
    """Return an environment where torch cannot be imported, as without its GPU libraries."""
    package = tmp_path / "broken" / "torch"
    package.mkdir(parents=True)
    for each in INSTALLED.iterdir():
        if each.name not in ("__init__.py", "__pycache__"):
            (package / each.name).symlink_to(each)
    (package / "__init__.py").write_text("raise OSError('libcudart.so.12: no such file')\n")
    return {"PYTHONPATH": str(package.parent)}


def test_a_torch_that_cannot_be_imported_draws(
    without_libraries: Mapping[str, str], tmp_path: Path
) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(f"{STEP}optimizer: {{SGD: {{lr: 0.1}}}}\n")
    assert export(spec, env=without_libraries) == pytest.approx(trained(), rel=1e-15)
    assert run_process("show", "StepLR", env=without_libraries) == run("show", "StepLR")
    assert run_process("schema", env=without_libraries) == run("schema")
    drawn = run_process("plot", spec, "-o", tmp_path / "a.png", env=without_libraries)
    assert (drawn.status, drawn.stderr) == (0, "")
    assert run("plot", spec, "-o", tmp_path / "b.png").status == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    ("text", "name"),
    [(ADAGRAD, "torch.tensor"), (LINEAR, "transformers.get_linear_schedule_with_warmup")],
    ids=["touched", "named"],
)
def test_what_needs_a_torch_that_cannot_be_imported_says_why(
    text: str, name: str, without_libraries: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(text)
    result = run_process("export", "a.yaml", cwd=tmp_path, env=without_libraries)
    why = "and torch cannot be imported: OSError: libcudart.so.12: no such file"
    assert result.stderr == f"a.yaml: needs {name}, {why}\n"
    assert result.status == 3


def test_what_torch_refuses_is_told_though_torch_cannot_be_imported(
    without_libraries: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(f"{STEP}optimizer: {{SGD: {{lr: -1}}}}\n")
    result = run_process("plot", "a.yaml", cwd=tmp_path, env=without_libraries)
    assert "torch refuses it: Invalid learning rate: -1" in result.stderr


BATCH = (
    ("step", STEP),
    ("adagrad", ADAGRAD),
    ("linear", LINEAR),
    ("cosine", "{epochs: 8, scheduler: {CosineAnnealingLR: {T_max: 8}}}"),
)


@pytest.mark.parametrize("backwards", [False, True])
def test_the_order_of_a_batch_does_not_matter(backwards: bool, tmp_path: Path) -> None:
    specs = BATCH[::-1] if backwards else BATCH
    for index, (name, text) in enumerate(specs):
        (tmp_path / f"{index}{name}.yaml").write_text(text)
    for folder, start in (("alone", run_process), ("whole", run)):
        done = start("batch", tmp_path, "-o", tmp_path / folder, "-j", "1")
        assert done.status == 0, done.stderr
    for index, (name, _) in enumerate(specs):
        alone, whole = (
            (tmp_path / folder / f"{index}{name}.webp").read_bytes()
            for folder in ("alone", "whole")
        )
        assert alone == whole, name


LIBRARY = """
import sys
import lrviz
from lrviz.drive.standin import STAND_IN
run = lrviz.simulate(lrviz.parse_spec(sys.argv[1]))
assert run.lr[0, 4] == 0.05
import torch
assert torch.tensor(1.0) == 1.0 and not STAND_IN.modules
"""


def test_a_library_call_never_stands_in() -> None:
    spec = f"{STEP}optimizer: {{SGD: {{lr: 0.1}}}}"
    subprocess.run([sys.executable, "-c", LIBRARY, spec], cwd=ROOT, check=True, timeout=120)


@pytest.mark.parametrize("command", ["plot", "lint", "export"])
@pytest.mark.parametrize("env", [{}, WHOLE], ids=["alone", "whole"])
def test_a_torch_without_schedulers_is_told_and_not_a_bug(
    command: str, env: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "path" / "torch" / "lib").mkdir(parents=True)  # what half an uninstall leaves
    (tmp_path / "path" / "torch" / "__init__.py").touch()
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(STEP)
    specs = ["a.yaml"] if command == "export" else ["a.yaml", "b.yaml"]
    env = {**env, "PYTHONPATH": str(tmp_path / "path")}
    result = run_process(command, *specs, cwd=tmp_path, env=env)
    why = "torch cannot be imported: ModuleNotFoundError: No module named 'torch.optim'"
    said = result.stderr + (result.text if command == "lint" else "")
    assert [line for line in said.splitlines() if "torch" in line] == [
        f"{spec}: {why}" for spec in specs
    ]
    assert result.status == 3


NOWHERE = """
import sys
class Finder:
    def find_spec(name, *_):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Finder)
"""


@pytest.mark.parametrize("env", [{}, WHOLE], ids=["alone", "whole"])
def test_where_torch_is_not_installed_it_is_told_how_to(
    env: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOWHERE)
    (tmp_path / "a.yaml").write_text(STEP)
    result = run_process("plot", "a.yaml", cwd=tmp_path, env={**env, "PYTHONPATH": str(tmp_path)})
    why = "torch cannot be imported: ModuleNotFoundError: No module named 'torch'"
    remedy = "pip install torch (without a GPU its CPU build, as pytorch.org says)"
    assert (result.status, result.stderr) == (3, f"a.yaml: {why}; {remedy}\n")


def test_the_ways_that_schedulers_go_are_told(without_libraries: Mapping[str, str]) -> None:
    alone, whole = (run_process("--version", "-v", env=env) for env in ({}, WHOLE))
    assert alone.text.splitlines()[1:] == [
        "torch's schedulers are driven by themselves, without the rest of torch",
        "the whole torch is there",
    ]
    assert whole.text.splitlines()[1:] == [
        "torch's schedulers are driven with the whole torch, as LRVIZ_WHOLE_TORCH says",
        "the whole torch is there",
    ]
    broken = run_process("--version", "-v", env=without_libraries)
    assert broken.text.splitlines()[1:] == [
        alone.text.splitlines()[1],
        "the whole torch cannot be imported: OSError: libcudart.so.12: no such file",
    ]


@pytest.mark.parametrize("value", ["", "0", "no", "False"])
def test_the_variable_is_off_as_people_write_it(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "yes")
    assert wants_whole()
    monkeypatch.setenv(VARIABLE, value)
    assert not wants_whole()


def test_no_installed_file_asks_whether_torch_has_a_name() -> None:
    """As it would be told that it has."""
    assert find_questions(INSTALLED / "optim") == []


def find_questions(folder: Path) -> list[str]:
    asking = ("hasattr(torch", "getattr(torch", "except ImportError", "except AttributeError")
    found = []
    for path in sorted(folder.glob("*.py")):
        found += [f"{path.name}: {each}" for each in asking if each in path.read_text()]
    return found


@pytest.mark.network
@pytest.mark.parametrize("version", ["2.6.0", "2.13.0", ""], ids=["2.6", "2.13", "newest"])
def test_other_versions_of_torch_are_driven_alone(version: str, tmp_path: Path) -> None:
    """Those of the wheels, unpacked: the libraries that they are compiled with are not fetched."""
    wanted = f"torch=={version}" if version else "torch"
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(tmp_path), wanted]
    subprocess.run(pip, check=True, env={**os.environ, "PIP_CONSTRAINT": os.devnull})
    (wheel,) = tmp_path.glob("torch-*.whl")
    unpack = [sys.executable, "-m", "zipfile", "-e", str(wheel), str(tmp_path / "site")]
    subprocess.run(unpack, check=True)
    assert find_questions(tmp_path / "site/torch/optim") == []
    specs = [(str(path), path.read_text()) for path in CONFIGS if of_torch(path)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path / "site"))
        found = drive("alone", specs)
    assert [each[0] for each in found] == ["driven"] * len(specs)
    assert found == drive("whole", specs)  # in no version have these numbers changed
