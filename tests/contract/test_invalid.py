"""What is wrong is said at once, in one clear line a problem, and nothing is written."""

from pathlib import Path

import pytest

from tests.support.lrvizrun import Result, run
from tests.support.specs import EXAMPLES, WriteSpec

INVALID = EXAMPLES / "invalid"

RUN = "epochs: 4\nsteps_per_epoch: 8\n"
DECAY = "scheduler: {ExponentialLR: {gamma: 0.9}}\n"


def refuse(spec: object, cwd: Path, target: Path, stdin: bytes = b"") -> Result:
    """Plot what cannot be plotted: nothing is written, and there is no traceback."""
    result = run("plot", spec, "-o", target, cwd=cwd, stdin=stdin)
    assert result.stdout == b""
    assert not target.exists()
    assert "Traceback" not in result.stderr
    return result


@pytest.mark.parametrize("name", sorted(path.stem for path in INVALID.glob("*.yaml")))
def test_a_wrong_spec_earns_exactly_its_message(name: str, tmp_path: Path) -> None:
    before = sorted(INVALID.iterdir())
    result = refuse(f"{name}.yaml", INVALID, tmp_path / "out.png")
    assert result.stderr == (INVALID / f"{name}.txt").read_text("utf-8")
    assert result.status == 2
    assert sorted(INVALID.iterdir()) == before


def test_every_message_stands_beside_a_spec() -> None:
    specs = {path.stem for path in INVALID.glob("*.yaml")}
    assert {path.stem for path in INVALID.glob("*.txt")} == specs
    assert len(specs) > 70


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "big.yaml:1:21: nested more than 20 deep"),
        ("{" * 100_000, "big.yaml:1:2: a key must be a word"),
        ("- " * 50_000, "big.yaml:1:41: nested more than 20 deep"),
        ("a: [" * 25_000, "big.yaml:1:41: nested more than 20 deep"),
        ("x" * 256_001, "big.yaml: larger than 256 kB"),
        (RUN + DECAY + f"title: {'x' * 201}\n", "big.yaml:4:1: title: longer than 200 characters"),
        (
            RUN + f"scheduler: {{LambdaLR: {{lr_lambda: {'1+' * 250}1}}}}\n",
            "big.yaml:3:24: scheduler.LambdaLR.lr_lambda: longer than 500 characters",
        ),
        (
            RUN + f"scheduler: {{LambdaLR: {{lr_lambda: '{'(' * 249}1{')' * 249}'}}}}\n",
            "big.yaml:3:24: scheduler.LambdaLR.lr_lambda: nested too deeply",
        ),
        (
            RUN + DECAY + f"optimizer: {{SGD: {{lr: 1, param_groups: [{'{}, ' * 65}]}}}}\n",
            "big.yaml:4:26: optimizer.SGD.param_groups: 65 param groups are more than 64",
        ),
        (
            RUN + f"scheduler: {{ReduceLROnPlateau: {{}}}}\nmetric: [{'1, ' * 16_385}]\n",
            "big.yaml:4:1: metric: must have 1 to 16,384 values, got 16385",
        ),
    ],
    ids=lambda value: None if "yaml" in value else f"{value[:12]}…",
)
def test_what_is_past_a_limit_is_told_the_limit(
    text: str, message: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(text, "big.yaml")
    result = refuse("big.yaml", tmp_path, tmp_path / "out.png")
    assert (result.status, result.stderr) == (2, f"{message}\n")


def test_a_value_of_any_length_is_quoted_in_short(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(f"epochs: {'x' * 100_000}\n" + DECAY)
    result = refuse(spec, tmp_path, tmp_path / "out.png")
    assert len(result.stderr) < len(str(spec)) + 200


def test_an_endless_file_is_read_to_its_limit_only(tmp_path: Path) -> None:
    result = refuse("/dev/zero", tmp_path, tmp_path / "out.png")
    assert result.stderr == "/dev/zero: cannot read: larger than 80,000,000 bytes\n"
    assert result.status == 3


@pytest.mark.parametrize("name", ["step_size_zero", "python_object", "lambda_import"])
def test_standard_input_is_held_to_the_same(name: str, tmp_path: Path) -> None:
    text = (INVALID / f"{name}.yaml").read_bytes()
    result = refuse("-", tmp_path, tmp_path / "out.png", stdin=text)
    message = (INVALID / f"{name}.txt").read_text("utf-8")
    assert result.stderr == message.replace(f"{name}.yaml", "-")
    assert result.status == 2


@pytest.mark.parametrize("command", ["plot", "export"])
def test_every_command_says_the_same(command: str, tmp_path: Path) -> None:
    result = run(command, INVALID / "several.yaml", cwd=tmp_path)
    message = (INVALID / "several.txt").read_text("utf-8")
    assert result.stderr.replace(f"{INVALID}/", "") == message
    assert (result.status, result.stdout, list(tmp_path.iterdir())) == (2, b"", [])
