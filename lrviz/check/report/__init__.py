"""What a check found, as one HTML page that needs nothing but itself."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import Template

from lrviz.check.report.article import build_article, build_matches, text
from lrviz.check.verdict import OUTCOMES, PAGE, Outcome, Verdict
from lrviz.page.assets import build_policy, read_asset
from lrviz.system.versions import versions
from lrviz.system.writing import write_below


def write_report(
    verdicts: Sequence[Verdict], folder: Path, logged: str = "", *, overwrite: bool = False
) -> Path:
    """Write a report as `index.html` and return its path; the folder is made if it is missing.

    Raises:
        FileError: the folder cannot be made, or the file not written.
        RefusedError: there is a file of that name that is no report.
    """
    path = folder / PAGE
    write_below(folder, path, build_report(verdicts, logged).encode(), overwrite=overwrite)
    return path


def build_report(verdicts: Sequence[Verdict], logged: str = "") -> str:
    """Return a report as an HTML page: what does not match in full, what does by its name.

    First comes what `build_logged` gives of a log, if anything.

    The page is the same whenever it is built, and loads nothing: pictures, style and script are in
    it, and its own policy forbids all others.

    >>> page = build_report([Verdict("match", "a.yaml", "a.png", "")])
    >>> "<h1>Every figure matches</h1>" in page
    True
    """
    counts = Counter(each.outcome for each in verdicts)
    style, script, page = (
        read_asset(__package__, f"page.{each}") for each in ("css", "js", "html")
    )
    title = _title(len(verdicts), counts["match"])
    articles = [build_article(each) for each in verdicts if each.outcome != "match"]
    matches = [each for each in verdicts if each.outcome == "match"]
    return Template(page).substitute(
        policy=build_policy(style, script),
        style=style,
        script=script,
        title=f"lrviz check: {title.lower()}",
        heading=title,
        counts=_counts(counts),
        buttons=_buttons(counts),
        versions=text(", ".join(f"{name} {version}" for name, version in versions().items())),
        articles="\n".join(filter(None, (logged, *articles, build_matches(matches)))),
    )


def _title(total: int, matching: int) -> str:
    if total == 0:
        return "Nothing was compared"
    if matching == total:
        return "Every figure matches"
    return f"{total - matching:,} of {total:,} figures do not match"


def _counts(counts: Counter[Outcome]) -> str:
    return "\n".join(
        f'<li data-outcome="{outcome}"><b>{counts[outcome]:,}</b> {outcome}</li>'
        for outcome in OUTCOMES
        if counts[outcome]
    )


def _buttons(counts: Counter[Outcome]) -> str:
    choices = [("", "all"), *((outcome, outcome) for outcome in OUTCOMES if counts[outcome])]
    return "\n".join(
        f'<button type="button" value="{value}" aria-pressed="{str(not value).lower()}">'
        f"{label}</button>"
        for value, label in choices
    )
