"""The rules' documentation says what the rules say, and shows what its specs draw."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import lrviz
from lrviz.linter.engine import NO_RULE, lint_run
from lrviz.linter.rule import Rule
from lrviz.linter.rules import RULES
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from tests.support.linting import RULES as FEW
from tests.support.pictures import hold_against
from tests.support.rules_page.figures import draw_figures
from tests.support.rules_page.pages import render_pages
from tests.support.rules_page.pairs import SIDES, Pair, find_pair
from tests.support.specs import EXAMPLES, ROOT

DOCS = ROOT / "docs"
FOLDER = DOCS / "rules"
COMMAND = "python -m tests.support.rules_page"

COSINE = "epochs: 4\nscheduler: {CosineAnnealingLR: {T_max: 2}}\n"
STEP = "epochs: 4\noptimizer: {SGD: {lr: 0.1}}\nscheduler: {StepLR: {step_size: 4}}\n"

PAGE = """\
# LR901 climbs-again

**warning**: A length not the run's.

Why it is.

| the mistake | the remedy |
|---|---|
| ![CosineAnnealingLR: 1e-3, falling to 0 at step 2, raised to 5e-4 at step 3](LR901_mistake.webp) \
| ![CosineAnnealingLR: 1e-3, falling to 1.5e-4 at step 3](LR901_remedy.webp) |

```yaml
epochs: 4
scheduler: {CosineAnnealingLR: {T_max: 2}}
```

```
LR001_short.yaml:2:33: LR001 warning: scheduler.CosineAnnealingLR.T_max: the LR climbs again after \
2 of its 4 calls, from 0 to 5e-4; set T_max to 4
```

What `lint --fix` makes of it, of which `lint` says nothing:

```diff
 epochs: 4
-scheduler: {CosineAnnealingLR: {T_max: 2}}
+scheduler: {CosineAnnealingLR: {T_max: 4}}
```

