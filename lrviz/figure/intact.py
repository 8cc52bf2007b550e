"""Whether a picture is as lrviz wrote it, told without decoding it."""

from hashlib import sha256

from lrviz.figure.metadata import SEAL, UNSEALED, iter_chunks
from lrviz.system.own import sniff

_PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"VP8X", b"VP8L", b"VP8 ", b"ALPH")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"tIME")
"""What another program may have added, more than once: no picture looks different for it."""

_KNOWN = frozenset((*_PICTURE, *_TEXTS, b"pHYs", b"XMP "))

_TURNING = (b"XML:com.adobe.xmp\0", b"Raw profile type ")
"""How texts begin that hold an orientation, by which some programs turn a PNG."""

_VP8X_FLAGS = 0b0001_0100
"""There is alpha, there is XMP."""


def find_foreign(data: bytes) -> str:
    """Return what a PNG or WebP carries that changes how it is shown, and that lrviz never writes.

    Frames, gamma, colour profiles, an orientation, and whatever is not known to change nothing;
    empty where there is none.

    Raises:
        ImageError: it is no PNG or WebP, or is damaged.

    >>> from lrviz.figure.metadata import PNG_SIGNATURE
    >>> find_foreign(PNG_SIGNATURE + bytes.fromhex("0000000067414d41b2e1b71f"))
    'gAMA'
    """
    seen, last = set[bytes](), b""
    for name, start, stop in iter_chunks(data):
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
    return not find_foreign(data) and (sniff(data) == "PNG" or _spell_seal(data) in data)


def _spell_seal(data: bytes) -> bytes:
    """Return what a WebP's packet says of its picture: a digest of all that is not the packet."""
    digest = sha256()
    for name, start, stop in iter_chunks(data):
        if name != b"XMP ":
            digest.update(name)
            digest.update(memoryview(data)[start:stop])
    return SEAL.format(digest.hexdigest()).encode()


def _spell(name: bytes) -> str:
    """Return the name of a chunk as a message may show it."""
    return name.decode("latin-1").rstrip().encode("unicode_escape").decode()
