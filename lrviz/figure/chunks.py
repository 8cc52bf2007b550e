"""The record that a figure carries: one JSON text in a PNG chunk or in a WebP's XMP packet.

Reading needs neither pixels nor Pillow: both formats are rows of chunks, and walking them is quick
enough for hundreds of figures. What is read is hostile until proven otherwise: every length is
held against the bytes there are, nothing is inflated, and the record's size is limited.

The formats: https://www.w3.org/TR/png-3/, https://developers.google.com/speed/webp/docs/riff_container
and, for the packet, ISO 16684-1.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape, unescape
from typing import NamedTuple

from lrviz.errors import ImageError
from lrviz.system.files import sniff
from lrviz.system.own import KEYWORD, NAMESPACE
from lrviz.system.versions import CREATOR

# The longest record, in characters.
MAX_RECORD = 2_000_000

# No figure has more bytes: 16 megapixels of noise, and a record.
MAX_FILE = 80_000_000

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

SEAL, UNSEALED = "<lrviz:picture>{}</lrviz:picture>", "0" * 64  # see `lrviz.figure.chunks`

_DECLARED = re.compile(rb"\sxmlns:([\w.-]+)=[\"']%s[\"']" % NAMESPACE.encode())
_TURNS = re.compile(rb"[<:]Orientation\b")
_MAX_CHUNKS = 65_536
# The standard place of an alternative text: Dublin Core's description.
_DESCRIPTION = (
    '<dc:description xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description>'
)
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description rdf:about="" xmlns:lrviz="{NAMESPACE}"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    f"<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool>{{}}{{}}"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
_RECORD = f"<lrviz:record>{{}}</lrviz:record>{SEAL.format(UNSEALED)}"


_PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"VP8X", b"VP8L", b"VP8 ", b"ALPH")
# What another program may have added, more than once: no picture looks different for it.
_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"tIME")

_KNOWN = frozenset((*_PICTURE, *_TEXTS, b"pHYs", b"XMP "))

# How texts begin that hold an orientation, by which some programs turn a PNG.
_TURNING = (b"XML:com.adobe.xmp\0", b"Raw profile type ")

# There is alpha, there is XMP.
_VP8X_FLAGS = 0b0001_0100


class Chunk(NamedTuple):
    """One chunk of a PNG or WebP, and where its content begins and ends in the file."""

    name: bytes
    start: int
    stop: int


def read_record(data: bytes) -> str | None:
    r"""Return the record of a PNG, WebP or page, or None where it carries none.

    The whole file is walked, so that one cut short is never taken for a figure that is up to date.

    Raises:
        ImageError: it is none of them, is damaged, or its record is too large.
    """
    if not data.startswith((b"\x89", b"RIFF")) and sniff(data) == "page":
        from lrviz.figure.scripted import read_script  # few figures are

        return _limited(read_script(data))
    for chunk in list_chunks(data):
        if chunk.name == b"iTXt" and data.startswith(KEYWORD.encode() + b"\0", chunk.start):
            return _parse_text(data[chunk.start : chunk.stop])
        if chunk.name == b"XMP ":
            return _parse_packet(data[chunk.start : chunk.stop])
    return None


def build_packet(record: str | None, description: str = "") -> bytes:
    """Return the XMP packet that names lrviz, and carries a record where there is one.

    Args:
        record: read again by `read_record`: ASCII without control characters; None for none.
        description: what the picture shows, for who cannot see it; empty for nothing.
    """
    carried = "" if record is None else _RECORD.format(escape(record, quote=False))
    told = _DESCRIPTION.format(escape(description, quote=False)) if description else ""
    return _PACKET.format(carried, told).encode()


def list_chunks(data: bytes) -> list[Chunk]:
    """Return the chunks of a PNG (sums checked) or WebP, in file order, up to the picture's end.

    Raises:
        ImageError: it is neither, or a chunk is not what it says.
    """
    match sniff(data):
        case "PNG":
            return list(_iter_png(data))
        case "WebP":
            return list(_iter_webp(data))
        case None:
            raise ImageError("not a picture")
        case "SVG" | "PDF" as kind:
            raise ImageError(f"no picture that carries a spec: {kind}; name a PNG or WebP")
        case kind:
            raise ImageError(f"a {kind}, not a figure that lrviz drew")


def _iter_png(data: bytes) -> Iterator[Chunk]:
    if not data.startswith(PNG_SIGNATURE):
        raise ImageError("the PNG's signature is damaged")
    start = len(PNG_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        name = data[start + 4 : start + 8]
        stop = start + 8 + int.from_bytes(data[start : start + 4])
        if stop + 4 > len(data):
            raise ImageError("the PNG is cut short")
        if zlib.crc32(memoryview(data)[start + 4 : stop]) != int.from_bytes(data[stop : stop + 4]):
            raise ImageError("the PNG is damaged: a checksum is wrong")
        yield Chunk(name, start + 8, stop)
        if name == b"IEND":
            return
        start = stop + 4
    raise ImageError(f"the PNG has more than {_MAX_CHUNKS:,} chunks")


def _iter_webp(data: bytes) -> Iterator[Chunk]:
    end = 8 + int.from_bytes(data[4:8], "little")
    start = 12
    for _ in range(_MAX_CHUNKS):
        name, stop = data[start : start + 4], start + 8
        stop += int.from_bytes(data[start + 4 : start + 8], "little")
        if max(stop, end) > len(data) or stop > end:
            raise ImageError("the WebP is cut short")
        yield Chunk(name, start + 8, stop)
        start = stop + stop % 2
        if start >= end:
            return
    raise ImageError(f"the WebP has more than {_MAX_CHUNKS:,} chunks")


def _parse_text(chunk: bytes) -> str:
    """Return the text of an iTXt chunk: keyword, two flags, language, translation, text."""
    _, _, rest = chunk.partition(b"\0")
    fields = rest[2:].split(b"\0", 2)
    if rest[:1] != b"\0":
        raise ImageError("its record is compressed, as lrviz writes none")
    if len(fields) < 3:
        raise ImageError("its record is damaged")
    return _limited(fields[2].decode("latin-1"))


def _parse_packet(packet: bytes) -> str | None:
    """Return the text of the packet's `record`, as an element or, rewritten, an attribute."""
    if len(packet) > 6 * MAX_RECORD:  # `&` is written as five letters
        raise ImageError(f"its record is larger than {MAX_RECORD:,} characters")
    if b"\0" in packet:
        raise ImageError("its XMP packet is not XML")
    if b"<!DOCTYPE" in packet:
        raise ImageError("its XMP packet declares entities")
    declared = _DECLARED.search(packet)
    name = re.escape(declared[1]) + b":record" if declared else b" "
    found = re.search(rb"<%s>([^<]*)<|\s%s=(?:\"([^\"]*)\"|'([^']*)')" % (name, name), packet)
    rest = packet if found is None else packet[: found.start()] + packet[found.end() :]
    if _TURNS.search(rest):  # some programs turn a picture by it
        raise ImageError("its XMP packet turns the picture")
    if found is None:
        return None
    return _limited(unescape(found[found.lastindex or 1].decode("latin-1")))


