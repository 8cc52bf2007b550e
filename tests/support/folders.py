"""Folders of specs that are quickly drawn, and what is in a folder afterwards."""

from pathlib import Path


def small(gamma: float) -> str:
    """Return a spec whose figure is quickly drawn, no two alike."""
    return (
        f"epochs: 4\nscheduler: {{ExponentialLR: {{gamma: {gamma}}}}}\n"
        "figure: {style: dark, size: [2, 1]}\n"
    )


def fill(folder: Path, count: int = 3, shift: float = 0.0) -> Path:
    """Write specs `a.yaml`, `b.yaml`, … into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        text = small(0.5 + shift + index / 1000)
        (folder / f"{chr(ord('a') + index)}.yaml").write_text(text)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds, by path below it."""
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
