"""docs/ci.md and README's action: the YAML is what each service reads, the commands in it run."""

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.lrvizrun import run
from tests.support.specs import ROOT

PAGE = (ROOT / "docs/ci.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [
    yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE + README, re.DOTALL)
]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
# A few that are drawn quickly, one of them of transformers.
CONFIGS = ("steplr", "warmup_cosine", "transformers_wsd")
OURS = "OWNER/lrviz@main"


def _walk(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in some YAML."""
    if isinstance(tree, dict):
        yield tree
    for each in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _walk(each)


MAPPINGS = [*_walk(BLOCKS)]


def _list_commands() -> Iterator[str]:
    for mapping in MAPPINGS:
        for key in "run", "script", "before_script", "entry":
            lines = mapping.get(key, [])
            yield from lines.splitlines() if isinstance(lines, str) else lines


COMMANDS = [each for each in dict.fromkeys(_list_commands()) if each.startswith("lrviz ")]


def test_there_are_commands_of_every_kind() -> None:
    assert {each.split()[1] for each in COMMANDS} == {"check", "lint"}
    assert len(COMMANDS) >= 6


def _find_strange(inputs: Mapping[str, object]) -> list[str]:
    return [name for name in inputs if name not in ACTION["inputs"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs(command: str, tmp_path: Path) -> None:
    for name in CONFIGS:
        for file in f"configs/{name}.yaml", f"figures/{name}.webp":
            (tmp_path / file).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / file, tmp_path / file)
    words, _, _ = command.partition(" > ")  # what a shell would write
    done = run(*shlex.split(words, comments=True)[1:], cwd=tmp_path)
    assert done.status == 0, done.stderr


def test_every_input_of_the_action_is_told_with_its_default() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (?:`([\w-]+)`|empty) \| ", PAGE, re.MULTILINE)
    assert dict(rows) == {name: each["default"] for name, each in ACTION["inputs"].items()}


def test_the_workflows_use_the_action_with_inputs_that_it_has() -> None:
    uses = [each["with"] for each in MAPPINGS if each.get("uses") == OURS]
    assert len(uses) == 3
    assert [name for each in uses for name in _find_strange(each)] == []
    assert _find_strange({"specz": "a", "specs": "b"}) == ["specz"]


def test_the_hooks_are_those_that_the_repository_has() -> None:
    hooks = [each["id"] for each in MAPPINGS if "additional_dependencies" in each]
    assert hooks == [hook["id"] for hook in HOOKS]
