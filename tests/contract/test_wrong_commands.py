"""What a newcomer types: taken as it is meant, or answered with the line to type."""

from pathlib import Path

import pytest

import lrviz
from lrviz.drive.signatures import installed_optimizer_arguments
from lrviz.reading.sources import load
from lrviz.spec.belonging import list_order
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.ends import BESIDE, find_keys, rank_keys
from lrviz.spec.tree import Tree
from tests.support.lrvizrun import run
from tests.support.specs import STEP, WriteSpec

SEQUENCE = """\
epochs: 4
steps_per_epoch: 8
scheduler:
  SequentialLR:
    schedulers:
      - LinearLR: {start_factor: 0.1, total_iters: 4}
      - ConstantLR: {factor: 1, total_iters: 4}
      - CosineAnnealingLR: {T_max: 20}
    milestones: [4, 8]
"""
CURVES = """\
steps: 8
curves:
  a: {scheduler: {ExponentialLR: {gamma: 0.9}}}
  b: {scheduler: {ExponentialLR: {gamma: 0.8}}, optimizer: {AdamW: {lr: 0.1}}}
"""
GROUPS = """\
steps: 8
optimizer: {SGD: {param_groups: [{lr: 0.1}, {lr: 0.2}]}}
scheduler: {StepLR: {step_size: 4}}
"""
FILES = {
    "a.yaml": STEP,
    "seq.yaml": SEQUENCE,
    "curves.yaml": CURVES,
    "groups.yaml": GROUPS,
    "steps.yaml": "steps: 320\nscheduler: {StepLR: {step_size: 80}}\n",
    "train.py": "def make(): ...\n",
    "log.csv": "step,lr\n0,0.1\n1,0.05\n2,0.02\n",
    "configs/a.yaml": STEP,
}
ENDINGS = ".png, .webp, .svg, .pdf, .html"
LINEAR = "scheduler.SequentialLR.schedulers.0.LinearLR.total_iters"
CONSTANT = "scheduler.SequentialLR.schedulers.1.ConstantLR.total_iters"
COSINE = "scheduler.SequentialLR.schedulers.2.CosineAnnealingLR.T_max"
LOGS = "trainer_state.json, metrics.csv, scalars.json, results.csv, summary.csv, metrics.json"
NO_LOG = (
    f"configs: no log in this folder (looked for {LOGS} and event files); "
    "its specs are drawn by lrviz batch configs -o figures"
)
ONLY_FIGURE = "a log holds no schedule; only its title and figure can be set"

