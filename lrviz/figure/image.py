"""A run to the bytes of its figure; pixels to those of a PNG or WebP, and back."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lrviz.draw.chart import Drawing
from lrviz.draw.fonts import drawing_versions
from lrviz.draw.outputs import draw_pixels
from lrviz.draw.vector import draw_vector
from lrviz.errors import ImageError, Problem
from lrviz.figure import Format
from lrviz.figure.chunks import PNG_SIGNATURE, Chunk, build_packet, find_foreign, list_chunks, seal
from lrviz.figure.record import build_record
from lrviz.run.driven import Run
from lrviz.spec.options import MAX_PIXELS, MAX_SIDE
from lrviz.system.files import sniff
from lrviz.system.own import KEYWORD
from lrviz.system.versions import CREATOR

# Red, green, blue and alpha, 0 to 255, alpha not multiplied in; shape (height, width, 4).
Pixels = NDArray[np.uint8]

_PIXEL_CHUNKS = (b"PLTE", b"tRNS", b"IDAT", b"IEND")


def encode_image(
    pixels: Pixels,
    format: Literal["png", "webp"],
    dpi: float,
    record: str | None,
    description: str = "",
) -> bytes:
    """Return the bytes of a picture that decodes to exactly these pixels.

    The same arguments give the same bytes: no time and no version is named in them. All name lrviz
    as the program that made them.

    Args:
        pixels: the picture, shape (height, width, 4).
        format: `png`, or `webp` (lossless).
        dpi: pixels an inch; a WebP has no place for it.
        record: what the picture carries: one line of ASCII; None for nothing.
        description: what a picture with a record shows, in a line; empty for nothing.

    >>> from lrviz.figure.chunks import read_record
    >>> pixels = np.array([[[255, 0, 0, 255], [1, 2, 3, 0]]], dtype=np.uint8)
    >>> data = encode_image(pixels, "webp", 100, '{"format": 1}')
    >>> read_record(data)
    '{"format": 1}'
    >>> decode_image(data).tolist()
    [[[255, 0, 0, 255], [1, 2, 3, 0]]]
    """
    options: dict[str, Any] = {"lossless": True, "exact": True}  # exact: clear pixels keep colour
    if format == "png":
        info = PngInfo()
        info.add_text("Software", CREATOR)  # first, where whoever looks for it need not read far
        if record is not None:
            info.add_itxt(KEYWORD, record)
            if description:
                info.add_itxt("Description", description, lang="en")
        # Beyond this level it takes half as long again, for a hundredth fewer bytes.
        options = {"dpi": (dpi, dpi), "pnginfo": info, "compress_level": 4}
    else:
        options["xmp"] = build_packet(record, "" if record is None else description)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, format, **options)
    data = buffer.getvalue()
    return data if format == "png" or record is None else seal(data)


def decode_image(data: bytes) -> Pixels:
    """Return the pixels of a PNG or WebP, shape (height, width, 4).

    Raises:
        ImageError: it is neither, damaged, has more pixels than lrviz draws, or carries what would
            have it shown otherwise.

    >>> decode_image(b"%PDF-1.4")
    Traceback (most recent call last):
        ...
    lrviz.errors.ImageError: no picture that carries a spec: PDF; name a PNG or WebP
    """
    chunks = list_chunks(data)
    size = width, height = image_size(data, chunks)
    if max(size) > MAX_SIDE or width * height > MAX_PIXELS:
        raise ImageError(
            f"{width} x {height} pixels are more than {MAX_SIDE:,} a side or {MAX_PIXELS:,} in all"
        )
    if foreign := find_foreign(data, chunks):
        raise ImageError(f"carries what lrviz does not write: {foreign}")
    try:
        with Image.open(BytesIO(_strip(data, chunks)), formats=("PNG", "WEBP")) as image:
            pixels = np.array(image.convert("RGBA")) if image.size == size else None
    except Exception as cause:  # hostile bytes make decoders raise whatever they like
        raise ImageError(f"the {sniff(data)} cannot be decoded: {cause}".rstrip(": ")) from cause
    if pixels is None:
        raise ImageError(f"the {sniff(data)} names two sizes")
    return pixels


def image_size(data: bytes, chunks: Sequence[Chunk]) -> tuple[int, int]:
    """Return width and height in pixels, as the first chunk tells them.

    Args:
        data: the picture.
        chunks: all of it, as `list_chunks` gives them.

    Raises:
        ImageError: its first chunk is none that tells.
    """
    name, start, stop = chunks[0]
    head = data[start:stop]
    if name == b"IHDR" and len(head) == 13:
        return int.from_bytes(head[:4]), int.from_bytes(head[4:8])
    if name == b"VP8X" and len(head) == 10:
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if name == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) >= 10:
        width, height = (int.from_bytes(head[at : at + 2], "little") for at in (6, 8))
        return width & 0x3FFF, height & 0x3FFF
    raise ImageError(f"the {sniff(data)} has no header")


def _strip(data: bytes, chunks: Sequence[Chunk]) -> bytes:
    """Return the picture with none but a PNG's chunks that make pixels.

    What inflates or warns never reaches the decoder.
    """
    if chunks[0].name != b"IHDR":
        return data
    kept = [chunks[0]] + [each for each in chunks if each.name in _PIXEL_CHUNKS]
    return PNG_SIGNATURE + b"".join(data[each.start - 8 : each.stop + 4] for each in kept)


def render_run(
    run: Run, format: Format, *, metadata: bool = True
) -> tuple[bytes, tuple[Problem, ...]]:
    """Return the figure of a run, and what is worth saying of it.

    Args:
        run: what to draw.
        format: of the bytes.
        metadata: whether a PNG or WebP carries the spec, the versions and the numbers.

    Raises:
        SpecError: the figure asks for what the run lacks.
    """
    if format == "svg" or format == "pdf":
        data, warnings = draw_vector(run, format)
        return data, tuple(map(run.remark, warnings))
    drawing = draw_pixels(run)
    data = encode_drawing(run, drawing, format, metadata=metadata)
    return data, tuple(map(run.remark, drawing.warnings))


def encode_drawing(
    run: Run, drawing: Drawing, format: Literal["png", "webp"], *, metadata: bool = True
) -> bytes:
    """Return the bytes of a run's figure from its pixels; as `render_run`."""
    drawn = drawing_versions(drawing.fonts, run.spec.packages)
    record = build_record(run, drawn) if metadata else None
    return encode_image(drawing.pixels, format, drawing.dpi, record, str(run))
