"""The kinds of file that a bid may have, each known by its extension and by its content. Nothing here knows Django.

A file is accepted where both agree and where no other reader could take it for something else: a web page, a program
or an archive. Archives, which Word, Excel and OpenDocument files are, are read to the end within bounds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from bids.files import images, packages
from bids.files.names import extension_of
from bids.files.refusing import NotAccepted

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the content type that it is sent as, and what checks its content.

    `check` raises NotAccepted, with the rest of a sentence that begins with the file's name.
    """

    content_type: str
    check: Callable[[bytes], None]


def _is_pdf(content: bytes) -> None:
    if not content.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        raise NotAccepted(f"is not a PDF. {_looks_like(content)}")
    # After the mark of its end, a PDF may have a line break or the padding of a mail program.
    end = content.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in content:
        raise NotAccepted("is not a whole PDF. Save it again and choose the new file")
    if content[end + 5 :].strip(b"\r\n\t \x00\x1a"):
        raise NotAccepted("has something else after the end of the PDF. Print it to a new PDF and choose that")


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

# By extension. The content type of a download is taken from here, never from what a browser claimed.
KINDS = {
    "pdf": Kind("application/pdf", _is_pdf),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", packages.check_word),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", packages.check_excel),
    "odt": Kind(f"{_OPEN}.text", packages.check_open_text),
    "ods": Kind(f"{_OPEN}.spreadsheet", packages.check_open_spreadsheet),
    "png": Kind("image/png", images.check_png),
    "jpg": Kind("image/jpeg", images.check_jpeg),
}
_ALSO = {"jpeg": "jpg"}
# How the page and its file chooser name them.
ACCEPTED = ".pdf, .docx, .xlsx, .odt, .ods, .png, .jpg"


def kind_of(name: str, content: bytes) -> str:
    """Return the key in KINDS of a file that may be accepted. Raises NotAccepted for any other."""
    extension = extension_of(name)
    extension = _ALSO.get(extension, extension)
    if extension not in KINDS:
        raise NotAccepted(f"is of a kind that is not accepted. {_advice(extension)}")
    if not content:
        raise NotAccepted("is empty")
    if len(content) > LARGEST:
        raise NotAccepted(f"is larger than {LARGEST // MEGABYTE} MB. Choose a smaller file")
    KINDS[extension].check(content)
    _must_be_nothing_else(extension, content)
    return extension


def _advice(extension: str) -> str:
    if extension in _OLD:
        return f"Save it as .{_OLD[extension]} and choose the new file"
    return f"The kinds are {ACCEPTED}"


_OLD = {
    "doc": "docx",
    "docm": "docx",
    "dot": "docx",
    "dotx": "docx",
    "rtf": "docx",
    "xls": "xlsx",
    "xlsb": "xlsx",
    "xlsm": "xlsx",
    "csv": "xlsx",
    "heic": "jpg",
    "webp": "jpg",
    "pages": "pdf",
    "numbers": "pdf",
}

_WEB = (b"<html", b"<!doctype html", b"<script", b"<svg", b"<body", b"<iframe", b"<?php")
# Long enough that no picture holds them by chance.
_WEB_IN_A_PICTURE = (b"<!doctype html", b"<script", b"<iframe")
# Archives that a picture or a PDF carries for no good reason.
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_HEAD = 1024
_ZIPPED = ("docx", "xlsx", "odt", "ods")


def _must_be_nothing_else(extension: str, content: bytes) -> None:
    """Raise NotAccepted where another program could read the same bytes as something else."""
    head = content[:_HEAD]
    other = ""
    if extension != "pdf" and b"%PDF-" in head:
        other = "a PDF"
    # A picture has no reason to hold a piece of a web page anywhere; texts of a PDF and of an archive may.
    is_picture = KINDS[extension].content_type.startswith("image/")
    if _holds_any(_WEB, head.lower()) or (is_picture and _holds_any(_WEB_IN_A_PICTURE, content.lower())):
        other = "a web page"
    if extension not in _ZIPPED and (_opens_as_zip(content) or _holds_any(_ARCHIVES, content)):
        other = "an archive of other files"
    if other:
        raise NotAccepted(f"is {other} as well. Save it again from the program that made it")


def _holds_any(marks: tuple[bytes, ...], content: bytes) -> bool:
    return any(mark in content for mark in marks)


def _opens_as_zip(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return False


def _looks_like(content: bytes) -> str:
    """Return a sentence on what a file of the wrong content seems to be."""
    start = content[:_HEAD].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    for marks, seeming in _SEEMINGS:
        if start.startswith(marks):
            return f"It looks like {seeming}"
    return "Save it again in that format, not by changing its name"


_SEEMINGS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"mz", b"\x7felf"), "a program"),
    (_WEB, "a web page"),
    ((b"pk\x03\x04", b"rar!", b"7z\xbc\xaf"), "an archive or an Office file"),
    ((b"\xd0\xcf\x11\xe0",), "an old Office file"),
    ((b"\x89png", b"\xff\xd8\xff", b"gif8"), "a picture"),
    ((b"{\\rtf",), "a rich text file"),
)
