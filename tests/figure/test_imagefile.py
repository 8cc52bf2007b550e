import struct
import zlib
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lrviz.errors import ImageError
from lrviz.figure.chunks import MAX_RECORD, PNG_SIGNATURE, build_packet, list_chunks, read_record
from lrviz.figure.image import Pixels, decode_image, encode_image, image_size
from lrviz.system.files import sniff

Format = Literal["png", "webp"]
FORMATS: tuple[Format, ...] = ("png", "webp")
RECORD = '{"spec":{"title":"a < b & c > d \\u00e9"}}'

pixels_of_any_kind = st.builds(
    lambda seed, height, width: np.random.default_rng(seed).integers(
        0, 256, (height, width, 4), dtype=np.uint8
    ),
    st.integers(0, 2**32 - 1),
    st.integers(1, 20),
    st.integers(1, 20),
)


def small() -> Pixels:
    """Two rows of three pixels, some of them clear or nearly so."""
    rows = [
        [[255, 0, 0, 255], [1, 2, 3, 0], [9, 8, 7, 1]],
        [[0, 0, 0, 0], [255, 255, 255, 255], [100, 150, 200, 128]],
    ]
    return np.array(rows, dtype=np.uint8)


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG, as its standard lays it out."""
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def png(*chunks: bytes, width: int = 1, height: int = 1, content: bytes = bytes(5)) -> bytes:
    """A PNG of 8 bits RGBA; the default content is one clear pixel."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(content))
    return PNG_SIGNATURE + b"".join((chunk(b"IHDR", header), *chunks, pixels, chunk(b"IEND", b"")))


def webp_with(packet: bytes) -> bytes:
    buffer = BytesIO()
    Image.fromarray(small()).save(buffer, "webp", lossless=True, xmp=packet)
    return buffer.getvalue()


@pytest.mark.parametrize("format", FORMATS)
@given(pixels=pixels_of_any_kind)
def test_what_is_encoded_decodes_to_the_same_pixels(format: Format, pixels: Pixels) -> None:
    decoded = decode_image(encode_image(pixels, format, 100, RECORD))
    assert decoded.dtype == np.uint8
    assert decoded.tolist() == pixels.tolist()


@pytest.mark.parametrize("format", FORMATS)
def test_another_program_sees_the_same_pixels(format: Format) -> None:
    with Image.open(BytesIO(encode_image(small(), format, 100, None))) as image:
        assert image.mode == "RGBA"
        assert np.asarray(image).tolist() == small().tolist()


