"""Pictures that carry the record of a figure, and are shown as something else."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lrviz.commands.batch.pairs import is_current, is_current_sheet
from lrviz.errors import ImageError
from lrviz.figure.chunks import (
    PNG_SIGNATURE,
    Chunk,
    find_foreign,
    is_intact,
    list_chunks,
    read_record,
)
from lrviz.figure.image import decode_image, encode_image
from lrviz.figure.record import build_sheet_record
from lrviz.reading.sources import load, parse_data
from tests.support.checking import STEP, draw, verdict

Format = Literal["png", "webp"]
FORMATS: tuple[Format, ...] = ("png", "webp")
Spoil = Callable[[bytes], bytes]

TURNED = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
"""Exif of one entry: orientation 6, which is to be turned by 90 degrees."""


def a_figure(format: Format, folder: Path) -> tuple[Path, Path, bytes]:
    """A spec, its figure's file, and what that holds."""
    spec, figure, data = folder / "step.yaml", folder / "figures" / f"step.{format}", drawn(format)
    spec.write_text(STEP)
    figure.parent.mkdir()
    figure.write_bytes(data)
    return spec, figure, data


@cache
def drawn(format: Format) -> bytes:
    """Return the figure of `STEP`."""
    with TemporaryDirectory() as folder:
        _, figures = draw(STEP, Path(folder), ending=f".{format}")
        return (figures / f"step.{format}").read_bytes()


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def webp_chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def with_png(*chunks: tuple[bytes, bytes]) -> Spoil:
    """What puts chunks into a PNG, in front of its pixels."""

    def spoil(data: bytes) -> bytes:
        start = next(each.start for each in list_chunks(data) if each.name == b"IDAT") - 8
        return data[:start] + b"".join(png_chunk(*each) for each in chunks) + data[start:]

    return spoil


def with_webp(*chunks: tuple[bytes, bytes], flags: int = 0) -> Spoil:
    """What puts chunks behind the pixels of a WebP, and sets flags in its header."""

    def spoil(data: bytes) -> bytes:
        found = [(each.name, data[each.start : each.stop]) for each in list_chunks(data)]
        assert [name for name, _ in found] == [b"VP8X", b"VP8L", b"XMP "]
        header = bytes([found[0][1][0] | flags]) + found[0][1][1:]
        rows = [(b"VP8X", header), found[1], *chunks, found[2]]
        return riff(b"".join(webp_chunk(*each) for each in rows))

    return spoil


def animate(data: bytes) -> bytes:
    """Add a black frame to a figure, as Pillow does."""
    first = Image.fromarray(decode_image(data))
    second = Image.new("RGBA", first.size, "black")
    options: dict[str, Any] = {"save_all": True, "append_images": [second], "duration": 100}
    buffer = BytesIO()
    if data.startswith(PNG_SIGNATURE):
        info = PngInfo()
        info.add_itxt("lrviz", read_record(data) or "")
        first.save(buffer, "png", pnginfo=info, **options)
    else:
        packet = next(
            data[start:stop] for name, start, stop in list_chunks(data) if name == b"XMP "
        )
        first.save(buffer, "webp", lossless=True, exact=True, xmp=packet, **options)
    with Image.open(BytesIO(buffer.getvalue())) as image:
        assert getattr(image, "n_frames", 1) == 2
    return buffer.getvalue()


def turn_by_xmp(data: bytes) -> bytes:
    """Write an orientation into the packet of a WebP, as an element."""
    found = [(each.name, data[each.start : each.stop]) for each in list_chunks(data)]
    mark = b"</rdf:Description>"
    turned = b'<t:Orientation xmlns:t="http://ns.adobe.com/tiff/1.0/">6</t:Orientation>' + mark
    rows = [(name, content.replace(mark, turned)) for name, content in found]
    return riff(b"".join(webp_chunk(*each) for each in rows))


SQUARE = struct.pack(">IIBBBBB", 1000, 500, 8, 6, 0, 0, 0)
NO_SQUARES = struct.pack(">IIB", 3937, 7874, 1)

