"""Pictures, read from mark to mark without drawing them."""

from __future__ import annotations

import struct
import zlib

from bids.files.refusing import NotAccepted

# A drawn picture takes four bytes a pixel. The best cameras of phones stay below this.
MOST_PIXELS = 200_000_000

_AGAIN = "Save it again and choose the new file"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def check_png(content: bytes) -> None:
    """Raise NotAccepted unless the content is one whole PNG picture and nothing after it."""
    if not content.startswith(_SIGNATURE):
        raise NotAccepted("is not a PNG picture. Save it in that format, not by changing its name")
    place, first, kind = len(_SIGNATURE), True, b""
    while kind != b"IEND":
        header = content[place : place + 8]
        if len(header) < 8:
            raise NotAccepted(f"is not a whole PNG picture. {_AGAIN}")
        size, kind = struct.unpack(">I4s", header)
        end = place + 8 + size
        check = content[end : end + 4]
        if len(check) < 4 or zlib.crc32(content[place + 4 : end]) != int.from_bytes(check, "big"):
            raise NotAccepted(f"is a damaged PNG picture. {_AGAIN}")
        if first:
            if kind != b"IHDR" or size != 13:
                raise NotAccepted(f"is a damaged PNG picture. {_AGAIN}")
            _must_be_drawable(*struct.unpack(">II", content[place + 8 : place + 16]))
        place, first = end + 4, False
    if place != len(content):
        raise NotAccepted(f"has something else after the end of the picture. {_AGAIN}")


# Marks that stand alone, without a length after them.
_ALONE = {0x01, *range(0xD0, 0xD8)}
# Frames: each says the height and the width. C4, C8 and CC are tables.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA


def check_jpeg(content: bytes) -> None:
    """Raise NotAccepted unless the content is a JPEG picture. What cameras put after its end may stay."""
    if not content.startswith(b"\xff\xd8\xff"):
        raise NotAccepted("is not a JPEG picture. Save it in that format, not by changing its name")
    place, framed = 2, False
    while True:
        header = content[place : place + 4]
        if len(header) < 4 or header[0] != 0xFF:
            raise NotAccepted(f"is a damaged JPEG picture. {_AGAIN}")
        mark = header[1]
        if mark == 0xFF:
            # Any number of these may stand before a mark.
            place += 1
            continue
        if mark in _ALONE:
            place += 2
            continue
        if mark in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9].ljust(4, b"\0"))
            _must_be_drawable(width, height)
            framed = True
        if mark == _SCAN:
            break
        place += 2 + struct.unpack(">H", header[2:])[0]
    if not framed or content.find(b"\xff\xd9", place) < 0:
        raise NotAccepted(f"is not a whole JPEG picture. {_AGAIN}")


def _must_be_drawable(width: int, height: int) -> None:
    if not width or not height:
        raise NotAccepted(f"is a picture without a size. {_AGAIN}")
    if width * height > MOST_PIXELS:
        raise NotAccepted(f"has {width:,} by {height:,} pixels, which is too large to open. Make it smaller")