@pytest.mark.parametrize("format", FORMATS)
@given(record=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_a_record_is_read_as_it_was_written(format: Format, record: str) -> None:
    assert read_record(encode_image(small(), format, 100, record)) == record


@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_without_a_record_has_none(format: Format) -> None:
    assert read_record(encode_image(small(), format, 100, None)) is None


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_picture_has_the_same_bytes(format: Format) -> None:
    first = encode_image(small(), format, 100, RECORD)
    assert encode_image(small(), format, 100, RECORD) == first


@pytest.mark.parametrize("format", FORMATS)
def test_width_and_height_are_told_without_decoding(format: Format) -> None:
    data = encode_image(small(), format, 100, RECORD)
    assert image_size(data, list_chunks(data)) == (3, 2)


def test_the_sizes_of_all_three_kinds_of_webp_are_told() -> None:
    sizes = {}
    for lossless, xmp in ((True, b""), (False, b""), (True, b"<x/>")):
        buffer = BytesIO()
        Image.new("RGB", (300, 20)).save(buffer, "webp", lossless=lossless, xmp=xmp)
        data = buffer.getvalue()
        sizes[data[12:16]] = image_size(data, list_chunks(data))
    assert sizes == {b"VP8L": (300, 20), b"VP8 ": (300, 20), b"VP8X": (300, 20)}


def test_a_png_has_its_maker_its_record_and_its_resolution_and_no_other_metadata() -> None:
    data = encode_image(small(), "png", 100, RECORD)
    contents = {each.name: data[each.start : each.stop] for each in list_chunks(data)}
    assert list(contents) == [b"IHDR", b"tEXt", b"iTXt", b"pHYs", b"IDAT", b"IEND"]
    assert contents[b"tEXt"] == b"Software\0lrviz"
    assert contents[b"iTXt"] == b"lrviz\0\0\0\0\0" + RECORD.encode()
    # 100 pixels an inch are 100 / 0.0254 = 3937.0 pixels a metre, whose unit is 1.
    assert contents[b"pHYs"] == struct.pack(">IIB", 3937, 3937, 1)


def test_a_webp_has_its_record_in_an_xmp_packet_that_any_xml_reader_understands() -> None:
    data = encode_image(small(), "webp", 100, RECORD)
    contents = {each.name: data[each.start : each.stop] for each in list_chunks(data)}
    assert sorted(contents) == [b"VP8L", b"VP8X", b"XMP "]
    packet = contents[b"XMP "].decode()
    assert packet.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert packet.endswith('<?xpacket end="r"?>')
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    description = ElementTree.fromstring(packet).find(f"{rdf}RDF/{rdf}Description")
    assert description is not None
    rest = b"".join(name + contents[name] for name in (b"VP8X", b"VP8L"))
    assert [(each.tag, each.text) for each in description] == [
        ("{http://ns.adobe.com/xap/1.0/}CreatorTool", "lrviz"),
        ("{urn:lrviz:}record", RECORD),
        ("{urn:lrviz:}picture", sha256(rest).hexdigest()),
    ]


def test_a_picture_without_a_record_names_its_maker_and_nothing_else() -> None:
    png = encode_image(small(), "png", 100, None, "a sentence")
    assert [each.name for each in list_chunks(png)] == [b"IHDR", b"tEXt", b"pHYs", b"IDAT", b"IEND"]
    assert b"tEXtSoftware\0lrviz" in png
    webp = encode_image(small(), "webp", 100, None, "a sentence")
    assert b"<xmp:CreatorTool>lrviz</xmp:CreatorTool></rdf:Description>" in webp


def test_a_packet_that_was_rewritten_with_attributes_is_read() -> None:
    packet = b'<d xmlns:other="urn:lrviz:" other:record="{&quot;a&quot;: 1}"/>'
    assert read_record(webp_with(packet)) == '{"a": 1}'


@pytest.mark.parametrize(
    ("place", "turned"),
    [
        (b'rdf:about=""', b'rdf:about="" tiff:Orientation="6"'),
        (b"<lrviz:record>", b"<Orientation>6</Orientation><lrviz:record>"),
    ],
)
def test_a_packet_that_turns_the_picture_is_refused_whatever_its_record_says(
    place: bytes, turned: bytes
) -> None:
    packet = build_packet('{"title": "a:Orientation"}')
    assert read_record(webp_with(packet)) == '{"title": "a:Orientation"}'
    turned = packet.replace(place, turned)
    with pytest.raises(ImageError, match="turns the picture"):
        read_record(webp_with(turned))


def test_a_packet_that_is_cut_short_holds_no_record() -> None:
    assert read_record(webp_with(build_packet(RECORD).partition(b'"title"')[0])) is None


def test_a_packet_of_another_program_holds_no_record() -> None:
    assert read_record(webp_with(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>record</x:xmpmeta>")) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\x04\0\0\0WEBP", "WebP"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"BM\x46\0\0\0\0\0\0\0\x36", "BMP"),
        (b"II*\0", "TIFF"),
        (b"%PDF-1.4", "PDF"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg>', "SVG"),
        (b"\xef\xbb\xbf\n<svg/>", "SVG"),
        (b"<?xml version='1.0'?><html/>", None),
        (b"BM: the beginning of a spec", None),
        (b"epochs: 4 # <svg", None),
        (b"RIFF\x04\0\0\0WAVE", None),
        (b"", None),
    ],
)
def test_pictures_are_told_by_how_they_begin(data: bytes, kind: str | None) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize("read", [read_record, decode_image])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"epochs: 4", "not a picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG, not a figure that lrviz drew"),
        (b"\x89PNG\n\x1a\n", "the PNG's signature is damaged"),
        (png()[:-1], "the PNG is cut short"),
        (PNG_SIGNATURE + b"\xff\xff\xff\xffIHDR", "the PNG is cut short"),
        (png().replace(b"IEND", b"IENd"), "the PNG is damaged: a checksum is wrong"),
        (encode_image(small(), "webp", 100, RECORD)[:-1], "the WebP is cut short"),
        (b"RIFF\x10\0\0\0WEBPXMP \xff\xff\xff\x7f", "the WebP is cut short"),
        (PNG_SIGNATURE + chunk(b"teXt", b"") * 65_537, "the PNG has more than 65,536 chunks"),
    ],
)
def test_a_file_that_is_no_whole_png_or_webp_is_refused(
    read: object, data: bytes, reason: str
) -> None:
    assert callable(read)
    with pytest.raises(ImageError) as caught:
        read(data)
    assert str(caught.value) == reason


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_figure_cut_short_is_neither_decoded_nor_trusted(format: Format, keep: float) -> None:
    data = encode_image(np.tile(small(), (20, 20, 1)), format, 100, RECORD)
    cut = data[: int(len(data) * keep)]
    for read in (read_record, decode_image):
        with pytest.raises(ImageError, match="is cut short"):
            read(cut)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"lrviz\0\1\0\0\0" + zlib.compress(b"{}"), "its record is compressed"),
        (b"lrviz\0\0\0en", "its record is damaged"),
        (b"lrviz\0\0\0\0\0{\xff}", "its record is not ASCII"),
        (b"lrviz\0\0\0\0\0" + b" " * (MAX_RECORD + 1), "its record is larger than 2,000,000"),
    ],
)
def test_a_damaged_text_chunk_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        read_record(png(chunk(b"iTXt", text)))


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"\0\0\0", "is not XML"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', "declares entities"),
        (build_packet("é"), "its record is not ASCII"),
        (build_packet("&" * (MAX_RECORD + 1)), "its record is larger than 2,000,000"),
        (b"<x>" + b" " * 6 * MAX_RECORD + b"</x>", "its record is larger than 2,000,000"),
    ],
)
def test_a_damaged_packet_is_refused(packet: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        read_record(webp_with(packet))


def test_a_record_of_the_largest_size_is_read_from_both_formats() -> None:
    record = "&" * MAX_RECORD
    for format in FORMATS:
        assert read_record(encode_image(small(), format, 100, record)) == record


def test_text_of_other_programs_is_not_taken_for_a_record() -> None:
    info = PngInfo()
    info.add_itxt("lrviz2", "no")
    info.add_text("lrviz", "no")
    buffer = BytesIO()
    Image.fromarray(small()).save(buffer, "png", pnginfo=info)
    assert read_record(buffer.getvalue()) is None


def test_a_bomb_in_a_compressed_text_harms_nobody() -> None:
    bomb = b"Comment\0\0" + zlib.compress(bytes(100_000_000))
    data = png(chunk(b"zTXt", bomb))
    assert read_record(data) is None
    assert decode_image(data).tolist() == [[[0, 0, 0, 0]]]
    with pytest.raises(ImageError, match=r"^carries what lrviz does not write: iCCP$"):
        decode_image(png(chunk(b"iCCP", b"ICC\0\0" + bomb)))


@pytest.mark.parametrize(
    ("width", "height"), [(50_000, 50_000), (16_384, 1), (1, 16_384), (4_000, 4_001)]
)
def test_more_pixels_than_lrviz_draws_are_refused_before_decoding(width: int, height: int) -> None:
    with pytest.raises(ImageError, match=f"^{width} x {height} pixels are more than 16,383 a side"):
        decode_image(png(width=width, height=height))


def test_a_webp_that_claims_more_pixels_than_lrviz_draws_is_refused() -> None:
    data = bytearray(webp_with(b"<x/>"))
    assert data[12:16] == b"VP8X"
    data[24:30] = b"\xff" * 6  # 2^24 a side
    with pytest.raises(ImageError, match=r"^16777216 x 16777216 pixels"):
        decode_image(bytes(data))


def test_a_second_header_is_refused() -> None:
    second = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0))
    with pytest.raises(ImageError, match=r"^carries what lrviz does not write: IHDR twice$"):
        decode_image(png(second))


