"""Figures to check against, and ways to spoil them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from lrviz.check.verdict import Checked, Verdict
from lrviz.commands.checking import Request, check_specs
from lrviz.figure.chunks import read_record
from lrviz.figure.image import Pixels, decode_image, encode_image

STEP = "epochs: 4\nsteps_per_epoch: 8\nscheduler:\n  StepLR:\n    step_size: 4\n    gamma: 0.5\n"


def request(source: Path, folder: Path, **options: Any) -> Request:
    """A check of one spec or folder, in this process."""
    return replace(Request([str(source)], folder, jobs=1), **options)


def check(source: Path, folder: Path, **options: Any) -> Checked:
    """Check one spec, or a folder of them, in this process."""
    return check_specs(request(source, folder, **options))


def verdict(source: Path, folder: Path, **options: Any) -> Verdict:
    """Check and return the only verdict."""
    (found,) = check(source, folder, **options).verdicts
    return found


def draw(text: str, folder: Path, name: str = "step", ending: str = ".webp") -> tuple[Path, Path]:
    """Write a spec and draw its figure; return the spec's path and the folder of figures."""
    spec, figures = folder / "specs" / f"{name}.yaml", folder / "figures"
    spec.parent.mkdir(exist_ok=True)
    spec.write_text(text, encoding="utf-8")
    assert check(spec, figures, adds=True).exit_status == 0
    if ending == ".png":
        figure = figures / f"{name}.webp"
        figure.with_suffix(".png").write_bytes(encode(figure, ".png"))
        figure.unlink()
    return spec, figures


def encode(figure: Path, ending: str, pixels: Pixels | None = None) -> bytes:
    """Return a figure in another format, or with other pixels, and the same record."""
    data = figure.read_bytes()
    wanted = decode_image(data) if pixels is None else pixels
    record = read_record(data) or ""
    format: Literal["png", "webp"] = "png" if ending == ".png" else "webp"
    return encode_image(wanted, format, 100, record, json.loads(record)["description"])


def spoil_record(figure: Path, spoil: Callable[[dict[str, Any]], object]) -> None:
    """Change what a figure says of itself."""
    data = figure.read_bytes()
    record = json.loads(read_record(data) or "")
    spoil(record)
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    kind = "png" if figure.suffix == ".png" else "webp"
    figure.write_bytes(encode_image(decode_image(data), kind, 100, text))  # type: ignore[arg-type]


def spoil_pixels(figure: Path, spoil: Callable[[Pixels], object]) -> None:
    """Change a figure's picture, and nothing of what it says."""
    pixels = decode_image(figure.read_bytes())
    spoil(pixels)
    figure.write_bytes(encode(figure, figure.suffix, pixels))