# What is typed, the exit status, and what is said beside the lines on usage.
WRONG = [
    # words
    (["plt", "a.yaml"], 2, "No such command 'plt'. Did you mean 'plot'?"),
    (["lnt"], 2, "No such command 'lnt'. Did you mean 'lint'?"),
    (["help"], 2, "no command 'help'; did you mean lrviz --help?"),
    (["help", "plot"], 2, "no command 'help'; did you mean lrviz plot --help?"),
    (["version"], 2, "no command 'version'; did you mean lrviz --version?"),
    (["draw", "a.yaml"], 2, "no command 'draw'; did you mean lrviz plot a.yaml?"),
    (["diff", "a b.yaml"], 2, "no command 'diff'; did you mean lrviz compare 'a b.yaml'?"),
    (["explain", "LR001"], 2, "no command 'explain'; did you mean lrviz lint --explain LR001?"),
    (["StepLR"], 2, "no command 'StepLR'; did you mean lrviz new StepLR?"),
    (["-x"], 2, "No such option: -x"),
    (["-o", "x.png"], 2, "Missing argument 'SPEC'. Type lrviz -o x.png spec.yaml"),
    (["lint", "--fix"], 2, "nothing to lint; name a spec or a folder of them"),
    (["show"], 2, "Missing argument 'NAME'. Type lrviz show StepLR"),
    (["import"], 2, "Missing argument 'CONFIG'. Type lrviz import args.yaml"),
    # sources
    (["nosuch.yaml"], 3, "nosuch.yaml: cannot read: no such file"),
    (["*.yml"], 3, "*.yml: cannot read: no such file"),
    (["configs"], 2, NO_LOG),
    (["plot", "configs"], 2, NO_LOG),
    (["plot", "b.png"], 2, "b.png: no such figure; did you mean -o b.png?"),
    (["train.py"], 2, "train.py: holds no spec; name a function in it as train.py:FUNCTION"),
    (
        ["compare", "log.csv"],
        2,
        "log.csv: a log, and no plan to hold it against; type lrviz compare PLAN.yaml log.csv",
    ),
    (
        ["compare", "a.yaml"],
        2,
        "a.yaml: nothing to compare it with; type lrviz compare a.yaml OTHER.yaml",
    ),
    # outputs
    (["a.yaml", "seq.yaml", "-o", "x.png"], 2, "-o x.png: one file for 2 specs; leave -o out"),
    (
        ["a.yaml", "-o", "x.jpg"],
        2,
        f"-o x.jpg: no known ending (known: {ENDINGS}); give -o x.png, or the format with -f",
    ),
    (
        ["a.yaml", "-f", "jpg"],
        2,
        "Invalid value for '-f' / '--format': 'jpg' is not one of "
        "'png', 'webp', 'svg', 'pdf', 'html'.",
    ),
    (
        ["new", "StepLR", "-o", "s.png"],
        2,
        "-o s.png: this is a text; give -o s.yaml, then lrviz plot s.yaml",
    ),
    (
        ["new", "StepLR", "-o", "a.yaml"],
        2,
        "a.yaml: is there already; name another file, or insist with --overwrite",
    ),
    (
        ["schema", "-o", "a.yaml"],
        2,
        "a.yaml: not a schema that lrviz wrote; name another file, or insist with --overwrite",
    ),
    (
        ["batch", "configs"],
        2,
        "Missing option '-o' / '--output'. Type lrviz batch configs -o figures",
    ),
    (
        ["check", "configs"],
        2,
        "Missing option '--baselines'. Type lrviz check configs --baselines figures",
    ),
    # options
    (
        ["a.yaml", "--output-fromat", "x"],
        2,
        "No such option: --output-fromat (Possible options: --format, --output)",
    ),
    (["a.yaml", "--dark"], 2, "no option --dark; did you mean lrviz plot a.yaml --style dark?"),
    (
        ["compare", "--log", "a b.yaml", "a.yaml"],
        2,
        "no option --log; did you mean lrviz compare --yscale log 'a b.yaml' a.yaml?",
    ),
    (["lint", "--png", "a.yaml"], 2, "No such option: --png"),
    (["a.yaml", "--style", "drak"], 2, "--style drak: figure.style: no style 'drak'; "),
    (["steps.yaml", "--steps=abc"], 2, "--steps abc: steps: must be a whole number, got 'abc'"),
    (
        ["a.yaml", "--yscale", "ln"],
        2,
        "Invalid value for '--yscale': 'ln' is not one of 'linear', 'log'.",
    ),
    (
        ["a.yaml", "--lr", "1e-3,1e-4"],
        2,
        "--lr 1e-3,1e-4: is one number; type --sweep 'lr=[1e-3, 1e-4]'",
    ),
    (
        ["steps.yaml", "--epochs", "3"],
        2,
        "--epochs 3: epochs: cannot stand beside the spec's steps; give --steps N instead",
    ),
    (
        ["steps.yaml", "--epochs", "3", "--steps-per-epoch", "813"],
        2,
        "--epochs 3: epochs: cannot stand beside the spec's steps; give --steps 2439 instead",
    ),
    (
        ["a.yaml", "--steps", "100"],
        2,
        "--steps 100: steps: cannot stand beside the spec's epochs; give --epochs 12.5 instead",
    ),
    (["log.csv", "--lr", "0.1"], 2, f"log.csv: --lr 0.1: {ONLY_FIGURE}"),
    (["log.csv", "--set", "gamma=0.1"], 2, f"log.csv: --set gamma=0.1: {ONLY_FIGURE}"),
    # settings
    (
        ["--set", "gamma", "0.1", "a.yaml"],
        2,
        "--set gamma: must be KEY=VALUE; type --set gamma=0.1",
    ),
    (["a.yaml", "--set", "gamma"], 2, "--set gamma: must be KEY=VALUE; type --set gamma=VALUE"),
    (
        ["a.yaml", "--set", "gamma:0.1"],
        2,
        "--set gamma:0.1: must be KEY=VALUE; type --set gamma=0.1",
    ),
    (
        ["a.yaml", "--set", "gama=0.1"],
        2,
        "--set gama=0.1: no such key; did you mean --set gamma=0.1?",
    ),
    (
        ["a.yaml", "--set", "scheduler.gamma=0.1"],
        2,
        "--set scheduler.gamma=0.1: no such key; did you mean --set scheduler.StepLR.gamma=0.1?",
    ),
    (
        ["a.yaml", "--set", "xyz=1"],
        2,
        "--set xyz=1: no such key; "
        "known: epochs, steps_per_epoch, scheduler, StepLR, step_size, gamma, lr",
    ),
    (
        ["seq.yaml", "--set", "total_iters=8"],
        2,
        f"--set total_iters=8: stands for 2 keys; give --set {LINEAR}=8 or --set {CONSTANT}=8",
    ),
    (
        ["seq.yaml", "--set", "scheduler.CosineAnnealingLR.T_max=9"],
        2,
        f"--set scheduler.CosineAnnealingLR.T_max=9: no such key; did you mean --set {COSINE}=9?",
    ),
    (
        ["curves.yaml", "--lr", "0.3"],
        2,
        "--lr 0.3: stands for 2 keys; give --set curves.b.optimizer.AdamW.lr=0.3 "
        "or --set optimizer.SGD.lr=0.3",
    ),
    (
        ["groups.yaml", "--lr", "0.3"],
        2,
        "--lr 0.3: stands for 2 keys; give --set optimizer.SGD.param_groups.0.lr=0.3 "
        "or --set optimizer.SGD.param_groups.1.lr=0.3",
    ),
    # sweeps
    (
        ["a.yaml", "--sweep", "gamma=0.1,0.5"],
        2,
        "--sweep gamma=0.1,0.5: must be KEY=[…]; type --sweep 'gamma=[0.1, 0.5]'",
    ),
    (
        ["a.yaml", "--sweep", "gamma=[0.1 0.5]"],
        2,
        "--sweep gamma=[0.1 0.5]: must be KEY=[…]; type --sweep 'gamma=[0.1, 0.5]'",
    ),
    (
        ["a.yaml", "--sweep", "gama=[0.1, 0.5]"],
        2,
        "--sweep gama=[0.1, 0.5]: sweep.gama: no such key; "
        "did you mean --sweep 'gamma=[0.1, 0.5]'?",
    ),
    (
        ["seq.yaml", "--sweep", "total_iters=[2, 4]"],
        2,
        "--sweep total_iters=[2, 4]: sweep.total_iters: stands for 2 keys; "
        f"give --sweep '{LINEAR}=[2, 4]' or --sweep '{CONSTANT}=[2, 4]'",
    ),
    # names
    (["show", "Steplr"], 2, "unknown scheduler 'Steplr'; did you mean 'StepLR'?"),
    (["lint", "--explain", "warm"], 2, "no rule warm; "),
    (["lint"], 2, "nothing to lint; name a spec or a folder of them"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("wrong")
    (root / "configs").mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text, "utf-8")
    return root


@pytest.mark.parametrize(
    ("arguments", "status", "answer"), WRONG, ids=[" ".join(each[0]) for each in WRONG]
)
def test_a_wrong_command_is_answered_with_the_line_to_type(
    arguments: list[str], status: int, answer: str, folder: Path
) -> None:
    result = run(*arguments, cwd=folder)
    said = result.stderr.rpartition("\nError: ")[2].rstrip("\n")
    assert (result.status, result.stdout) == (status, b"")
    assert said.startswith(answer) if answer.endswith("; ") else said == answer
    assert {each.name for each in folder.iterdir()} == {name.split("/")[0] for name in FILES}


@pytest.mark.parametrize(
    ("arguments", "drawn"),
    [
        (["step.yaml"], "step.png"),
        (["step.yaml", "-o", "x.svg"], "x.svg"),
        (["-o", "x.svg", "step.yaml"], "x.svg"),
        (["--style", "dark", "step.yaml"], "step.png"),
        (["./step.yaml", "--epochs", "2.5", "--lr", "0.1", "--title", "a: [b]"], "step.png"),
    ],
)
def test_a_spec_alone_is_drawn(arguments: list[str], drawn: str, step: Path) -> None:
    result = run(*arguments, cwd=step.parent)
    assert (result.status, result.text, result.stderr) == (0, f"{drawn}\n", "")


def test_help_says_that_a_spec_alone_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = run("--help").text
    assert "`lrviz SPEC` draws it, as `lrviz plot SPEC` does." in text
    assert "..." not in text.partition("Options:")[2]
    assert run("a.yaml", "--help").text == run("plot", "--help").text


def test_the_options_before_a_spec_are_completed_as_those_of_plot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_LRVIZ_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "lrviz a.yaml --style d")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert run().text.split() == ["dark"]


