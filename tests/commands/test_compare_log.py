"""`lrviz compare PLAN LOG` and `check --log`: what is printed, drawn and returned."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from tests.support.lrvizrun import run

PLAN = """\
steps: 100
optimizer: {SGD: {lr: 0.1}}
scheduler:
  SequentialLR:
    schedulers: [LinearLR: {total_iters: 10}, CosineAnnealingLR: {T_max: 90}]
    milestones: [10]
"""
GUESSED = "steps are 'step', learning rates 'lr'; --columns chooses others"


def train(calls: int = 1) -> list[float]:
    """What a training loop reads before each of 100 steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    parts = [LinearLR(optimizer, total_iters=10), CosineAnnealingLR(optimizer, 90)]
    scheduler = SequentialLR(optimizer, parts, [10])
    rates = []
    for _ in range(100):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        for _ in range(calls):
            scheduler.step()
    return rates


def save(path: Path, rates: Sequence[float], first: int = 0) -> None:
    rows = (f"{first + step},{rate!r}" for step, rate in enumerate(rates))
    path.write_text("\n".join(("step,lr", *rows)) + "\n")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path


@pytest.mark.parametrize("order", [("plan.yaml", "run.csv"), ("run.csv", "plan.yaml")])
def test_a_run_that_follows_its_plan_is_said_to(order: tuple[str, str]) -> None:
    save(Path("run.csv"), train())
    done = run("compare", *order, "--exit-code")
    assert (done.status, done.stderr) == (0, f"note: run.csv: {GUESSED}\n")
    assert done.text == "matches plan.yaml at all 100 logged steps\n"


def test_a_run_that_parts_is_a_status_where_it_is_asked_for() -> None:
    save(Path("run.csv"), train(2))
    told = (
        "parts from plan.yaml at step 1: scheduler.step() was called 2 times in place of once "
        "(certain: that reproduces all 100 logged steps)\n"
    )
    for options, status in ((), 0), (("--exit-code",), 1):
        done = run("compare", "plan.yaml", "run.csv", *options)
        assert (done.status, done.text) == (status, told)


def test_the_verdict_for_other_programs_says_what_happened_and_where() -> None:
    save(Path("run.csv"), train(2))
    arguments = ("compare", "plan.yaml", "run.csv", "--output-format", "json")
    assert json.loads(run(*arguments, "--exit-code").text)["exit_status"] == 1
    data = json.loads(run(*arguments).text)
    assert (data["parted"], data["schema"], data["exit_status"]) == (True, 1, 0)
    (finding,) = data["findings"]
    assert (finding["kind"], finding["start"], finding["confidence"]) == ("calls", 0, "certain")
    assert finding["numbers"]["number"] == 2
    assert data["alignment"]["compared"] == 100
    assert (data["plan"], data["logs"]) == ("plan.yaml", ["run.csv"])
    assert [(each["source"], each["text"]) for each in data["notes"]] == [("run.csv", GUESSED)]
    assert data["series"][0]["first"] == 1


def test_two_schedules_for_other_programs() -> None:
    Path("half.yaml").write_text(PLAN.replace("lr: 0.1", "lr: 0.05"))
    done = run("compare", "plan.yaml", "half.yaml", "--output-format", "json", "--exit-code")
    first, second = json.loads(done.text)["comparisons"]
    assert done.status == 1
    assert (first["name"], first["difference"]) == ("plan", None)
    assert (second["name"], second["difference"]["parts"]) == ("half", 0)
    assert second["difference"]["largest"] == pytest.approx(-0.05)
    assert run("compare", "plan.yaml", "plan.yaml", "--exit-code").status == 0


def test_the_parts_of_one_run_are_held_as_one() -> None:
    rates = train()
    save(Path("first.csv"), rates[:60])
    save(Path("second.csv"), rates[50:], 50)
    done = run("compare", "plan.yaml", "second.csv", "first.csv")
    assert done.text == "matches plan.yaml at all 100 logged steps\n"
    back = "goes back to step 50; what was logged later stands, in place of 10 logged before"
    assert done.stderr.splitlines() == [
        f"note: second.csv: {GUESSED}",
        f"note: first.csv: {GUESSED}",
        f"note: first.csv and 1 more: {back}",
    ]


