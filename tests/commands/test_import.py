"""`lrviz import`: a spec on standard output or in a file, and notes beside it."""

from pathlib import Path
from typing import get_args

import pytest

from lrviz.reading.trainers.families import FAMILIES
from lrviz.spec.tree import Trainer
from tests.support.lrvizrun import run
from tests.support.specs import EXAMPLES, ROOT

CONFIG = EXAMPLES / "import/huggingface/trl_sft.yaml"
KNOWN = ("--examples", "51760", "--processes", "4")


def test_a_spec_is_printed_that_can_be_drawn(tmp_path: Path) -> None:
    result = run("import", CONFIG, *KNOWN)
    assert (result.status, result.stderr) == (0, "")
    drawn = run("plot", "-", "-o", "a.png", stdin=result.stdout, cwd=tmp_path)
    assert (drawn.status, drawn.text, drawn.stderr) == (0, "a.png\n", "")


def test_standard_input_is_read() -> None:
    named = run("import", CONFIG, *KNOWN).text.splitlines()
    piped = run("import", "-", *KNOWN, stdin=CONFIG.read_bytes()).text.splitlines()
    assert named[2:] == piped[2:]
    assert piped[1] == "# Made of -, read as arguments of Hugging Face's Trainer."


def test_a_file_is_written_and_named(tmp_path: Path) -> None:
    result = run("import", CONFIG, *KNOWN, "-o", "spec.yaml", cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "spec.yaml\n", "")
    assert (tmp_path / "spec.yaml").read_text() == run("import", CONFIG, *KNOWN).text


def test_a_spec_that_nobody_has_changed_is_replaced(tmp_path: Path) -> None:
    for epochs in ("2", "2", "3"):
        arguments = ("import", CONFIG, *KNOWN, "--epochs", epochs, "-o", "spec.yaml")
        result = run(*arguments, cwd=tmp_path)
        assert (result.status, result.text, result.stderr) == (0, "spec.yaml\n", "")
        assert f"epochs: {epochs}.0  # --epochs" in (tmp_path / "spec.yaml").read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\n# of the second run\n"),
        ("# Made of", "# As was made of"),
        ("AdamW:", "Adam:"),
        (" while", " as long as"),
    ],
)
def test_a_spec_that_somebody_has_worked_on_is_not(old: str, new: str, tmp_path: Path) -> None:
    arguments = ("import", CONFIG, *KNOWN, "-o", "spec.yaml")
    run(*arguments, cwd=tmp_path)
    before = (tmp_path / "spec.yaml").read_text()
    changed = before.replace(old, new, 1)
    assert changed != before
    (tmp_path / "spec.yaml").write_text(changed)
    result = run(*arguments, cwd=tmp_path)
    assert (result.status, result.text) == (2, "")
    assert result.stderr == (
        "spec.yaml: not a spec as lrviz wrote it; name another file, or insist with --overwrite\n"
    )
    assert (tmp_path / "spec.yaml").read_text() == changed
    assert run(*arguments, "--overwrite", cwd=tmp_path).status == 0
    assert (tmp_path / "spec.yaml").read_text() == before


def test_a_spec_to_start_from_is_not_replaced_as_its_reader_is_to_change_it(tmp_path: Path) -> None:
    run("new", "StepLR", "-o", "spec.yaml", cwd=tmp_path)
    before = (tmp_path / "spec.yaml").read_text()
    for arguments in (("import", CONFIG, *KNOWN), ("new", "StepLR")):
        assert run(*arguments, "-o", "spec.yaml", cwd=tmp_path).status == 2
        assert (tmp_path / "spec.yaml").read_text() == before


def test_the_config_itself_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(CONFIG.read_bytes())
    result = run("import", "a.yaml", *KNOWN, "-o", "a.yaml", "--overwrite", cwd=tmp_path)
    assert (result.status, result.text) == (2, "")
    assert result.stderr == "a.yaml: is also an input; name another file with -o\n"
    assert (tmp_path / "a.yaml").read_bytes() == CONFIG.read_bytes()


def test_what_no_config_holds_is_asked_for_in_one_line() -> None:
    result = run("import", CONFIG.name, cwd=CONFIG.parent)
    assert (result.status, result.text) == (2, "")
    assert result.stderr == (
        "trl_sft.yaml: no config holds all that is needed; give --examples N (in the dataset, "
        "before any validation split is taken off; or --batches N, the length of the dataloader); "
        "--processes N (how many train at once, one a GPU)\n"
    )


def test_notes_go_to_standard_error() -> None:
    result = run("import", "llama_factory_pretrain.yaml", cwd=CONFIG.parent)
    assert result.status == 0
    assert result.stderr.startswith("note: llama_factory_pretrain.yaml:5:1: deepspeed: ")
    assert "note" not in result.text


def test_a_family_may_be_named() -> None:
    """Axolotl's own names mean nothing to the Trainer: its defaults are taken, and said."""
    config = EXAMPLES / "import/axolotl/qlora.yml"
    result = run("import", config, "--as", "huggingface", *KNOWN)
    assert "batch_size: 8  # per_device_train_batch_size is not there" in result.text
    assert run("import", config, "--as", "mine").status == 2


def test_the_families_that_can_be_named_are_those_there_are() -> None:
    assert set(get_args(Trainer)) == set(FAMILIES)


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("nowhere.yaml",), 3, "nowhere.yaml: cannot read: no such file\n"),
        (("configs/steplr.yaml",), 2, "configs/steplr.yaml: is a spec already; `lrviz plot"),
        ((CONFIG, *KNOWN, "--batches", "8"), 2, "--batches is in place of --examples; give one"),
        (("",), 2, "SPEC is empty; name a file, or - for standard input"),
        ((CONFIG, *KNOWN, "-o", "tests"), 3, "tests: cannot write: is a folder"),
        ((CONFIG, "--batches", "0"), 2, "Usage: lrviz import"),
        ((CONFIG, "--batches", "8", "--epochs", "0"), 2, "--epochs 0: must be more than 0"),
        ((CONFIG, "--batches", "8", "--epochs", "nan"), 2, "--epochs nan: must be more than 0"),
        ((CONFIG, "--batches", "9" * 400), 2, f"{CONFIG}: steps_per_epoch: must be a whole num"),
        ((CONFIG, "--batches", "8", "--epochs", "inf"), 2, f"{CONFIG}: has a number that no run"),
    ],
)
def test_what_cannot_be_imported_is_said(
    arguments: tuple[object, ...], status: int, told: str
) -> None:
    result = run("import", *arguments, cwd=ROOT)
    assert (result.status, result.text) == (status, "")
    assert result.stderr.startswith(told)
