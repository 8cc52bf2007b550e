"""Writes the pages and figures of the repository."""

from lrviz.linter.rules import RULES
from tests.support.rules_page.figures import draw_figures
from tests.support.rules_page.pages import render_pages
from tests.support.rules_page.pairs import find_pair
from tests.support.specs import EXAMPLES, ROOT

DOCS = ROOT / "docs"
FOLDER = DOCS / "rules"

pairs = {code: find_pair(code, EXAMPLES / "lint") for code in RULES}
FOLDER.mkdir(exist_ok=True)
for path in FOLDER.iterdir():
    path.unlink()
for name, text in render_pages(RULES, pairs).items():
    (DOCS / name).write_text(text, "utf-8")
draw_figures(pairs, FOLDER)