def test_parts_are_read_once_so_that_one_may_be_standard_input() -> None:
    rates = train()
    save(Path("first.csv"), rates[:60])
    save(Path("second.csv"), rates[60:], 60)
    data = Path("second.csv").read_bytes()
    done = run("compare", "plan.yaml", "first.csv", "-", stdin=data)
    assert done.text == "matches plan.yaml at all 100 logged steps\n"
    assert done.stderr == f"note: first.csv: {GUESSED}\nnote: -: {GUESSED}\n"


def test_the_columns_of_a_log_can_be_named() -> None:
    save(Path("run.csv"), train())
    text = Path("run.csv").read_text().replace("step,lr", "when,what")
    Path("run.csv").write_text(text)
    assert run("compare", "plan.yaml", "run.csv").status == 2
    done = run("compare", "plan.yaml", "run.csv", "--columns", "when,what")
    assert (done.status, done.text) == (0, "matches plan.yaml at all 100 logged steps\n")
    assert run("compare", "plan.yaml", "run.csv", "--columns", "when").stderr.endswith(
        "--columns when: must be STEP,LR,… for example step,lr\n"
    )


def test_a_setting_is_the_plans() -> None:
    save(Path("run.csv"), train())
    done = run("compare", "plan.yaml", "run.csv", "--set", "optimizer.SGD.lr=0.2")
    assert done.text.startswith("parts from plan.yaml at step 0: ")


def test_one_plan_is_wanted() -> None:
    save(Path("run.csv"), train())
    remedy = "name one plan and the logs of one run of it"
    for names, found in [
        (("plan.yaml", "plan.yaml", "run.csv"), "2 specs and 1 log"),
        (("run.csv", "run.csv"), "0 specs and 2 logs"),
    ]:
        done = run("compare", *names)
        assert (done.status, done.text) == (2, "")
        assert f"{found}; {remedy}" in done.stderr


def test_a_figure_of_a_log_does_not_say_how_exact_it_is() -> None:
    save(Path("run.csv"), train())
    assert run("plot", "run.csv", "-o", "run.png").status == 0
    done = run("compare", "plan.yaml", "run.png")
    assert done.status == 2
    assert "run.png: a figure of a log, which does not say how exact" in done.stderr


def test_what_is_neither_says_what_was_tried() -> None:
    Path("notes.txt").write_text("nothing of the kind\n")
    done = run("compare", "plan.yaml", "notes.txt")
    assert (done.status, done.text) == (2, "")
    assert done.stderr.startswith("notes.txt: neither a spec nor a log; tried ")


def test_the_report_of_a_check_shows_the_log_over_the_plan(folder: Path) -> None:
    save(Path("run.csv"), train(2))
    assert run("batch", "plan.yaml", "-o", "figures").status == 0
    arguments = ("check", "plan.yaml", "--baselines", "figures", "--log", "run.csv")
    done = run(*arguments, "--report", "report")
    assert done.status == 0
    page = (folder / "report/index.html").read_text("utf-8")
    assert "scheduler.step() was called 2 times in place of once" in page
    assert done.stderr.splitlines()[0] == f"note: run.csv: {GUESSED}"
    assert "steps are &#x27;step&#x27;, learning rates &#x27;lr&#x27;; --columns" in page
    assert page.count("data:image/png;base64,") == 1
    alone = run(*arguments)
    assert (alone.status, "name one spec, and --report" in alone.stderr) == (2, True)


def test_a_log_that_is_none_costs_the_check_nothing(folder: Path) -> None:
    Path("run.csv").write_text("step,loss\n1,2\n")
    assert run("batch", "plan.yaml", "-o", "figures").status == 0
    arguments = ("check", "plan.yaml", "--baselines", "figures", "--log", "run.csv")
    done = run(*arguments, "--report", "report")
    assert done.status == 2
    assert "1 match" in done.text
    assert "run.csv: " in done.stderr
    assert (folder / "report/index.html").is_file()


def test_a_part_that_began_anew_is_named_by_the_one_step_at_which_it_did() -> None:
    rates = train()
    save(Path("first.csv"), rates[:60])
    save(Path("second.csv"), rates[:40], 60)
    Path("second.csv").write_text(Path("second.csv").read_text().replace("lr", "train/lr"))
    done = run("compare", "plan.yaml", "first.csv", "second.csv", "--exit-code")
    assert done.status == 1
    assert done.text.startswith("parts from plan.yaml at step 60: it was started over at step 60 (")