Met in [owner/repo#7](https://github.com/owner/repo/issues/7).

Like it: [LR902 grows](LR902.md), [LR911 nothing](LR911.md). [All rules](../rules.md).
"""


@pytest.fixture(scope="module")
def pairs() -> Mapping[str, Pair]:
    return {code: find_pair(code, EXAMPLES / "lint") for code in RULES}


def test_the_pages_in_the_repository_are_those_that_the_rules_give(
    pairs: Mapping[str, Pair],
) -> None:
    for name, text in render_pages(RULES, pairs).items():
        assert (DOCS / name).read_text("utf-8") == text, f"{name} is old; run `{COMMAND}`"


def test_every_rule_has_a_page_with_both_figures_or_a_refusal_and_nothing_else_is_there(
    pairs: Mapping[str, Pair],
) -> None:
    expected = set()
    for code, pair in pairs.items():
        page = (FOLDER / f"{code}.md").read_text("utf-8")
        refused = "| no figure, as torch refuses it: " in page
        assert refused == (pair.runs[0] is None)
        figures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", page)
        assert figures == [f"{code}_{side}.webp" for side in SIDES[refused:]]
        expected |= {f"{code}.md", *figures}
    assert {path.name for path in FOLDER.iterdir()} == expected, f"run `{COMMAND}`"


def test_every_mistake_is_told_by_its_rule_and_of_no_remedy_there_is_anything_to_say(
    pairs: Mapping[str, Pair],
) -> None:
    for code, pair in pairs.items():
        assert any(code in line for line in pair.said), code
        mended = pair.runs[1]
        assert lint_run(mended, RULES.values()) == (), code
        assert [each for each in mended.warnings if each.grade != "note"] == [], code


@pytest.mark.parametrize("code", RULES)
def test_every_figure_was_drawn_from_the_spec_on_its_page(code: str) -> None:
    page = (FOLDER / f"{code}.md").read_text("utf-8")
    (mistake,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (diff,) = re.findall(r"```diff\n(.*?)```", page, re.DOTALL)
    remedy = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] != "-")
    for side, text in zip(SIDES, (mistake, remedy), strict=True):
        path = FOLDER / f"{code}_{side}.webp"
        if path.exists():
            drawn = lrviz.load(path)
            shown = {**parse_spec(text).tree, "figure": drawn.tree["figure"]}
            assert drawn == parse_tree(shown, Source())


@pytest.mark.slow
def test_every_figure_shows_what_is_drawn_now(pairs: Mapping[str, Pair], tmp_path: Path) -> None:
    draw_figures(pairs, tmp_path)
    for path in sorted(tmp_path.iterdir()):
        then, now = (FOLDER / path.name).read_bytes(), path.read_bytes()
        hold_against(then, now, f"{path.name}; run `{COMMAND}`")


def write(folder: Path, **texts: str) -> Path:
    """Write specs: `bad_LR001_short="..."`."""
    for name, text in texts.items():
        path = folder / name.replace("_", "/", 1)
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".yaml").write_text(text, "utf-8")
    return folder


def test_a_page_has_reason_figures_specs_threads_and_neighbours(tmp_path: Path) -> None:
    pair = find_pair("LR001", write(tmp_path, bad_LR001_short=COSINE))
    pages = render_pages(FEW, dict.fromkeys(FEW, pair))
    assert pages["rules/LR901.md"] == PAGE
    index = pages["rules.md"]
    assert "| [LR902](rules/LR902.md) | grows | error | a learning rate that grows |\n" in index
    assert "`lint: {ignore: [LR012]}`" in index


def test_a_remedy_is_what_fix_makes_before_it_is_what_somebody_wrote(tmp_path: Path) -> None:
    other = COSINE.replace("2", "3")
    folder = write(tmp_path, bad_LR001_b=COSINE, good_LR001_b=other, bad_LR001_a=other)
    pair = find_pair("LR001", folder)
    assert pair.texts == (COSINE, COSINE.replace("2", "4"))
    assert pair.is_fixed


def test_a_remedy_that_nothing_makes_is_the_good_spec_of_the_same_name(tmp_path: Path) -> None:
    mended = STEP.replace("4}", "2}")
    folder = write(tmp_path, bad_LR008_a=STEP, bad_LR008_b=STEP, good_LR008_b=mended)
    pair = find_pair("LR008", folder)
    assert (pair.texts, pair.is_fixed) == ((STEP, mended), False)
    assert pair.said[0].startswith("LR008_b.yaml:3:22: LR008 warning: ")
    text = render_pages(FEW, dict.fromkeys(FEW, pair))["rules/LR901.md"]
    assert "The remedy, of which `lint` says nothing:\n" in text


def test_a_rule_without_a_remedy_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, bad_LR008_a=STEP, good_LR008_b=STEP)
    with pytest.raises(LookupError, match=r"^LR008: .* same name$"):
        find_pair("LR008", folder)


def test_what_torch_refuses_has_its_words_in_place_of_a_figure(tmp_path: Path) -> None:
    mistake, remedy = (STEP.replace("size: 4", f"size: {size}") for size in (0, 2))
    pair = find_pair("LR027", write(tmp_path, bad_LR027_a=mistake, good_LR027_a=remedy))
    assert pair.said == [
        "LR027_a.yaml:3:22: scheduler.StepLR.step_size: must be at least 1, got 0 (LR027)"
    ]
    text = render_pages({"LR027": RULES["LR027"]}, {"LR027": pair})["rules/LR027.md"]
    assert "\n| no figure, as torch refuses it: step_size must be at least 1, got 0 | ![" in text
    draw_figures({"LR027": pair}, tmp_path)
    assert [path.name for path in tmp_path.glob("*.webp")] == ["LR027_remedy.webp"]


@pytest.mark.parametrize(
    ("size", "lr", "limits"),
    [(2, 0.1, None), (4, 0.2, (0, 1.1 * 0.2))],
    ids=["alike anyway", "one higher"],
)
def test_both_figures_have_one_scale(
    size: int, lr: float, limits: tuple[float, float] | None, tmp_path: Path
) -> None:
    """An axis ends at 1.1 times the highest learning rate, unless it is told otherwise."""
    remedy = STEP.replace("size: 4", f"size: {size}").replace("0.1", f"{lr}")
    folder = write(tmp_path, bad_LR008_a=STEP, good_LR008_a=remedy)
    draw_figures({"LR008": find_pair("LR008", folder)}, tmp_path)
    for path in tmp_path.glob("*.webp"):
        ylim = lrviz.load(path).figure.ylim
        assert ylim == (limits and pytest.approx(limits))


SAME = "epochs: 4\nscheduler: {CyclicLR: {base_lr: 1e-3, max_lr: 0.1, step_size_up: 2}}\n"


@pytest.mark.parametrize(
    ("more", "is_same"), [("mode: triangular", True), ("cycle_momentum: false", False)]
)
def test_curves_that_are_the_same_momentum_too_are_said_to_be(
    more: str, is_same: bool, tmp_path: Path
) -> None:
    other = SAME.replace("}}", f", {more}}}}}")
    pair = find_pair("LR034", write(tmp_path, bad_LR034_a=SAME, good_LR034_a=other))
    text = render_pages(FEW, dict.fromkeys(FEW, pair))["rules/LR901.md"]
    assert ("\n\nBoth curves are the same, with the torch that drew them.\n\n" in text) == is_same


@pytest.mark.parametrize("rule", [NO_RULE, *RULES.values()], ids=lambda rule: rule.code)
def test_every_rule_is_explained_in_lines_that_fit(rule: Rule) -> None:
    text = rule.explain()
    assert text.startswith(f"{rule.code} {rule.name} ({rule.severity})\n\n")
    assert all(len(line) <= 100 for line in text.splitlines()[3:])
