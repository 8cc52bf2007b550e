import math
import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from lrviz.check.report import build_report, write_report
from lrviz.check.verdict import Outcome, PixelsDifference, Verdict
from lrviz.errors import FileError
from lrviz.figure.image import decode_image
from lrviz.figure.moves import Move, NumbersDifference, ShapeChange
from tests.support.reports import HOSTILE, every_kind, hostile, judged, moved, shown


class Page(HTMLParser):
    """What a page is made of: (element, attributes) pairs, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def read(*all_evidence: Verdict) -> Page:
    return Page(build_report(all_evidence))


def visible(page: str) -> str:
    """The page's text, without style and script, in one line."""
    bare = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(" ".join(Page(bare).texts).split())


def articles(page: str) -> list[str]:
    return re.findall(r"<article .*?</article>", page, flags=re.DOTALL)


# What it says


def test_the_summary_counts_every_outcome() -> None:
    assert (
        "7 of 9 figures do not match 2 match 1 differs 1 missing 1 orphan 1 unreadable "
        "1 inconclusive 1 wrong 1 failed lrviz " in visible(build_report(every_kind()))
    )


@pytest.mark.parametrize(
    ("found", "title"),
    [
        ([], "Nothing was compared"),
        ([judged()], "Every figure matches"),
        ([judged("missing")], "1 of 1 figures do not match"),
    ],
)
def test_the_title_says_how_it_went(found: Sequence[Verdict], title: str) -> None:
    page = build_report(found)
    assert f"<h1>{title}</h1>" in page
    assert f"<title>lrviz check: {title.lower()}</title>" in page


def test_the_versions_that_compared_are_named() -> None:
    assert re.search(r"lrviz \S+, torch \S+, matplotlib \S+", visible(build_report([])))


def test_there_is_a_filter_button_an_outcome_and_one_for_all() -> None:
    buttons = read(judged("orphan"), judged("match"), judged("orphan")).all("button")
    assert [(each["value"], each["aria-pressed"]) for each in buttons] == [
        ("", "true"),
        ("match", "false"),
        ("orphan", "false"),
    ]


def test_what_does_not_match_is_an_article_and_what_matches_is_a_line_below() -> None:
    page = build_report(every_kind())
    names = [re.findall('class="name">(.*?)<', each)[0] for each in articles(page)]
    assert names == [
        "configs/step.yaml",
        "configs/new.yaml",
        "figures/old.webp",
        "configs/u.yaml",
        "configs/i.yaml",
        "configs/w.yaml",
        "configs/f.yaml",
    ]
    assert "2 match configs/m1.yaml configs/m2.yaml : pixels inconclusive" in visible(page)


def test_a_moved_curve_is_shown_with_all_that_is_known_of_it() -> None:
    page = build_report([moved(steps=3, kept=2)])
    assert visible(articles(page)[0]) == (
        "differs configs/step.yaml "
        "most at step 4: 0.1 → 0.05, -50 %; first at step 4 (3 of 7 steps differ) "
        "baseline: figures/step.webp "
        "baseline result difference curves "
        "Changed steps step quantity baseline result change "
        "4 lr (head) 0.3 1e-5 -100 % "
        "5 lr (head) 0.3 1e-5 -100 % "
        "the first 2 of 3 "
        "Pixels 1,200 of 1,800 pixels differ, by up to 255 of 255 "
        "Spec keys that differ key baseline result scheduler.StepLR.gamma 0.5 "
        "Versions part baseline result torch 2.6.0 2.13.0"
    )


def test_a_picture_is_the_bytes_that_were_given_and_says_what_it_shows() -> None:
    images = read(moved(steps=1, kept=1)).all("img")
    levels = {}
    for image in images:
        kind, _, content = (image["src"] or "").partition(",")
        assert kind == "data:image/png;base64"
        levels[image["alt"]] = int(decode_image(b64decode(content))[0, 0, 0])
    assert levels == {
        "baseline of configs/step.yaml: the stored figure": 0,
        "result of configs/step.yaml: the figure drawn now": 80,
        "difference of configs/step.yaml: the pixels that moved, marked": 160,
        "curves of configs/step.yaml: baseline and result laid over each other": 240,
    }


@pytest.mark.parametrize(
    ("baseline", "result", "words"),
    [
        (None, b"png", "baseline no baseline result"),
        (b"png", None, "baseline result no result"),
        (b"png", b"png", "difference the two cannot be laid over each other"),
        (None, None, "because baseline: figures/a.webp"),
    ],
)
def test_a_picture_that_is_not_there_is_said_to_be_missing(
    baseline: bytes | None, result: bytes | None, words: str
) -> None:
    found = shown(judged("differs"), baseline, result)
    assert visible(articles(build_report([found]))[0]).endswith(words)


def test_a_wrong_spec_is_shown_with_its_problems() -> None:
    assert "Problems configs/w.yaml:2:1: epochs: must be at least 1, got 0" in visible(
        build_report(every_kind())
    )


def test_a_long_table_is_cut_with_a_note() -> None:
    page = build_report([moved(steps=3_000, kept=24)])
    assert page.count("<td>lr (head)</td>") == 24
    assert "the first 24 of 3,000" in visible(page)


