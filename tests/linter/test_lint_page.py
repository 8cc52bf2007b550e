"""The rules' documentation says what the rules say."""

from pathlib import Path

import pytest

from lrviz.linter.engine import NO_RULE
from lrviz.linter.rule import Rule
from lrviz.linter.rules import RULES
from tests.support.linting import COSINE
from tests.support.linting import RULES as FEW
from tests.support.rules_page import read_examples, render_page
from tests.support.specs import ROOT

BAD = ROOT / "tests/examples/lint/bad"

SECTION = """\
## LR901 climbs-again

**warning**: A length not the run's.

Why it is.

```yaml
epochs: 3
scheduler: {CosineAnnealingLR: {T_max: 2}}
```

```
LR901_short.yaml:2:33: LR901 warning: scheduler.CosineAnnealingLR.T_max: ends after 2 of 3 calls; \
set T_max to 3
```

Met in [owner/repo#7](https://github.com/owner/repo/issues/7).
"""


def test_the_page_in_the_repository_is_the_one_that_the_rules_give() -> None:
    text = (ROOT / "docs/rules.md").read_text("utf-8")
    assert text == render_page(RULES, read_examples(BAD, RULES)), (
        "run `python -m tests.support.rules_page tests/examples/lint/bad > docs/rules.md`"
    )


def test_every_rule_has_an_example_with_its_code() -> None:
    examples = read_examples(BAD, RULES)
    assert examples.keys() == RULES.keys()
    for code, example in examples.items():
        assert any(code in line for line in example.lines), code


def test_a_section_has_rule_reason_example_and_threads(tmp_path: Path) -> None:
    text = "epochs: 3\nscheduler: {CosineAnnealingLR: {T_max: 2}}\n"
    (tmp_path / "LR901_short.yaml").write_text(text, "utf-8")
    (tmp_path / "LR901_zhort.yaml").write_text(COSINE, "utf-8")
    (tmp_path / "other.yaml").write_text(COSINE, "utf-8")
    examples = read_examples(tmp_path, FEW)
    assert examples.keys() == {"LR901"}
    rendered = render_page(FEW, examples)
    assert SECTION in rendered
    assert "| [LR902](#lr902-grows) | grows | error | a learning rate that grows |\n" in rendered
    assert "## LR911 nothing\n\n**note**: A learning rate that stays.\n" in rendered


def test_what_torch_refuses_is_an_example_by_the_code_in_its_message(tmp_path: Path) -> None:
    text = "epochs: 3\nscheduler: {StepLR: {step_size: 0}}\n"
    (tmp_path / "LR027.yaml").write_text(text, "utf-8")
    assert read_examples(tmp_path, RULES)["LR027"].lines == (
        "LR027.yaml:2:22: scheduler.StepLR.step_size: must be at least 1, got 0 (LR027)",
    )


@pytest.mark.parametrize("rule", [NO_RULE, *RULES.values()], ids=lambda rule: rule.code)
def test_every_rule_is_explained_in_lines_that_fit(rule: Rule) -> None:
    text = rule.explain()
    assert text.startswith(f"{rule.code} {rule.name} ({rule.severity})\n\n")
    assert all(len(line) <= 100 for line in text.splitlines()[3:])
