"""What may be added to a bid: each kind by its extension and its content, and everything that only pretends."""

import io
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bids.files import kinds, packages
from bids.files.names import LONGEST, cleaned, extension_of
from bids.files.refusing import NotAccepted
from bids.models import BidFile
from tests.bids.files import samples


def test_pages_name_every_kind() -> None:
    assert set(kinds.KINDS) == set(BidFile.Kind.values)
    assert {f".{kind}" for kind in kinds.KINDS} == set(kinds.ACCEPTED.split(", "))


@pytest.mark.parametrize("name", samples.every())
def test_a_real_file_of_each_kind_is_accepted(name: str) -> None:
    expected = name.lower().rpartition(".")[2].replace("jpeg", "jpg")
    assert kinds.kind_of(name, samples.every()[name]) == expected


@pytest.mark.parametrize("name", samples.every())
@pytest.mark.parametrize("other", samples.every())
def test_no_kind_is_accepted_under_the_extension_of_another(name: str, other: str) -> None:
    content = samples.every()[name]
    mine, theirs = (kinds.kind_of(each, samples.every()[each]) for each in (name, other))
    if mine != theirs:
        with pytest.raises(NotAccepted, match=r"is not|Save it|choose the new file"):
            kinds.kind_of(other, content)


MACRO_TYPES = b'<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'


def word_with_macros() -> bytes:
    with zipfile.ZipFile(io.BytesIO(samples.word())) as old:
        types = old.read("[Content_Types].xml").replace(b"</Types>", MACRO_TYPES)
    return samples.rezipped(samples.word(), {"[Content_Types].xml": types, "word/vbaProject.bin": b"macros"})


def declared(content: bytes) -> bytes:
    """The content types of an archive with an entity in them."""
    return b'<!DOCTYPE x [<!ENTITY a "%b">]><Types>&a;</Types>' % (b"a" * 1000)


