"""Which files a page may name: the metrics of the spec on disk, and no others."""

from pathlib import Path

import pytest

from tests.support.exploring import explore

CSV = "epochs: 2\nmetric: {csv: a.csv, column: loss}\nscheduler: ReduceLROnPlateau\n"
LIST = "epochs: 2\nmetric: [0.5]\nscheduler: ReduceLROnPlateau\n"
LOOK = {"style": "light", "narrow": False}
SAID = "the spec on disk names no such file, and a page opens no other"


@pytest.mark.slow
def test_a_page_opens_no_file_that_the_spec_on_disk_does_not_name(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("loss\n0.5\n0.4\n")
    spec = tmp_path / "a.yaml"
    spec.write_text(LIST)
    with explore("a.yaml", "--no-browser", cwd=tmp_path) as explored:
        page = explored.page

        def find_problems(text: str) -> list[tuple[list[str], str]]:
            body = {"tab": "1", "text": text, "changes": [], "look": LOOK, "quick": False}
            told = page.post("draw", body).told["problems"]
            return [(each["key"], each["line"]) for each in told]

        assert find_problems(LIST) == []
        assert find_problems(CSV) == [(["metric", "csv"], f"a.yaml:2:10: metric.csv: {SAID}")]
        seen = page.get("state").told["seen"]
        saved = page.post("save", {"tab": "1", "text": CSV, "seen": seen})
        assert (saved.status, spec.read_text()) == (422, LIST)
        spec.write_text(CSV)  # by whoever may write it
        assert page.post("save", {"tab": "1", "text": LIST, "seen": seen}).status == 409
        assert find_problems(CSV) == []
        curves = f"{CSV}curves: {{x: {{metric: {{csv: b.csv, column: loss}}}}, y: {{}}}}\n"
        assert find_problems(curves) == [
            (["curves", "x", "metric", "csv"], f"a.yaml:4:23: curves.x.metric.csv: {SAID}")
        ]