def test_a_figure_drawn_with_the_end_of_a_key_knows_the_whole_of_it(step: Path) -> None:
    arguments = ("--set", "gamma=0.1", "--set", "weight_decay=0.2", "--sweep", "step_size=[2, 4]")
    assert run(step.name, *arguments, cwd=step.parent).status == 0
    tree = load(step.with_suffix(".png")).tree
    assert tree["scheduler"] == {"StepLR": {"step_size": 4, "gamma": 0.1}}
    assert tree["optimizer"] == {"SGD": {"weight_decay": 0.2}}
    assert tree["sweep"] == {"scheduler.StepLR.step_size": [2, 4]}


def test_title_scale_and_rate_are_as_set_in_the_spec(step: Path) -> None:
    options = ("--title", "5", "--yscale", "log", "--lr", "0.3", "--epochs", "2")
    assert run(step.name, *options, cwd=step.parent).status == 0
    spec = load(step.with_suffix(".png"))
    assert (spec.title, spec.figure.yscale, spec.epochs) == ("5", "log", 2)
    assert lrviz.simulate(spec).curves[0].lr[0, 0] == 0.3


def test_a_comparison_takes_a_title_and_a_scale(step: Path, write_spec: WriteSpec) -> None:
    write_spec(STEP.replace("0.5", "0.6"), "b.yaml")
    options = ("--title", "both", "--yscale", "log", "-o", "c.svg")
    result = run("compare", "step.yaml", "b.yaml", *options, cwd=step.parent)
    assert (result.status, result.stderr) == (0, "")
    assert "<!-- both -->" in (step.parent / "c.svg").read_text()