REFUSED = {
    # Not one of the kinds
    ("setup.exe", samples.PROGRAM): "of a kind that is not accepted",
    ("page.html", samples.WEB_PAGE): "of a kind that is not accepted",
    ("picture.svg", b"<svg/>"): "of a kind that is not accepted",
    ("all.zip", samples.archive(a_txt=b"a")): "of a kind that is not accepted",
    ("pdf", samples.pdf()): "of a kind that is not accepted",
    ("budget.xls", samples.OLD_OFFICE): "Save it as .xlsx",
    ("budget.xlsm", samples.excel()): "Save it as .xlsx",
    ("letter.doc", samples.OLD_OFFICE): "Save it as .docx",
    ("photo.heic", b"....ftypheic"): "Save it as .jpg",
    # One of the kinds by name alone
    ("setup.pdf", samples.PROGRAM): "is not a PDF. It looks like a program",
    ("page.pdf", samples.WEB_PAGE): "is not a PDF. It looks like a web page",
    ("page.pdf", b"\n\n" + samples.WEB_PAGE): "is not a PDF. It looks like a web page",
    ("old.pdf", samples.OLD_OFFICE): "is not a PDF. It looks like an old Office file",
    ("text.pdf", b"hello"): "is not a PDF",
    ("zip.pdf", samples.archive(a_txt=b"a")): "is not a PDF. It looks like an archive",
    ("all.docx", samples.archive(a_txt=b"a")): "is not a Word document",
    ("all.xlsx", samples.archive(a_txt=b"a")): "is not an Excel spreadsheet",
    ("all.odt", samples.archive(a_txt=b"a")): "is not an OpenDocument text",
    ("setup.docx", samples.PROGRAM): "is not a Word document",
    ("page.xlsx", samples.WEB_PAGE): "is not an Excel spreadsheet",
    ("page.png", samples.WEB_PAGE): "is not a PNG picture",
    ("page.jpg", samples.WEB_PAGE): "is not a JPEG picture",
    ("empty.pdf", b""): "is empty",
    ("long.pdf", samples.pdf() + b" " * kinds.LARGEST): "is larger than 10 MB",
    # Passwords and macros
    ("secret.docx", samples.OLD_OFFICE): "has a password or is in an old format",
    ("macros.docx", word_with_macros()): "holds macros",
    ("macros.ods", samples.rezipped(samples.open_document("spreadsheet"), {"Basic/a.xml": b"a"}, method=0)): "macros",
    (
        "secret.odt",
        samples.rezipped(samples.open_document("text"), {"META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
    ): "has a password",
    # Broken off, or with something hung on
    ("half.pdf", samples.pdf()[:200]): "is not a whole PDF",
    ("half.png", samples.png()[:-6]): "is not a whole PNG",
    ("half.jpg", samples.jpeg()[:-2]): "is not a whole JPEG",
    ("half.docx", samples.word()[:-1]): "is damaged",
    ("bent.png", samples.png().replace(b"IDAT", b"IDAX")): "is a damaged PNG",
    ("bent.xlsx", samples.excel().replace(b"xl/workbook.xml", b"xl/workbook.xmm", 1)): "is damaged",
    ("more.png", samples.png() + b"more"): "something else after the end",
    ("more.pdf", samples.pdf() + b"more"): "something else after the end",
    ("more.docx", samples.word() + samples.pdf()): "is damaged or has something else",
    # Two in one
    (
        "both.pdf",
        samples.pdf()[:-6] + samples.archive(a_txt=b"a") + b"\n%%EOF\n",
    ): "is an archive of other files as well",
    ("both.jpg", samples.jpeg() + samples.archive(a_txt=b"a")): "is an archive of other files as well",
    ("both.jpg", samples.jpeg() + b"Rar!\x1a\x07\x01\x00"): "is an archive of other files as well",
    ("both.jpg", samples.jpeg(comment=b"<script>alert(1)</script>")): "is a web page as well",
    ("both.png", samples.png(extra=samples.WEB_PAGE)): "is a web page as well",
    ("both.png", samples.png(extra=b"x" * 5000 + b"<SCRIPT src=//a.example>")): "is a web page as well",
    ("both.png", samples.png(extra=samples.pdf())): "is a PDF as well",
    (
        "both.odt",
        samples.rezipped(samples.open_document("text"), {"a": samples.pdf()}, method=0).replace(
            b"content.xml", b"content.xml"
        ),
    ): "is a PDF as well",
    # Too much to open
    ("huge.png", samples.png(60_000, 60_000)): "too large to open",
    ("huge.jpg", samples.jpeg(60_000, 60_000)): "too large to open",
    ("none.jpg", samples.jpeg(0, 0)): "without a size",
    ("bomb.xlsx", samples.rezipped(samples.excel(), {"xl/a": b"\0" * (packages.MOST_UNPACKED + 1)})): "unpacks to more",
    ("many.docx", samples.rezipped(samples.word(), {str(n): b"" for n in range(5_001)}, method=0)): "unpacks to more",
    ("entity.docx", samples.rezipped(samples.word(), {"[Content_Types].xml": declared(b"")})): "is not a Word document",
    ("long.docx", samples.rezipped(samples.word(), {"[Content_Types].xml": b" " * 3_000_000})): "is damaged",
    ("out.docx", samples.rezipped(samples.word(), {"../../etc/passwd": b"a"})): "is damaged",
    ("root.docx", samples.rezipped(samples.word(), {"/etc/passwd": b"a"})): "is damaged",
    ("lzma.docx", samples.rezipped(samples.word(), {}, method=zipfile.ZIP_LZMA)): "is damaged",
    ("gone.docx", samples.rezipped(samples.word(), {"word/document.xml": None})): "is not a Word document",
}


@pytest.mark.parametrize(("name", "content"), REFUSED, ids=[f"{name}-{why[:24]}" for (name, _), why in REFUSED.items()])
def test_what_only_pretends_is_refused_and_the_message_says_why(name: str, content: bytes) -> None:
    with pytest.raises(NotAccepted) as refused:
        kinds.kind_of(name, content)
    assert REFUSED[name, content] in str(refused.value)


def test_an_archive_whose_parts_share_their_bytes_is_refused() -> None:
    """As the bombs do whose parts overlap: each part points at the same compressed bytes."""
    bomb = bytearray(samples.rezipped(samples.excel(), {"xl/a": b"\0" * 9_000_000, "xl/b": b"\0" * 10}))
    directory = bomb.rfind(b"PK\x01\x02")
    first = bomb.rfind(b"PK\x01\x02", 0, directory)
    assert bomb[first + 46 : first + 50] == b"xl/a"
    for start, end in ((16, 28), (42, 46)):
        # Checksum, sizes and the place of the bytes are those of the part before.
        bomb[directory + start : directory + end] = bomb[first + start : first + end]
    many = bytes(bomb)
    with pytest.raises(NotAccepted):
        kinds.kind_of("bomb.xlsx", many)


def test_a_part_that_is_longer_than_it_says_is_refused() -> None:
    lying = bytearray(samples.rezipped(samples.excel(), {"xl/a": b"\0" * 9_000_000}))
    directory = lying.rfind(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = (1_000).to_bytes(4, "little")
    with pytest.raises(NotAccepted, match="is damaged"):
        kinds.kind_of("bomb.xlsx", bytes(lying))


def test_what_a_camera_puts_after_the_end_of_its_picture_may_stay() -> None:
    assert kinds.kind_of("site.jpg", samples.jpeg() + samples.jpeg()) == "jpg"
    assert kinds.kind_of("site.jpg", samples.jpeg() + b"SEFT\0\0\0") == "jpg"


@pytest.mark.parametrize("name", samples.every())
def test_a_file_that_was_bent_anywhere_is_accepted_or_refused_and_never_breaks(name: str) -> None:
    content = samples.every()[name]
    for place in range(0, len(content), max(1, len(content) // 150)):
        bent = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
        for each in (bent, content[:place], content[place:]):
            try:
                kinds.kind_of(name, each)
            except NotAccepted as refused:
                assert str(refused)


@given(st.binary(max_size=400), st.sampled_from(sorted(kinds.KINDS)))
@example(b"PK\x05\x06" + b"\0" * 18, "docx")
@example(b"PK\x03\x04" + b"PK\x05\x06" + b"\0" * 18, "docx")
def test_no_bytes_at_all_break_the_reading(content: bytes, extension: str) -> None:
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04", b"%PDF-1.4"):
        with pytest.raises(NotAccepted):
            kinds.kind_of(f"a.{extension}", start + content)


# Names


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Budget 2026.xlsx", "Budget 2026.xlsx"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Ann\\Budget.xlsx", "Budget.xlsx"),
        ("C:\\a/b\\c.pdf", "c.pdf"),
        ("a\x00b\r\n\tc.pdf", "ab c.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("letter\u200b\u2066.pdf", "letter.pdf"),
        ("\ufeffletter.pdf", "letter.pdf"),
        ('a"b<c>d:e|f?g*h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("  ..letter. .pdf ", "letter.pdf"),
        ("Cafe\u0301.pdf", "Caf\u00e9.pdf"),
        ("\u0441\u043c\u0435\u0442\u0430.pdf", "\u0441\u043c\u0435\u0442\u0430.pdf"),
        ("letter", "letter"),
        ("...", ""),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_a_name_is_cleaned(name: str, clean: str) -> None:
    assert cleaned(name) == clean


@given(st.text(max_size=400))
@example("\u00e9" * 300 + ".pdf")
@example("a." + "\U0001f600" * 300)
def test_a_clean_name_is_short_and_stays_as_it_is(name: str) -> None:
    clean = cleaned(name)
    assert len(clean.encode()) <= LONGEST
    assert cleaned(clean) == clean
    assert clean.isprintable() and not set(clean) & set('/\\\0<>:"|?*')


def test_a_long_name_keeps_its_extension() -> None:
    assert cleaned("\u00e9" * 300 + ".pdf") == "\u00e9" * 98 + ".pdf"


@pytest.mark.parametrize(
    ("name", "extension"), [("a.PDF", "pdf"), ("a.pdf.exe", "exe"), (".pdf", ""), ("pdf", ""), ("a.", ""), ("", "")]
)
def test_the_extension_is_what_follows_the_last_dot(name: str, extension: str) -> None:
    assert extension_of(name) == extension
