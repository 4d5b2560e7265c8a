"""The Word file of a paper: from frozen data alone, the same bytes each time, with a structure that Word knows."""

import io
import time
import zipfile
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from approvals.models import Award, Decision, DecisionRecord, Pack
from approvals.outputs import word
from approvals.paper import pack as packs
from bids.models import Bid
from grants.models import User
from tests.approvals.renders import titles
from tests.approvals.steps import decide, sign
from tests.every_page import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen(decision: Decision) -> Pack:
    return Pack.objects.get(decision=decision)


def opened(content: bytes) -> Document:
    return Document(io.BytesIO(content))


def test_equal_data_give_equal_bytes_whatever_the_time(frozen: Pack) -> None:
    first = word.of_pack(frozen)
    time.sleep(2.1)
    assert word.of_pack(frozen) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"


def test_it_is_made_from_the_frozen_data_alone(frozen: Pack) -> None:
    before = word.of_pack(frozen)
    Bid.objects.filter(round=frozen.decision.round).update(title="Renamed", summary="Renamed")
    Award.objects.filter(round=frozen.decision.round, amount__gt=100).update(amount=100)
    Decision.objects.filter(pk=frozen.decision.pk).update(title="Renamed")
    assert word.of_pack(Pack.objects.get(pk=frozen.pk)) == before


def test_it_says_that_the_frozen_pdf_counts_and_names_its_hash(frozen: Pack, robin: User) -> None:
    first_page = [each.text for each in opened(word.of_pack(frozen)).paragraphs[:3]]
    assert f"What counts is the frozen PDF of PCD-681 v1, sha256 {frozen.pdf_sha256}." in first_page[1]
    decide(frozen.decision, robin)
    sign(frozen.decision, robin)
    record = DecisionRecord.objects.get()
    signed = [each.text for each in opened(word.of_record(record)).paragraphs[:3]]
    assert f"frozen PDF of PCD-681, signed on 21 November 2026, sha256 {record.pdf_sha256}." in signed[1]


def test_its_headings_are_headings_of_word_without_a_skip(frozen: Pack) -> None:
    styled = [(each.style.name, each.text) for each in opened(word.of_pack(frozen)).paragraphs]
    headings = [(int(style.split()[1]), text) for style, text in styled if style.startswith("Heading")]
    levels = [level for level, _ in headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    paper = packs.read(frozen)
    sections = [title for name, title in titles(paper).items() if not name.startswith("table")]
    assert [text for level, text in headings if level == 2] == sections
    assert len([level for level in levels if level == 3]) == 11 + 28 + 2


def test_paragraphs_carry_the_numbers_of_the_paper_as_text(frozen: Pack) -> None:
    paper = packs.read(frozen)
    numbers = [each["number"] for section in paper["sections"] for each in section["paragraphs"] if each["number"]]
    there = [text.split("\t")[0] for each in opened(word.of_pack(frozen)).paragraphs if "\t" in (text := each.text)]
    assert there == numbers
    assert not list(opened(word.of_pack(frozen)).element.body.iter(qn("w:numPr")))


def test_its_tables_repeat_their_head_and_set_figures_to_the_right(frozen: Pack) -> None:
    tables = opened(word.of_pack(frozen)).tables
    assert len(tables) == 3
    for table in tables:
        heads = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert heads == [True] + [False] * (len(table.rows) - 1)
    table_2, table_3, notes = tables
    for table, columns in ((table_2, (2, 3)), (table_3, (1,)), (notes, (1,))):
        for row in table.rows:
            for i, cell in enumerate(row.cells):
                expected = WD_ALIGN_PARAGRAPH.RIGHT if i in columns else None
                assert cell.paragraphs[0].alignment == expected, cell.text
    assert [cell.text for cell in table_2.rows[-1].cells] == ["Total", "", "11", "947,234"]


def test_its_language_title_and_dates_are_those_of_the_paper(frozen: Pack) -> None:
    file = opened(word.of_pack(frozen))
    about = file.core_properties
    assert (about.language, about.title) == ("en-GB", f"PCD-681 {packs.read(frozen)['title']}")
    assert about.created == about.modified == frozen.submitted_at
    assert {each.get(qn("w:val")) for each in file.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    assert about.last_modified_by == about.comments == ""


def test_its_links_lead_to_existing_places(frozen: Pack) -> None:
    body = opened(word.of_pack(frozen)).element.body
    targets = {each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))}
    marks = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
    assert {"appendix_1", "appendix_2", "table_3"} <= targets <= set(marks)
    assert len(marks) == len(set(marks))


def test_nothing_in_it_is_fetched_from_elsewhere(frozen: Pack) -> None:
    with zipfile.ZipFile(io.BytesIO(word.of_pack(frozen))) as archive:
        for name in archive.namelist():
            assert not name.endswith((".jpeg", ".png", ".bin"))
            if name.endswith(".rels"):
                relations = ElementTree.fromstring(archive.read(name))
                assert not [each for each in relations if each.get("TargetMode") == "External"], name


def test_what_people_wrote_stays_text(frozen: Pack) -> None:
    paper = packs.read(frozen)
    typed = "<w:p>&amp; a tab\x0b and a bell\x07 £1\ud7ff\ufffe"
    paper["appendix_1"][0]["purpose"] = paper["contracts"][0]["proposal"] = typed
    other = Pack(decision=frozen.decision, version=1, **packs.freeze(paper).fields())
    text = [each.text for each in opened(word.of_pack(other)).paragraphs]
    assert "<w:p>&amp; a tab  and a bell  £1\ud7ff " in text
    assert "Purpose: <w:p>&amp; a tab  and a bell  £1\ud7ff " in text


def test_the_office_and_the_public_get_it_as_an_attachment(mo: User) -> None:
    publish()
    client = Client()
    client.force_login(mo)
    for answer, name in (
        (client.get(reverse("approvals:pack_word", args=["PCD-681", 1])), "PCD-681-v1.docx"),
        (Client().get(reverse("approvals:published_word", args=["PCD-681"])), "PCD-681.docx"),
    ):
        assert answer.status_code == 200
        assert answer["Content-Type"] == word.KIND
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert "Exempt words" not in "\n".join(each.text for each in opened(answer.content).paragraphs)
