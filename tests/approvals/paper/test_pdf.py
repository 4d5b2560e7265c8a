"""The PDF of a paper, read back by a library that did not make it."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from approvals.decisions import deciding
from approvals.models import Decision, DecisionRecord, Pack
from approvals.paper import pack as packs
from grants.models import User
from grants.printable import TYPEFACES
from tests.approvals.renders import titles
from tests.approvals.steps import Answer, decide
from tests.conftest import DEMO_PASSWORD
from tests.grants.test_printable import NAMES

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen(decision: Decision) -> Pack:
    return Pack.objects.get(decision=decision)


@pytest.fixture
def reader(frozen: Pack) -> PdfReader:
    return PdfReader(io.BytesIO(bytes(frozen.pdf)))


def elements(node: Any) -> Iterator[DictionaryObject]:
    """Every element of the structure tree, in the order of reading."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, ArrayObject):
        for each in node:
            yield from elements(each)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


def tree(reader: PdfReader) -> list[DictionaryObject]:
    return list(elements(reader.trailer["/Root"]["/StructTreeRoot"]))


def attributes(element: DictionaryObject) -> dict[str, Any]:
    attribute = element.get("/A", [])
    each = attribute if isinstance(attribute, ArrayObject) else [attribute]
    return {name: value for one in each for name, value in one.get_object().items()}


def test_it_is_tagged_titled_and_in_english(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "PCD-681 Engagement and crime prevention spending 2019/20"
    assert root["/StructTreeRoot"]["/ParentTree"] is not None


def test_its_metadata_name_the_standard_that_it_was_made_in(reader: PdfReader) -> None:
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<rdf:li>en-GB</rdf:li>" in metadata
    assert "PCD-681 Engagement and crime prevention spending 2019/20" in metadata


def test_its_headings_stand_in_order_without_a_skip(reader: PdfReader, frozen: Pack) -> None:
    levels = [int(each["/S"][2]) for each in tree(reader) if re.fullmatch(r"/H\d", each["/S"])]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    sections = [title for name, title in titles(packs.read(frozen)).items() if not name.startswith("table")]
    assert Counter(levels) == {1: 1, 2: len(sections), 3: 11 + 28 + 2}

    def outline(entries: Any, depth: int = 1) -> Iterator[tuple[int, str]]:
        for each in entries:
            yield from outline(each, depth + 1) if isinstance(each, list) else [(depth, str(each.title))]

    assert [title for depth, title in outline(reader.outline) if depth == 2] == sections


def test_its_tables_have_heads_with_a_scope_and_rows_of_equal_length(reader: PdfReader) -> None:
    tables = [each for each in tree(reader) if each["/S"] == "/Table"]
    assert len(tables) == 3
    for table in tables:
        rows = [
            [cell["/S"] for cell in elements(row["/K"]) if cell["/S"] in ("/TH", "/TD")]
            for row in elements(table)
            if row["/S"] == "/TR"
        ]
        assert set(rows[0]) == {"/TH"}
        assert all(set(row) == {"/TD"} and len(row) == len(rows[0]) for row in rows[1:])
        heads = [each for each in elements(table) if each["/S"] == "/TH"]
        assert {attributes(each)["/Scope"] for each in heads} == {"/Column"}
    assert len([each for each in tree(reader) if each["/S"] == "/Caption"]) == len(tables)


def test_its_links_are_tagged_and_lead_to_places_in_it(reader: PdfReader) -> None:
    links = [
        note.get_object()
        for page in reader.pages
        for note in page.get("/Annots", [])
        if note.get_object()["/Subtype"] == "/Link"
    ]
    assert len(links) >= 4
    assert len([each for each in tree(reader) if each["/S"] == "/Link"]) == len(links)
    assert all(link.get("/Contents") for link in links)
    for link in links:
        assert "/URI" not in link.get("/A", {})
        assert "/Dest" in link or link["/A"]["/S"] == "/GoTo"


def test_its_fonts_are_embedded_and_nothing_is_fetched(reader: PdfReader, frozen: Pack) -> None:
    fonts = {
        font.get_object()["/BaseFont"]: font for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    for name, font in fonts.items():
        (inner,) = font.get_object()["/DescendantFonts"]
        descriptor = inner.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), f"{name} is not embedded"
        assert "SourceSans3" in name
        assert "/ToUnicode" in font.get_object()
    for action in (b"/URI", b"/Launch", b"/GoToR", b"/JavaScript", b"/EmbeddedFile", b"/SubmitForm", b"/ImportData"):
        assert not re.search(action + rb"\b", bytes(frozen.pdf)), action
    assert not any(page.images for page in reader.pages)


def test_a_second_run_gives_the_same_bytes(frozen: Pack) -> None:
    paper = packs.read(frozen)
    assert packs.pdf(paper, digest=frozen.sha256) == packs.pdf(paper, digest=frozen.sha256) == bytes(frozen.pdf)


def test_every_page_says_which_it_is_of_which_paper(reader: PdfReader, frozen: Pack) -> None:
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(reader.pages)}" in text
        assert "PCD-681, version 1" in text
        assert frozen.sha256 in text
    assert frozen.trail_head in "".join(reader.pages[-1].extract_text().split())


