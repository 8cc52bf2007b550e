"""What is wrong in a page is seen: a page is taken apart as its reader reads it."""

from pathlib import Path

import pytest

from tests.support.pages import Call, Page, calls, slug


def test_a_heading_is_named_as_github_names_it() -> None:
    assert slug("### 8. CosineAnnealingLR"[4:]) == "8-cosineannealinglr"
    assert slug("What is wrong: `figure.x`?") == "what-is-wrong-figurex"
    assert slug("自己画一张\uff08一分钟\uff09") == "自己画一张一分钟"


def test_a_page_is_taken_apart_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "# A\n\n```yaml\n# a.yaml\nepochs: 1\n```\n\nthen `.venv/bin/lrviz\nshow NAME`\n"
        "   ```console\n"
        "   $ lrviz lint a.yaml\n   a.yaml: wrong\n   (exits with 1)\n"
        "   $ pip install b && lrviz list\n"
        "   ```\n## A\n```sh\npip install 'c; d' e; printf ';' > f\n```\n",
        "utf-8",
    )
    page = Page(path)
    assert [(part.kind, part.line, part.file) for part in page.parts] == [
        ("yaml", 3, "a.yaml"),
        ("inline", 8, None),
        ("console", 10, None),
        ("sh", 17, None),
    ]
    assert [call for part in page.parts for call in calls(part)] == [
        Call("lrviz show StepLR", statuses=(0, 1)),
        Call("lrviz lint a.yaml", ("a.yaml: wrong",), (1,)),
        Call("lrviz list"),
        Call("printf ';' > f"),
    ]
    assert page.anchors == {"a", "a-1"}


UNREAD = [
    "```bash\n```",
    "```sh title\n```",
    "~~~sh\n~~~",
    "> ```sh",
    "[a][b]",
    "[b]: c.md",
    "[a](b.md 'c')",
    "<img alt='a' src='b.png'>",
]


@pytest.mark.parametrize("text", UNREAD)
def test_what_a_page_has_that_is_not_read_is_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(f"a\n\n{text}\n", "utf-8")
    assert Page(tmp_path / "page.md").unread


def test_a_file_that_nothing_reads_is_seen(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(
        "```sh\nlrviz a.yaml\n```\n```yaml\n# a.yaml\n```\n```yaml\n# b.yaml\n```\n"
        "```yaml\n# .c.yaml\n```\n`lrviz b.yaml`\n",
        "utf-8",
    )
    assert Page(tmp_path / "page.md").idle == ["a.yaml"]