def test_verbose_says_what_the_end_of_a_key_meant(step: Path) -> None:
    said = run(step.name, "--set", "gamma=0.1", "-v", cwd=step.parent).stderr
    assert "note: step.yaml: --set gamma=0.1 sets scheduler.StepLR.gamma\n" in said
    whole = run(step.name, "--set", "scheduler.StepLR.gamma=0.1", "-v", cwd=step.parent).stderr
    assert "sets" not in whole


@pytest.mark.parametrize(
    ("key", "tree", "found"),
    [
        ("lr", {}, ["optimizer.SGD.lr"]),
        ("lr", {"optimizer": "AdamW"}, ["optimizer.AdamW.lr"]),
        ("lr", {"optimizer": {"SGD": {"param_groups": [{"lr": 1}, {}]}}}, ["optimizer.SGD.lr"]),
        ("steps_per_epoch", {"scheduler": "OneCycleLR"}, ["steps_per_epoch"]),
        ("total_steps", {"scheduler": "OneCycleLR"}, ["scheduler.OneCycleLR.total_steps"]),
        (
            "t_initial",
            {"scheduler": {"timm.CosineLRScheduler": None}},
            ["scheduler.timm.CosineLRScheduler.t_initial"],
        ),
        (
            "a.scheduler.StepLR.gamma",
            {"curves": {"a": {"scheduler": "StepLR"}}},
            ["curves.a.scheduler.StepLR.gamma"],
        ),
        ("accumulate", {"data": {"examples": 8}}, ["data.accumulate"]),
        ("accumulate", {}, []),
        ("gamma", {"scheduler": "LinearLR"}, []),
    ],
)
def test_an_end_stands_for_what_is_there_or_could_be(
    key: str, tree: dict[str, Tree], found: list[str]
) -> None:
    assert find_keys(key, rank_keys(tree)) == found


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_arguments_of_every_optimizer_are_known_by_their_ends(name: str) -> None:
    taken = {each.name for each in installed_optimizer_arguments(name)}
    assert taken - {*list_order(name), *BESIDE} == set()


@pytest.mark.parametrize("name", list(CATALOG))
def test_a_new_spec_of_any_length_earns_no_finding(name: str, tmp_path: Path) -> None:
    for length in ((), ("--epochs", "3", "--steps-per-epoch", "813")):
        arguments = ("new", name, *length, "-o", "x.yaml", "--overwrite")
        assert run(*arguments, cwd=tmp_path).text == "x.yaml\n"
        result = run("lint", "x.yaml", cwd=tmp_path)
        assert (result.status, result.text, result.stderr) == (0, "", "1 spec: 1 clean\n")


def test_a_schema_is_written_over_an_older_one(tmp_path: Path) -> None:
    for _ in range(2):
        assert run("schema", "-o", "s.json", cwd=tmp_path).text == "s.json\n"
    assert (tmp_path / "s.json").read_bytes() == run("schema").stdout


def test_fixing_says_of_every_finding_that_is_left_why(tmp_path: Path) -> None:
    """An LR that falls too low may be mended in several ways."""
    text = "epochs: 4\nsteps_per_epoch: 8\nscheduler: {ExponentialLR: {gamma: 0.1}}\n"
    (tmp_path / "a.yaml").write_text(text)
    result = run("lint", "a.yaml", "--fix", cwd=tmp_path)
    assert result.stderr == (
        "a.yaml:3:29: LR007 not fixed: no remedy is certain\n1 spec: 1 with findings (1 warning)\n"
    )
    assert (tmp_path / "a.yaml").read_text() == text


@pytest.mark.parametrize("code", ["LR001", "lr1", "1", " LR1 "])
def test_a_rule_is_explained_however_its_code_is_typed(code: str) -> None:
    assert run("lint", "--explain", code).text.startswith("LR001 ")