def test_a_table_that_is_whole_has_no_note() -> None:
    assert "the first" not in visible(build_report([moved(steps=3, kept=3)]))


def test_a_long_list_of_moved_series_is_cut_with_a_note() -> None:
    moves = tuple(Move(0, 1, "", 1.0, 2.0, 1, 9, "lr", "", f"group{i}") for i in range(30))
    shape = (ShapeChange("steps", 9, 10),)
    verdict = Verdict("differs", "a.yaml", "a.png", "", NumbersDifference(shape, moves))
    words = visible(build_report([verdict]))
    assert "What moved steps were 9, are 10 lr (group0) at step 0:" in words
    assert "lr (group8)" in words
    assert "lr (group9)" not in words
    assert "the first 10 of 31" in words


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (0.1, 0.05, "0.1 0.05 -50 %"),
        (-2.0, -1.0, "-2 -1 +50 %"),
        (0.0, 1.0, "0 1"),
        (math.nan, math.inf, ".nan .inf"),
    ],
)
def test_a_change_is_told_in_percent_where_that_says_something(
    old: float, new: float, change: str
) -> None:
    move = Move(7, 8, "", old, new, 1, 9, "lr")
    found = replace(judged("differs"), numbers=NumbersDifference((), (move,), steps=(move,)))
    assert visible(build_report([found])).endswith(f"7 lr {change}")


def test_pictures_of_two_sizes_are_told_with_both() -> None:
    pixels = PixelsDifference(0, 0, 0, (640, 480), (1000, 500))
    verdict = Verdict("differs", "a.yaml", "a.png", "pixels", pixels=pixels)
    assert "Pixels the picture was 640 x 480 pixels, is 1000 x 500" in visible(
        build_report([verdict])
    )


# What it must not do


@pytest.mark.parametrize(
    ("outcome", "pictures"), [("differs", ["baseline", "curves"]), ("match", [])]
)
def test_no_word_of_a_spec_or_file_becomes_markup(outcome: Outcome, pictures: list[str]) -> None:
    tame = judged(outcome)
    page = read(hostile(outcome))
    assert len(page.all("script")) == len(read(tame).all("script")) == 1
    images = page.all("img")
    assert [(image["alt"] or "").split()[0] for image in images] == pictures
    assert [(image["src"] or "")[:5] for image in images] == ["data:"] * len(pictures)
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert HOSTILE in " ".join(page.texts)


def test_control_characters_are_spelt_out() -> None:
    page = build_report([judged("differs", "a\x00b\x1b[2J\u202e\udcff.yaml", "one\ntwo")])
    assert r"a\x00b\x1b[2J\u202e\udcff.yaml" in page
    assert r"one\ntwo" in page
    assert all(character.isprintable() or character == "\n" for character in page)


def test_a_dollar_in_a_name_is_a_dollar() -> None:
    assert "a$style${script}.yaml" in visible(
        build_report([judged("wrong", "a$style${script}.yaml")])
    )


def test_nothing_is_loaded_from_anywhere() -> None:
    page = build_report(every_kind())
    addresses = [
        attributes[name]
        for _, attributes in Page(page).elements
        for name in ("src", "href", "srcset", "action", "data", "poster")
        if name in attributes
    ]
    assert {(address or "")[:5] for address in addresses} == {"data:"}
    assert not re.search(r"https?://|url\(|@import|fetch\(|XMLHttp|import\(", page)


def test_the_policy_forbids_all_but_this_style_this_script_and_pictures_in_the_page() -> None:
    policy = next(each["content"] for each in read().all("meta") if "http-equiv" in each)
    assert policy is not None
    assert re.sub("'sha256-[A-Za-z0-9+/]{43}='", "HASH", policy) == (
        "default-src 'none'; img-src data:; style-src HASH; script-src HASH; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [write_report(every_kind(), tmp_path / name) for name in ("a", "b")]
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert str(tmp_path).encode() not in first


# Where it goes


def test_the_folder_is_made_and_the_page_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "report"
    write_report([], folder)
    path = write_report([judged("orphan")], folder)
    assert path == folder / "index.html"
    assert path.read_text(encoding="utf-8") == build_report([judged("orphan")])
    assert [each.name for each in folder.iterdir()] == ["index.html"]


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(b"mine")
    with pytest.raises(FileError, match="report: cannot write: not a folder"):
        write_report([], tmp_path / "report")
    with pytest.raises(FileError, match="deeper: cannot write: not a directory"):
        write_report([], tmp_path / "report" / "deeper")
    assert (tmp_path / "report").read_bytes() == b"mine"


# How it looks


def palettes() -> list[dict[str, str]]:
    """The colours of the light scheme and of the dark one."""
    css = (files("lrviz.check.report") / "page.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, flags=re.DOTALL)
    return [dict(re.findall(r"--(\w+): (#\w{6});", each)) for each in (light, dark)]


def luminance(color: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("word", ["text", "quiet", "accent", "good", "bad", "unsure"])
@pytest.mark.parametrize("ground", ["page", "card"])
@pytest.mark.parametrize("scheme", [0, 1])
def test_words_stand_out_from_their_ground(word: str, ground: str, scheme: int) -> None:
    colors = palettes()[scheme]
    darker, lighter = sorted(luminance(colors[each]) for each in (word, ground))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
