"""Word, Excel and OpenDocument files, which are zip archives of parts, read to the end within bounds.

The bounds keep a small file from filling the memory of whoever opens it. Office files of one part in another, and what
a macro does, are for the scanner of the deployment: see `checking.py`.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from openpyxl.packaging.manifest import Manifest
from openpyxl.xml.functions import fromstring

from bids.files.refusing import NotAccepted

MEGABYTE = 1024 * 1024
# Unpacked, all parts together. The largest spreadsheets of bids that we have seen unpack to a tenth of it.
MOST_UNPACKED = 100 * MEGABYTE
MOST_PARTS = 5_000

_PIECE = 256 * 1024
_LONGEST_MANIFEST = 2 * MEGABYTE
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# The record that ends a zip archive, without a comment.
_END, _END_SIZE = b"PK\x05\x06", 22
_ENCRYPTED = 0x1

_AGAIN = "Open it, save it again and choose the new file"
_MACROS = "holds macros. Save it without macros and choose the new file"


def check_word(content: bytes) -> None:
    """Raise NotAccepted unless the content is a Word document without macros."""
    _check_office(content, "a Word document", "wordprocessingml.document")


def check_excel(content: bytes) -> None:
    """Raise NotAccepted unless the content is an Excel spreadsheet without macros."""
    _check_office(content, "an Excel spreadsheet", "spreadsheetml.sheet")


def check_open_text(content: bytes) -> None:
    """Raise NotAccepted unless the content is an OpenDocument text without macros."""
    _check_open(content, "an OpenDocument text", "text")


def check_open_spreadsheet(content: bytes) -> None:
    """Raise NotAccepted unless the content is an OpenDocument spreadsheet without macros."""
    _check_open(content, "an OpenDocument spreadsheet", "spreadsheet")


def _check_office(content: bytes, called: str, main: str) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        # Office wraps a file with a password in the container of its old formats.
        raise NotAccepted("has a password or is in an old format. Save it without a password and choose the new file")

    main_kind = f"application/vnd.openxmlformats-officedocument.{main}.main+xml"

    def look(archive: zipfile.ZipFile) -> None:
        names = archive.namelist()
        if "[Content_Types].xml" not in names:
            raise NotAccepted(f"is not {called}. {_AGAIN}")
        parts = _content_types(archive, called)
        if any("macroEnabled" in kind or "vbaProject" in kind for _, kind in parts) or any(
            name.lower().endswith("vbaproject.bin") for name in names
        ):
            raise NotAccepted(_MACROS)
        main_parts = {name for name, kind in parts if kind == main_kind}
        if not main_parts or not main_parts <= {"", *names}:
            raise NotAccepted(f"is not {called}. Save it in that format, not by changing its name")

    _read(content, called, look)


def _content_types(archive: zipfile.ZipFile, called: str) -> list[tuple[str, str]]:
    """Return each part that an Office file names with its content type; one for all other parts has no name."""
    try:
        read: Any = fromstring(_manifest(archive, "[Content_Types].xml"))
        manifest = Manifest.from_tree(read)
    except (SyntaxError, ValueError, TypeError, AttributeError):
        manifest = None
    if manifest is None:
        raise NotAccepted(f"is not {called}. {_AGAIN}")
    parts = [(str(part.PartName).lstrip("/"), str(part.ContentType)) for part in manifest.Override]
    return parts + [("", str(part.ContentType)) for part in manifest.Default]


def _check_open(content: bytes, called: str, main: str) -> None:
    def look(archive: zipfile.ZipFile) -> None:
        names = archive.namelist()
        if names[0] != "mimetype" or not {"content.xml", "META-INF/manifest.xml"} <= set(names):
            raise NotAccepted(f"is not {called}. Save it in that format, not by changing its name")
        if _manifest(archive, "mimetype") != f"application/vnd.oasis.opendocument.{main}".encode():
            raise NotAccepted(f"is not {called}. Save it in that format, not by changing its name")
        if b"encryption-data" in _manifest(archive, "META-INF/manifest.xml"):
            raise NotAccepted("has a password. Save it without a password and choose the new file")
        if any(name.startswith(("Basic/", "Scripts/")) for name in names):
            raise NotAccepted(_MACROS)

    _read(content, called, look)


def _manifest(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part that says what the archive is. Raises NotAccepted where it is too long to be one."""
    if archive.getinfo(name).file_size > _LONGEST_MANIFEST:
        raise NotAccepted(f"is damaged. {_AGAIN}")
    return archive.read(name)


def _read(content: bytes, called: str, look: Callable[[zipfile.ZipFile], None]) -> None:
    """Open the archive within its bounds, let `look` say whether it is the right one, and read every part."""
    if not content.startswith(b"PK\x03\x04"):
        raise NotAccepted(f"is not {called}. Save it in that format, not by changing its name")
    if content[-_END_SIZE:][:4] != _END:
        raise NotAccepted(f"is damaged or has something else after its end. {_AGAIN}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _must_be_bounded(archive.infolist(), len(content))
            look(archive)
            for part in archive.infolist():
                with archive.open(part) as opened:
                    # What a part says of its size and its checksum is compared while it is read.
                    while opened.read(_PIECE):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError):
        raise NotAccepted(f"is damaged. {_AGAIN}") from None


def _must_be_bounded(parts: list[zipfile.ZipInfo], size: int) -> None:
    """Raise NotAccepted for an archive that unpacks to too much, or whose parts are not what they seem."""
    names = [part.filename for part in parts]
    if not parts or len(set(names)) != len(names) or any(map(_leads_out, names)):
        raise NotAccepted(f"is damaged. {_AGAIN}")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise NotAccepted("has a password. Save it without a password and choose the new file")
    # Parts that share their compressed bytes are together longer than the file.
    if any(part.compress_type not in _METHODS for part in parts) or sum(part.compress_size for part in parts) > size:
        raise NotAccepted(f"is damaged. {_AGAIN}")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise NotAccepted(f"unpacks to more than {MOST_UNPACKED // MEGABYTE} MB, which is too large to open safely")


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")