def test_a_png_with_too_few_pixels_is_refused() -> None:
    with pytest.raises(ImageError, match=r"^the PNG cannot be decoded"):
        decode_image(png(width=100, height=100))


def test_a_webp_whose_picture_is_not_as_large_as_it_says_is_refused() -> None:
    data = bytearray(webp_with(b"<x/>"))
    data[24] = 9  # ten pixels wide, which hold a picture of three
    with pytest.raises(ImageError, match=r"^the WebP cannot be decoded"):
        decode_image(bytes(data))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB"])
def test_a_figure_that_was_saved_with_fewer_colours_decodes(mode: str) -> None:
    buffer = BytesIO()
    Image.new("RGB", (2, 1), "white").convert(mode).save(buffer, "png")
    assert decode_image(buffer.getvalue()).tolist() == [[[255] * 4] * 2]


@pytest.mark.parametrize("head", [b"", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8L"])
@given(garbage=st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(head: bytes, garbage: bytes) -> None:
    for read in (read_record, decode_image):
        with pytest.raises(ImageError):
            read(head + garbage)


@pytest.mark.parametrize("format", FORMATS)
@given(st.data())
def test_a_damaged_figure_is_read_or_refused_with_the_one_error(
    format: Format, draw: st.DataObject
) -> None:
    data = bytearray(encode_image(small(), format, 100, RECORD))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    for read in (read_record, decode_image):
        with suppress(ImageError):
            read(bytes(data))


@given(content=st.binary(max_size=60), name=st.sampled_from([b"PLTE", b"tRNS", b"acTL", b"eXIf"]))
def test_hostile_chunks_with_right_checksums_are_read_or_refused(
    content: bytes, name: bytes
) -> None:
    with suppress(ImageError):
        assert decode_image(png(chunk(name, content), content=content)).shape == (1, 1, 4)
