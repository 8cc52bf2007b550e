"""What is built and installed: the extras, the wheel, the sdist, and how a version is cited."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

import lrviz
from lrviz.spec.catalog import THIRD_PARTY
from tests.support.specs import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
REQUIRED = [*PROJECT["project"]["dependencies"], *(each for one in EXTRAS.values() for each in one)]
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def name_of(requirement: str) -> str:
    """Return whose requirement it is, as package indexes spell it."""
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_every_library_of_the_catalog_has_an_extra_of_its_name() -> None:
    for library in THIRD_PARTY.packages:
        assert [name_of(each) for each in EXTRAS[library]] == [library]
    assert EXTRAS["all"] == [f"lrviz[{','.join(THIRD_PARTY.packages)}]"]
    assert set(EXTRAS) == {*THIRD_PARTY.packages, "all", "test", "dev"}


def test_what_is_required_is_required_once_and_pinned() -> None:
    pinned = (ROOT / "constraints.txt").read_text("utf-8").splitlines()[1:]
    assert pinned == sorted(pinned, key=str.lower)
    names = [name_of(each) for each in REQUIRED if not each.startswith("lrviz[")]
    assert len(names) == len(set(names))
    # It comes with timm, and each of its releases with one of torch.
    assert {*names, "torchvision"} <= {name_of(each) for each in pinned}


def test_what_builds_is_there_without_a_network() -> None:
    """So that the tests need none, and build as `pip install` does."""
    assert set(PROJECT["build-system"]["requires"]) <= set(EXTRAS["dev"])


def test_the_newest_version_is_the_one_that_is_cited() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    entry = re.search(r"^## \[(\d[^]]*)\] - (\S+)$", changes, re.MULTILINE)
    assert entry is not None
    assert (cited["version"], cited["date-released"]) == entry.groups()
    assert cited["version"] == lrviz.__version__
    assert cited["license"] == PROJECT["project"]["license"]
    assert cited["authors"] == PROJECT["project"]["authors"]


def list_files() -> set[str]:
    """Return the files of a clean checkout, or of what was unpacked in place of one."""
    if git := shutil.which("git"):  # whoever owns the folder
        command = [git, "-c", "safe.directory=*", "ls-files", "-z"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        if tracked := done.stdout.decode().split("\0")[:-1]:
            return {name for name in tracked if (ROOT / name).is_file()}
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()}
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    kept = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    return {
        path.as_posix()
        for path in found
        if not ignored & set(path.parts)
        and any(fnmatch(f"/{path.parts[0]}", pattern) for pattern in kept)
    }


def build(*arguments: object) -> None:
    """Run `python -m build` with what is installed here."""
    command = [sys.executable, "-m", "build", "--no-isolation", *map(str, arguments)]
    done = subprocess.run(command, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def unzip(folder: Path) -> dict[str, bytes]:
    """Return what the one wheel in a folder holds, by path."""
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def run(folder: Path, *command: str | Path) -> str:
    """Run a command in a folder; return what it prints, which is nothing but that."""
    done = subprocess.run(
        command, cwd=folder, env=ENV, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="programs lie elsewhere there")
def test_wheel_and_sdist_carry_everything_and_what_is_installed_works(tmp_path: Path) -> None:
    files = list_files()
    for name in files:
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "tree" / name)
    for junk in ("lrviz/__pycache__/a.pyc", "figures/.pytest_cache/a", "out/a.webp", "mine.yaml"):
        (tmp_path / "tree" / junk).parent.mkdir(exist_ok=True)
        (tmp_path / "tree" / junk).touch()

    build(tmp_path / "tree", "-o", tmp_path / "both")  # an sdist, and of that the wheel
    (sdist,) = (tmp_path / "both").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        members = [each.name for each in archive.getmembers() if each.isfile()]
    assert {name.partition("/")[2] for name in members} == files | {"PKG-INFO"}
    build("--wheel", tmp_path / "tree", "-o", tmp_path / "wheel")
    wheel = unzip(tmp_path / "wheel")
    assert unzip(tmp_path / "both") == wheel
    info = f"lrviz-{lrviz.__version__}.dist-info"
    package = {name: (ROOT / name).read_bytes() for name in files if name.startswith("lrviz/")}
    configs = {name: (ROOT / name).read_bytes() for name in files if name.startswith("configs/")}
    package |= {f"lrviz/page/{name}": data for name, data in configs.items()}
    assert {name: data for name, data in wheel.items() if not name.startswith(info)} == package
    assert wheel[f"{info}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()

    # What is installed here is seen, but for this lrviz: a .pth found by a .pth is not followed.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    program = tmp_path / "venv/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(program), "install", "--no-deps"]
    wheels = (tmp_path / "both").glob("*.whl")
    subprocess.run([*pip, "--no-index", *wheels], env=ENV, check=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    place = run(empty, program, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    here = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    Path(place.strip(), "here.pth").write_text("\n".join(here), "utf-8")
    found = Path(run(empty, program, "-c", "import lrviz; print(lrviz.__file__)").strip())
    assert found == Path(place.strip(), "lrviz/__init__.py")

    command = program.with_name("lrviz")
    assert run(empty, command, "new", "StepLR", "-o", "a.yaml") == "a.yaml\n"
    assert run(empty, command, "plot", "a.yaml", "--style", "dark") == "a.png\n"
    assert (empty / "a.png").read_bytes().startswith(b"\x89PNG")
    assert run(empty, command, "list").startswith("StepLR ")
    assert '"$schema"' in run(empty, command, "schema")