SHOWN_OTHERWISE: dict[str, tuple[Format, Spoil, str]] = {
    "an animated PNG": ("png", animate, "acTL"),
    "frames of a PNG": ("png", with_png((b"fcTL", bytes(26))), "fcTL"),
    "pixels of a frame": ("png", with_png((b"fdAT", bytes(4))), "fdAT"),
    "gamma": ("png", with_png((b"gAMA", struct.pack(">I", 100_000))), "gAMA"),
    "chromaticities": ("png", with_png((b"cHRM", bytes(32))), "cHRM"),
    "an intent": ("png", with_png((b"sRGB", b"\0")), "sRGB"),
    "a profile": ("png", with_png((b"iCCP", b"p\0\0" + zlib.compress(b"p"))), "iCCP"),
    "code points": ("png", with_png((b"cICP", b"\1\r\0\1")), "cICP"),
    "bits": ("png", with_png((b"sBIT", b"\1\1\1\1")), "sBIT"),
    "a background": ("png", with_png((b"bKGD", bytes(6))), "bKGD"),
    "an orientation": ("png", with_png((b"eXIf", TURNED)), "eXIf"),
    "ImageMagick's orientation": ("png", with_png((b"orNT", b"\6")), "orNT"),
    "a chunk of nobody's": ("png", with_png((b"ABCD", b"")), "ABCD"),
    "a name that is none": ("png", with_png((b"\xff\xfe\0\1", b"")), "\\xff\\xfe\\x00\\x01"),
    "a second header": ("png", with_png((b"IHDR", SQUARE)), "IHDR twice"),
    "pixels in two places": ("png", with_png((b"IDAT", b""), (b"tIME", bytes(7))), "IDAT twice"),
    "long pixels": ("png", with_png((b"pHYs", NO_SQUARES)), "pHYs of pixels that are not square"),
    "Exif as a text": (
        "png",
        with_png((b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n"))),
        "zTXt",
    ),
    "XMP of another program": (
        "png",
        with_png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>")),
        "iTXt",
    ),
    "an animated WebP": ("webp", animate, "flags of VP8X"),
    "an animation without frames": ("webp", with_webp((b"ANIM", bytes(6))), "ANIM"),
    "a frame": ("webp", with_webp((b"ANMF", bytes(16))), "ANMF"),
    "a WebP's profile": ("webp", with_webp((b"ICCP", b"p")), "ICCP"),
    "a WebP's orientation": ("webp", with_webp((b"EXIF", TURNED), flags=8), "flags of VP8X"),
    "an orientation without its flag": ("webp", with_webp((b"EXIF", TURNED)), "EXIF"),
    "flags alone": ("webp", with_webp(flags=2), "flags of VP8X"),
    "a second picture": ("webp", with_webp((b"VP8L", b"\x2f" + bytes(8))), "VP8L twice"),
    "a second packet": (
        "webp",
        lambda data: riff(data[12:] + webp_chunk(b"XMP ", b"<x/>")),
        "XMP twice",
    ),
    "what nobody knows": ("webp", with_webp((b"FRGM", b"")), "FRGM"),
}


@pytest.mark.parametrize("name", SHOWN_OTHERWISE)
def test_a_figure_that_is_shown_otherwise_is_unreadable_and_not_up_to_date(
    tmp_path: Path, name: str
) -> None:
    format, spoil, foreign = SHOWN_OTHERWISE[name]
    spec, figure, data = a_figure(format, tmp_path)
    assert is_current(figure, format, load(spec))
    spoiled = spoil(data)
    assert read_record(spoiled) == read_record(data)
    figure.write_bytes(spoiled)
    assert find_foreign(spoiled, list_chunks(spoiled)) == foreign
    assert not is_current(figure, format, load(spec))
    found = verdict(spec, figure.parent)
    assert (found.outcome, found.exit_status) == ("unreadable", 1)
    assert found.reason == f"carries what lrviz does not write: {foreign}"
    assert parse_data(spoiled, "a") == load(spec)  # its spec is what it was


def test_an_orientation_in_a_packet_is_no_figures(tmp_path: Path) -> None:
    spec, figure, data = a_figure("webp", tmp_path)
    figure.write_bytes(turn_by_xmp(data))
    assert not is_current(figure, "webp", load(spec))
    found = verdict(spec, figure.parent)
    reason = "its XMP packet turns the picture"
    assert (found.outcome, found.reason) == ("unreadable", reason)


@pytest.mark.parametrize(
    "chunk",
    [
        (b"tIME", b"\x07\xe8\1\1\0\0\0"),
        (b"tEXt", b"Software\0optimizer"),
        (b"tEXt", b"date:create\x002024"),
        (b"zTXt", b"Comment\0\0" + zlib.compress(b"a comment")),
        (b"iTXt", b"Author\0\0\0en\0\0somebody"),
    ],
)
def test_texts_and_times_of_other_programs_change_no_picture(
    tmp_path: Path, chunk: tuple[bytes, bytes]
) -> None:
    spec, figure, data = a_figure("png", tmp_path)
    figure.write_bytes(with_png(chunk)(data))
    assert is_current(figure, "png", load(spec))
    assert verdict(spec, figure.parent).outcome == "match"


@pytest.mark.parametrize("format", FORMATS)
def test_what_stands_behind_a_pictures_end_is_no_part_of_it(tmp_path: Path, format: Format) -> None:
    spec, figure, data = a_figure(format, tmp_path)
    figure.write_bytes(data + b"trailing")
    assert verdict(spec, figure.parent).outcome == "match"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("record", [None, '{"format":1}', build_sheet_record("c0ffee")])
def test_what_lrviz_writes_carries_nothing_else(format: Format, record: str | None) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 4), dtype=np.uint8)
    for each in (pixels, np.full_like(pixels, 255), np.zeros_like(pixels)):
        data = encode_image(each, format, 100, record, "a <line>" if record else "")
        assert find_foreign(data, list_chunks(data)) == ""
        assert is_intact(data) is (record is not None or format == "png")


