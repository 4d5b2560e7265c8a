"""Small real files of each kind, made as a program would make them, and files that pretend to be one."""

import io
import struct
import zipfile
import zlib
from functools import cache

import docx
from openpyxl import Workbook

from grants.archive import zipped


@cache
def pdf() -> bytes:
    """One empty page, with its table of references where it says that it is."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 4\n0000000000 65535 f \n" + table + ends


@cache
def word() -> bytes:
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph("Safeguarding policy")
    document.save(out)
    return out.getvalue()


@cache
def excel() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["Cost", "Pounds"])
    book.active.append(["Coaches", 31200])
    book.save(out)
    return out.getvalue()


@cache
def open_document(kind: str) -> bytes:
    main = f"application/vnd.oasis.opendocument.{kind}"
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{main}"/></manifest:manifest>'
    )
    return zipped(
        {
            "mimetype": main.encode(),
            "content.xml": f"<office:document-content {names}><office:body/></office:document-content>".encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def png(width: int = 1, height: int = 1, extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    text = chunk(b"tEXt", b"Comment\0" + extra) if extra else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + text
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def jpeg(height: int = 1, width: int = 1, comment: bytes = b"") -> bytes:
    """One grey point, with the tables that a decoder needs."""

    def segment(mark: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data

    counts = bytes([0, 1, *([0] * 14)])
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            segment(0xFE, comment) if comment else b"",
            segment(0xDB, b"\0" + b"\x10" * 64),
            segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"),
            segment(0xC4, b"\0" + counts + b"\0"),
            segment(0xC4, b"\x10" + counts + b"\0"),
            segment(0xDA, b"\1\1\0\0\x3f\0"),
            b"\x3f\xff\xd9",
        ]
    )


def every() -> dict[str, bytes]:
    """A file of each kind by a name that it may have."""
    return {
        "letter.pdf": pdf(),
        "policy.docx": word(),
        "budget.xlsx": excel(),
        "plan.odt": open_document("text"),
        "costs.ods": open_document("spreadsheet"),
        "map.png": png(),
        "site.jpg": jpeg(),
        "SITE.JPEG": jpeg(comment=b"taken in May"),
    }


def rezipped(content: bytes, changes: dict[str, bytes | None], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same archive with some parts added, replaced or, where None, left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in [*old.namelist(), *(name for name in changes if name not in old.namelist())]:
            data = changes[name] if name in changes else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


WEB_PAGE = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
PROGRAM = b"MZ\x90\0" + b"\0" * 200
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def archive(**files: bytes) -> bytes:
    return zipped({name.replace("_", "."): content for name, content in files.items()})