def test_no_heading_ends_a_page(reader: PdfReader, frozen: Pack) -> None:
    paper = packs.read(frozen)
    grants = [*paper["appendix_1"], *paper["appendix_2"]]
    headings = {*titles(paper).values(), *(row["title"] for row in [*grants, *paper["contracts"]])}
    for page in reader.pages:
        lines = [line for line in page.extract_text().splitlines() if not re.match(r"Page |sha256|PCD-681, v", line)]
        last = re.sub(r"^\d+\. |: £[\d,.]+$", "", lines[-1])
        assert lines[-1] not in headings and last not in headings


def test_the_signed_one_says_when_by_the_clock_of_london_and_has_its_own_table(decision: Decision, robin: User) -> None:
    late = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    decide(decision, robin, item_3=Answer("conditions", conditions="<b>A report</b> #each quarter"))
    deciding.sign_decision(decision=decision, password=DEMO_PASSWORD, by=robin, at=late)
    record = DecisionRecord.objects.get()
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(record.pdf))).pages)
    assert "Date signed: 1 July 2027" in text
    assert "Signed: 1 July 2027 at 00:30" in text
    assert "1 July 2027 at 00:30" in record.html
    assert "<b>A report</b> #each quarter" in " ".join(text.split())
    tables = [each for each in tree(PdfReader(io.BytesIO(bytes(record.pdf)))) if each["/S"] == "/Table"]
    assert len(tables) == 4


def of_pages(file: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages).split())


def test_letters_of_the_scripts_of_london_are_printed_in_headings_and_text(frozen: Pack) -> None:
    paper = packs.read(frozen)
    for row, name in zip(paper["appendix_2"], NAMES.values(), strict=False):
        row["title"] = row["recipient"] = row["purpose"] = name
    paper["title"] = paper["sections"][0]["heading"] = NAMES["Simplified Chinese"]
    made = packs.pdf(paper, digest=frozen.sha256)
    assert "[U+" not in of_pages(made)
    assert f"4. {NAMES['Simplified Chinese']}: £" in of_pages(made)
    fonts = {
        font.get_object()["/BaseFont"].partition("+")[2]
        for page in PdfReader(io.BytesIO(made)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    for typeface in TYPEFACES:
        assert any(font.startswith(typeface.replace(" ", "")) for font in fonts), typeface
    assert packs.pdf(paper, digest=frozen.sha256) == made
    assert len(made) < 600_000


def test_what_no_bundled_typeface_has_is_printed_as_its_code_point(frozen: Pack) -> None:
    paper = packs.read(frozen)
    paper["appendix_1"][0]["purpose"] = 'A bell\x07, 中文 and "😀" of \u0378, £1,200 — Zoë Łódź'
    made = packs.pdf(paper, digest=frozen.sha256)
    assert 'A bell , 中文 and "[U+1F600]" of [U+0378], £1,200 — Zoë Łódź' in of_pages(made)
    assert packs.pdf(paper, digest=frozen.sha256) == made


def test_what_was_frozen_with_one_typeface_is_drawn_with_it_alone(frozen: Pack) -> None:
    paper = packs.read(frozen)
    same = packs.pdf(paper, digest=frozen.sha256)
    assert paper.pop("printing") == {"typefaces": list(TYPEFACES)}
    assert packs.pdf(paper, digest=frozen.sha256) == same
    paper["appendix_1"][0]["purpose"] = 'A bell\x07, 中文 and "😀" of \u0378, £1,200 — Zoë Łódź'
    paper["title"] = "中"
    made = packs.pdf(paper, digest=frozen.sha256)
    text = of_pages(made)
    assert 'A bell , [U+4E2D][U+6587] and "[U+1F600]" of [U+0378], £1,200 — Zoë Łódź' in text
    assert packs.pdf(paper, digest=frozen.sha256) == made