def test_a_record_that_speaks_of_seals_does_not_confuse_them() -> None:
    record = '{"title":"<lrviz:picture>' + "0" * 64 + '</lrviz:picture>"}'
    data = encode_image(np.zeros((2, 2, 4), np.uint8), "webp", 100, record, record)
    assert read_record(data) == record
    assert is_intact(data)


# Damage that no sum of a WebP tells


def chunk_of(data: bytes, name: bytes) -> Chunk:
    return next(each for each in list_chunks(data) if each.name == name)


@pytest.mark.parametrize("name", [b"VP8X", b"VP8L"])
def test_every_bit_of_a_webps_picture_is_looked_at(name: bytes) -> None:
    rows = np.arange(5 * 4 * 4, dtype=np.uint8).reshape(5, 4, 4)
    data = encode_image(rows, "webp", 100, '{"format":1}')
    assert is_intact(data)
    _, start, stop = chunk_of(data, name)
    for place in range(start - 8, stop):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[place] ^= 1 << bit
            try:
                assert not is_intact(bytes(flipped)), (place, bit)
            except ImageError:
                continue


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_webp_with_a_wrong_byte_is_drawn_again(tmp_path: Path, share: float) -> None:
    spec, figure, data = a_figure("webp", tmp_path)
    _, start, stop = chunk_of(data, b"VP8L")
    flipped = bytearray(data)
    flipped[int(start + share * (stop - start))] ^= 0xFF
    figure.write_bytes(flipped)
    assert read_record(bytes(flipped)) == read_record(data)
    assert not is_current(figure, "webp", load(spec))
    assert verdict(spec, figure.parent).outcome in ("unreadable", "differs")


def test_a_webp_that_another_program_encoded_again_is_drawn_again(tmp_path: Path) -> None:
    spec, figure, data = a_figure("webp", tmp_path)
    _, start, stop = chunk_of(data, b"XMP ")
    buffer = BytesIO()
    image = Image.fromarray(decode_image(data))
    image.save(buffer, "webp", quality=20, xmp=data[start:stop])
    figure.write_bytes(buffer.getvalue())
    assert not is_current(figure, "webp", load(spec))
    assert verdict(spec, figure.parent).outcome == "differs"


def test_a_sheet_with_a_wrong_byte_is_drawn_again(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.webp"
    data = encode_image(np.zeros((50, 50, 4), np.uint8), "webp", 100, build_sheet_record("c0"))
    sheet.write_bytes(data)
    assert is_current_sheet(sheet, "c0")
    _, start, stop = chunk_of(data, b"VP8L")
    flipped = bytearray(data)
    flipped[(start + stop) // 2] ^= 1
    sheet.write_bytes(flipped)
    assert not is_current_sheet(sheet, "c0")


def test_a_figure_of_version_0_1_which_has_no_seal_is_drawn_once_more(tmp_path: Path) -> None:
    spec, figure, data = a_figure("webp", tmp_path)
    _, start, stop = chunk_of(data, b"XMP ")
    packet = data[start:stop]
    before, _, rest = packet.partition(b"<lrviz:picture>")
    old = before + rest.partition(b"</lrviz:picture>")[2]
    rows = [(name, data[first:last]) for name, first, last in list_chunks(data)]
    figure.write_bytes(
        riff(b"".join(webp_chunk(name, old if name == b"XMP " else c) for name, c in rows))
    )
    assert verdict(spec, figure.parent).outcome == "match"
    assert not is_current(figure, "webp", load(spec))
