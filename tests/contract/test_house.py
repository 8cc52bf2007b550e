"""The plan of the package, as `CONTRIBUTING.md` draws it."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tests.support.specs import ROOT

PACKAGE = ROOT / "lrviz"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
LAZY = ("lrviz.run.driven", "lrviz.figure.image")
"""A notebook asks the run itself for its figure; it is the one import that points up."""

TESTS = sorted((ROOT / "tests").rglob("*.py"))
FROM_A_TEST = re.compile(r"^\s*(?:from|import) tests\b.*\btest_.*", re.MULTILINE)

PUBLIC = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
import lrviz
run = lrviz.simulate(lrviz.load("configs/steplr.yaml"))
assert run.curves[0].steps == 32
assert lrviz.plot(run).axes
assert lrviz.parse_spec("epochs: 1\\nscheduler: {StepLR: {step_size: 1}}").epochs == 1
from torch import nn, optim
scheduler = optim.lr_scheduler.StepLR(optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0), 1)
assert lrviz.preview(scheduler, steps=2).curves[0].lr.tolist() == [[1.0, 0.1]]
assert lrviz.lint(run) == ()
assert not lrviz.compare(run, run).parted
assert lrviz.resume(run.spec, at=8)
"""


def iter_imports(node: ast.AST) -> Iterator[str]:
    """Yield what is imported, inside functions too; not what only annotations need."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from iter_imports(child)


def imports_of(path: Path) -> set[str]:
    """Return the modules of lrviz that one imports."""
    names = set(iter_imports(ast.parse(path.read_text("utf-8"))))
    found = {name if name in MODULES else name.rpartition(".")[0] for name in names}
    return found & MODULES.keys()


def test_no_module_name_stands_twice() -> None:
    names = Counter(
        name.rpartition(".")[2] for name in MODULES if not name.endswith(("__main__", "lrviz"))
    )
    assert {name: count for name, count in names.items() if count > 1} == {}


def test_the_package_has_at_most_seventeen_doors() -> None:
    doors = {path.name for path in PACKAGE.iterdir()} - {"__pycache__", "py.typed"}
    assert len(doors) <= 17, sorted(doors)


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: imports_of(path) for name, path in MODULES.items()}
    importer, imported = LAZY
    graph[importer].remove(imported)
    TopologicalSorter(graph).prepare()


def test_every_module_can_be_read_at_one_sitting() -> None:
    lines = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > 250} == {}


def test_importing_every_module_hides_no_public_function() -> None:
    names = [name for name in MODULES if not name.endswith("__main__")]
    subprocess.run([sys.executable, "-c", PUBLIC, *names], cwd=ROOT, check=True, timeout=120)


def test_no_test_imports_from_another() -> None:
    """Nor does what they share, nor a script that one runs in another process."""
    found = {path.stem: FROM_A_TEST.findall(path.read_text("utf-8")) for path in TESTS}
    assert {name: lines for name, lines in found.items() if lines} == {}
