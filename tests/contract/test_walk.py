"""How far a command walks: a newcomer who follows it reads that many modules."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.specs import ROOT

SECOND = """
import sys
from lrviz.cli import app
from tests.support.walk import walk

def run():
    try:
        app(sys.argv[1:], standalone_mode=False)
    except SystemExit as end:
        assert not end.code

run()  # what is loaded once, and read once, is no part of the way
modules, switches = walk(run)
print(len(modules), switches, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("command", "most_modules", "most_switches"),
    [
        ("plot configs/steplr.yaml -o {folder}/a.png", 50, 450),
        ("check configs/steplr.yaml --baselines figures -j 1", 45, 300),
    ],
    ids=["plot", "check"],
)
def test_a_command_walks_no_further_than(
    command: str, most_modules: int, most_switches: int, tmp_path: Path
) -> None:
    arguments = command.format(folder=tmp_path).split()
    done = subprocess.run(
        [sys.executable, "-c", SECOND, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    modules, switches = map(int, done.stderr.split()[-2:])
    assert modules <= most_modules
    assert switches <= most_switches