def _limited(record: str) -> str:
    if len(record) > MAX_RECORD:
        raise ImageError(f"its record is larger than {MAX_RECORD:,} characters")
    if not record.isascii():
        raise ImageError("its record is not ASCII")
    return record


def find_foreign(data: bytes, chunks: Sequence[Chunk]) -> str:
    """Return what a PNG or WebP carries that changes how it is shown, and that lrviz never writes.

    Frames, gamma, colour profiles, an orientation, and whatever is not known to change nothing;
    empty where there is none. The chunks are all of it, as `list_chunks` gives them.
    """
    seen, last = set[bytes](), b""
    for name, start, stop in chunks:
        head = data[start : min(stop, start + 18)]
        if name not in _KNOWN or head.startswith(_TURNING):
            return _spell(name)
        if name == b"pHYs" and head[:4] != head[4:8]:
            return "pHYs of pixels that are not square"
        if name in seen and name not in _TEXTS and not name == last == b"IDAT":
            return f"{_spell(name)} twice"
        if name == b"VP8X" and head[:1] and head[0] & ~_VP8X_FLAGS:
            return "flags of VP8X"
        seen.add(name)
        last = name
    return ""


def seal(data: bytes) -> bytes:
    """Return a WebP whose packet, which is ours, tells the picture that it was written with."""
    before, _, after = data.rpartition(SEAL.format(UNSEALED).encode())
    return b"".join((before, _spell_seal(data), after))


def is_intact(data: bytes) -> bool:
    """Whether a figure is the picture that was written with its record, and is shown as that.

    A PNG has sums of its own.

    Raises:
        ImageError: it is no PNG or WebP, or is damaged.
    """
    return not find_foreign(data, list_chunks(data)) and (
        sniff(data) == "PNG" or _spell_seal(data) in data
    )


def _spell_seal(data: bytes) -> bytes:
    """Return what a WebP's packet says of its picture: a digest of all that is not the packet."""
    digest = sha256()
    for name, start, stop in list_chunks(data):
        if name != b"XMP ":
            digest.update(name)
            digest.update(memoryview(data)[start:stop])
    return SEAL.format(digest.hexdigest()).encode()


def _spell(name: bytes) -> str:
    """Return the name of a chunk as a message may show it."""
    return name.decode("latin-1").rstrip().encode("unicode_escape").decode()
