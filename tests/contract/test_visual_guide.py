"""The visual guide, in every language: its specs, constructors, pictures and rules are right."""

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lrviz
from lrviz.curve import QUANTITIES
from lrviz.linter.rules import RULES
from lrviz.spec.model import Spec
from lrviz.spec.parse import parse_spec
from lrviz.spec.tree import Tree, is_same_spec
from tests.support.pages import slug
from tests.support.specs import ROOT

PAGES = sorted((ROOT / "docs").glob("visual-guide*.md"))
NAMES = (
    "steplr",
    "multisteplr",
    "constantlr",
    "linearlr",
    "exponentiallr",
    "polynomiallr",
    "polynomiallr_power2",
    "cosineannealinglr",
    "cosineannealingwarmrestarts",
    "cycliclr_triangular",
    "cycliclr_triangular2",
    "cycliclr_exp_range",
    "onecyclelr_cos",
    "onecyclelr_linear",
    "reducelronplateau",
    "lambdalr",
    "multiplicativelr",
    "sequentiallr",
    "chainedscheduler",
    "swalr",
    "warmup_cosine",
    "warmup_cosine_groups",
    "onecyclelr_momentum",
    "timm_cosine_warmup",
    "transformers_wsd",
)

# What a call is given, by its index, where it is given anything.
GIVEN: Mapping[str, Callable[[int], float]] = {
    "reducelronplateau": lambda call: max(math.exp(-call / 4), 0.2),
    "timm_cosine_warmup": lambda call: call + 1,
}


@dataclass(frozen=True)
class Section:
    """What a page has on one schedule.

    Attributes:
        page: where it stands.
        heading: without the hashes.
        text: what is below the heading.
    """

    page: Path
    heading: str
    text: str

    @property
    def codes(self) -> list[str]:
        """The rules whose pages it links to."""
        return find_codes(self.text)

    def block(self, language: str) -> str:
        """Return its only fenced block of a language."""
        (block,) = re.findall(rf"```{language}\n(.*?)```", self.text, re.DOTALL)
        return str(block)


def find_codes(text: str) -> list[str]:
    """Return the rules whose pages a text links to."""
    return re.findall(r"\]\(rules/(LR\d{3})\.md\)", text)


def read_sections(page: Path) -> list[Section]:
    """Return a page's numbered sections."""
    found = re.findall(
        r"^### (\d+\. [^\n]*)\n(.*?)(?=^##)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [Section(page, heading, text) for heading, text in found]


SECTIONS = {page: read_sections(page) for page in PAGES}
CASES = [
    pytest.param(name, section, id=f"{section.page.stem}-{name}")
    for sections in SECTIONS.values()
    for name, section in zip(NAMES, sections, strict=False)
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
each_section = pytest.mark.parametrize(("name", "section"), CASES)


def localize(page: Path, folder: str, name: str) -> str:
    """Return a file of a page's language, from the root of the repository."""
    _, _, language = page.stem.partition(".")
    return "/".join(filter(None, (folder, language, name)))


def schedule(spec: Spec) -> dict[str, Tree]:
    """Return what a spec says but for its looks and what the linter is told."""
    return {key: spec.tree[key] for key in spec.tree.keys() - {"title", "figure", "lint"}}


def import_as_told(page: Path) -> dict[str, Any]:
    """Return the names that a page's first block of Python imports."""
    opening = re.search(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert opening is not None
    tree = ast.parse(opening[1])
    tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names: dict[str, Any] = {}
    exec(compile(tree, page.name, "exec"), names)
    return names


def build_optimizer(spec: Spec) -> torch.optim.Optimizer:
    """Return the optimizer that a spec names, in plain torch."""
    node = spec.optimizer
    groups = [
        {"params": [torch.nn.Parameter(torch.zeros(1))], **each} for each in node.groups or ({},)
    ]
    given = {key: node.arguments[key] for key in node.arguments.keys() - {"param_groups"}}
    optimizer: torch.optim.Optimizer = getattr(torch.optim, node.name)(groups, **given)
    return optimizer


def read(group: Mapping[str, Any], quantity: str) -> float:
    """Return what a param group has of a quantity."""
    is_adam = quantity == "momentum" and "betas" in group
    return float(group["betas"][0] if is_adam else group[quantity])


def train(
    name: str, spec: Spec, optimizer: torch.optim.Optimizer, scheduler: Any
) -> dict[str, list[list[float]]]:
    """Return what each step of a run trains with, read before it: by quantity, step and group."""
    trained: dict[str, list[list[float]]] = {each: [] for each in QUANTITIES}
    each_call = 1 if spec.interval == "step" else spec.steps_per_epoch
    for step in range(spec.total_steps):
        for quantity, values in trained.items():
            values.append([read(group, quantity) for group in optimizer.param_groups])
        optimizer.step()
        if (step + 1) % each_call == 0:
            given = GIVEN.get(name)
            scheduler.step(*([given(step // each_call)] if given else []))
    return trained


@each_page
def test_a_page_has_a_section_for_each_schedule_in_this_order(page: Path) -> None:
    shown = [re.search(r"!\[[^]]+\]\(\.\./(\S+)\)", each.text) for each in SECTIONS[page]]
    pictures = [localize(page, "figures", f"{name}.webp") for name in NAMES]
    assert [each and each[1] for each in shown] == pictures
    assert {each for each in pictures if not (ROOT / each).exists()} == set()
    numbers = [int(each.heading.partition(".")[0]) for each in SECTIONS[page]]
    assert numbers == [*range(1, 26)]


@each_section
def test_the_spec_of_a_section_is_the_one_that_its_command_draws(
    name: str, section: Section
) -> None:
    path = localize(section.page, "configs", f"{name}.yaml")
    assert f"lrviz {path}" in section.text
    shown = schedule(parse_spec(section.block("yaml")))
    assert is_same_spec(shown, schedule(lrviz.load(ROOT / path)))


@each_section
def test_the_constructor_of_a_section_trains_as_its_figure_shows(
    name: str, section: Section, request: pytest.FixtureRequest
) -> None:
    spec = lrviz.load(ROOT / f"configs/{name}.yaml")
    for library in spec.packages:  # skips where it is not installed
        request.getfixturevalue(library)
    run = lrviz.simulate(spec)
    names = import_as_told(section.page) | {
        "torch": torch,
        "model": torch.nn.ModuleDict(
            {part: torch.nn.Linear(1, 1) for part in ("backbone", "head")}
        ),
        "optimizer": build_optimizer(spec),
        "total_steps": spec.total_steps,
    }
    exec(section.block("python"), names)
    for quantity, trained in train(name, spec, names["optimizer"], names["scheduler"]).items():
        np.testing.assert_allclose(trained, getattr(run, quantity).T, rtol=1e-12)


@each_section
def test_a_section_links_to_a_rule_that_there_is(name: str, section: Section) -> None:
    assert section.codes
    assert set(section.codes) <= RULES.keys()


def test_all_pages_name_the_same_rules() -> None:
    assert PAGES
    codes = [[each.codes for each in sections] for sections in SECTIONS.values()]
    assert all(one == other for one, other in pairwise(codes))


@each_page
def test_the_cheat_sheet_has_a_row_for_each_section(page: Path) -> None:
    rows = re.findall(r"^\| \[[^]]+\]\(#([^)]+)\) \|(.*)$", page.read_text("utf-8"), re.MULTILINE)
    told = [(anchor, find_codes(rest)) for anchor, rest in rows]
    assert len(told) == len(NAMES)
    assert told == [(slug(each.heading), each.codes) for each in SECTIONS[page]]
