"""A frozen paper as a Word file for people who must edit it. Equal data give equal bytes.

The file is made on request and not stored. Its first page says that the frozen PDF is authoritative.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from approvals.models import DecisionRecord, Pack
from approvals.outputs import published, signing
from approvals.paper import pack, settled
from grants.archive import zipped
from grants.characters import for_xml
from grants.templatetags.words import day, figure, moment, pounds

KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LANGUAGE = "en-GB"
_NAVY = RGBColor(0x1D, 0x35, 0x57)
# Of what the library's own template brings, the styles of tables that stay and the parts that go.
_TABLES = ("Normal Table", "Table Grid")
_UNUSED = ("thumbnail", "stylesWithEffects", "customXml")

Data = Mapping[str, Any]


def of_pack(frozen: Pack) -> bytes:
    """Return one version of a paper. Raises Changed if its data or its PDF are not what was frozen."""
    return _made(pack.read(frozen), frozen.sha256, _counts(frozen, frozen.reference))


def of_record(record: DecisionRecord) -> bytes:
    """Return a signed decision with its paper. Raises Changed if they are not what was frozen."""
    signed = published.read(record)
    name = f"{signed.reference}, signed on {day(signed.record['signed_at'])}"
    return _made(signed.paper, record.pack.sha256, _counts(record, name), signed.record)


def _counts(frozen: Pack | DecisionRecord, name: str) -> str:
    pack.checked_pdf(frozen)
    return f"This Word file is a copy for editing. What counts is the frozen PDF of {name}, sha256 {frozen.pdf_sha256}."


def _made(paper: Data, digest: str, counts: str, record: Data | None = None) -> bytes:
    paper_in_word = _Word(f"{paper['reference']} {paper['title']}", paper["reference"])
    _key_information(paper_in_word, paper, counts, record)
    if record and settled.differs(record):
        _differs(paper_in_word, record)
    _sections(paper_in_word, paper)
    amended = paper.get("amends", {}).get("reference", "")
    _appendix(paper_in_word, "appendix-1", "Appendix 1: grants for decision", paper["appendix_1"], amended)
    _appendix(paper_in_word, "appendix-2", "Appendix 2: grants approved under delegation", paper["appendix_2"])
    _contracts(paper_in_word, paper["contracts"])
    _figure_notes(paper_in_word, paper["figure_notes"])
    _sign_offs(paper_in_word, paper.get("sign_offs", []))
    _signature(paper_in_word, record)
    for note in paper.get("printing", {}).get("notes", []):
        paper_in_word.paragraph(note)
    paper_in_word.paragraph(
        f"Version {paper['version']} of these data, sha256 {digest}. "
        f"Head of the trail at submission {paper['trail_head']}."
    )
    stamp = datetime.fromisoformat(record["signed_at"] if record else paper["submitted_at"])
    return paper_in_word.bytes(author=paper["decision_by"], stamp=stamp)


def _key_information(word: _Word, paper: Data, counts: str, record: Data | None) -> None:
    word.heading(1, paper["title"])
    word.paragraph(counts)
    word.heading(2, "Key information")
    word.facts(
        [
            ("Reference", paper["reference"]),
            ("Title", paper["title"]),
            ("Decision by", paper["decision_by"]),
            ("Round", paper["round"]["title"]),
            ("Amends", _amended(paper.get("amends", {}))),
            ("Submitted", f"{day(paper['submitted_at'])}, version {paper['version']}"),
            ("Date signed", day(record["signed_at"]) if record else "Not signed"),
        ]
    )


def _differs(word: _Word, record: Data) -> None:
    word.heading(2, "How the decision differs from what was asked")
    for item in settled.differs(record):
        answer_parts = filter(None, (item["answer"].lower(), item["conditions"], item["reason"]))
        amount = f", {pounds(item['amount'])}" if item["amount"] else ""
        word.labelled(f"Item {item['number']}, {item['label']}{amount}:", ". ".join(answer_parts))
    if after := settled.after(record):
        word.paragraph(after)
    word.paragraph("All that follows is the paper as it was submitted.")


def _amended(old: Data) -> str:
    return f"{old['reference']} {old['title']}, signed on {day(old['signed_on'])}" if old else ""


def _sections(word: _Word, paper: Data) -> None:
    for section in paper["sections"]:
        number = f"{section['number']}. " if section["number"] else ""
        word.heading(2, f"{number}{section['heading']}")
        for paragraph in section["paragraphs"]:
            word.pieces(paragraph["number"], paragraph["pieces"])
        if section["key"] == "summary":
            _recommendations(word, paper)
        elif section["key"] == "issues" and paper["table_2"]:
            _table_2(word, paper)
        elif section["key"] == "financial":
            _table_3(word, paper)


def _recommendations(word: _Word, paper: Data) -> None:
    word.heading(2, "Recommendations")
    word.paragraph(f"The {paper['decision_by']} is recommended to:")
    for each in paper["recommendations"]:
        source = f" Source of the amount: {each['source']}." if each.get("source") else ""
        word.labelled(f"{each['number']}. {each['verb'].capitalize()}", f"{each['text']}.{source}")
    word.heading(2, "Part 1: for publication")


def _table_2(word: _Word, paper: Data) -> None:
    total = paper["table_2_total"]
    rows = [
        [
            f"{row['label']}"
            + (f", each {pounds(row['each'])}" if row["each"] else "")
            + (f" ({row['paid']})" if row["paid"] else ""),
            row["recipients"],
            str(row["count"]),
            figure(row["amount"]),
        ]
        for row in paper["table_2"]
    ]
    word.table(
        f"Table 2: grants for decision, {total['count']} in {len(rows)} rows",
        ["Project", "Recipient", "Grants", "£"],
        [*rows, ["Total", "", str(total["count"]), figure(total["amount"])]],
        widths=[66, 50, 20, 30],
        figures={2, 3},
        totals={len(rows)},
        anchor="table-2",
    )


def _table_3(word: _Word, paper: Data) -> None:
    rows, years = paper["table_3"], paper.get("table_3_years", [])
    columns = [f"{year}, £" for year in years]
    word.table(
        "Table 3: the allocation and what it is used for",
        ["Line", *columns, "In all, £" if columns else "£"],
        [
            [
                row["label"] + (f" ({row['note']})" if row["note"] else ""),
                *map(figure, row.get("years", [])),
                figure(row["amount"]),
            ]
            for row in rows
        ],
        widths=[126 - 26 * len(years), *[26] * len(years), 40] if len(years) < 4 else [40] + [18] * (len(years) + 1),
        figures=set(range(1, len(years) + 2)),
        totals={i for i, row in enumerate(rows) if row["kind"] == "total"},
        inset={i for i, row in enumerate(rows) if row["kind"] == "part"},
        anchor="table-3",
    )


def _appendix(word: _Word, anchor: str, title: str, rows: Sequence[Data], amended: str = "") -> None:
    if not rows:
        return
    word.heading(2, title, anchor)
    for number, row in enumerate(rows, start=1):
        word.heading(3, f"{number}. {row['title']}: {pounds(row['amount'])}")
        register = f" ({row['register']})" if row["register"] else ""
        unit = f"sponsored by {row['sponsoring_unit']}"
        about = word.paragraph(f"{row['recipient']}{register}, {unit}, {row['boroughs']}, {row['reference']}")
        about.paragraph_format.keep_with_next = True
        cleared = f" The other key was considered: {row['cleared']}" if row["cleared"] else ""
        early = f"{pounds(row['paid_early'])}. {row['early_reason']}" if row["paid_early"] else ""
        was = row.get("was", "")
        word.facts(
            [
                ("Changed", f"{amended} {row.get('was_how', 'decided on')} {pounds(was)}" if was else ""),
                ("By financial year", "; ".join(f"{year}: {pounds(part)}" for year, part in row.get("years", []))),
                ("Purpose", row["purpose"]),
                ("Aims", row["aims"]),
                ("Outputs", row["outputs"]),
                ("Outcomes", row["outcomes"]),
                ("Reason", row["reason"]),
                ("Conditions", row["conditions"]),
                ("Decided before", " ".join(each["text"] for each in row.get("earlier", ()))),
                ("Route", row["route"] + cleared),
                ("Legal power", row["legal_power"]),
                ("Paid before approval", early),
                ("Illustrative", f"{row['illustrative']}." if row["illustrative"] else ""),
            ]
        )


def _contracts(word: _Word, contracts: Sequence[Data]) -> None:
    if not contracts:
        return
    word.heading(2, "Appendix 3: single tender action, proposal", "appendix-3")
    for contract in contracts:
        word.heading(3, contract["title"])
        years = "; ".join(f"{year}: {pounds(amount)}" for year, amount in contract["profile"])
        word.facts(
            [
                ("Supplier", contract["supplier"]),
                ("Whole-life value", pounds(contract["amount"])),
                ("By financial year", f"{years}; charged to {contract['charged_to']}"),
                ("Primary ground", contract["ground"]),
                ("Evidence", contract["evidence"]),
                ("Other grounds, noted", contract["other_grounds"]),
                ("Route", contract["route"]),
            ]
        )
        word.paragraphs(contract["proposal"])
    word.heading(2, "Appendix 4: single tender action, performance framework", "appendix-4")
    for contract in contracts:
        word.heading(3, contract["title"])
        word.paragraphs(contract["performance"])


def _figure_notes(word: _Word, notes: Sequence[Data]) -> None:
    if not notes:
        return
    word.heading(2, "Where the figures come from")
    word.table(
        "Each figure of the text, exactly",
        ["Figure", "Exactly", "From"],
        [[note["name"][:1].upper() + note["name"][1:], note["exact"], note["source"]] for note in notes],
        widths=[60, 36, 70],
        figures={1},
    )


def _sign_offs(word: _Word, sign_offs: Sequence[Data]) -> None:
    if not sign_offs:
        return
    word.heading(2, "Signed off by")
    word.facts(
        [
            (each["area"], ". ".join(filter(None, (f"{each['by']}, {day(each['at'])}", each["comment"]))))
            for each in sign_offs
        ]
    )


def _signature(word: _Word, record: Data | None) -> None:
    word.heading(2, "Interests declared and signature")
    if record is None:
        word.paragraph("Not decided and not signed.")
        return
    word.facts(
        [
            ("Interests declared", record["interests"]),
            ("Signed by", record["signed_by"]),
            ("As", record["role"]),
            ("As deputy for", record.get("deputy_for", "")),
            ("Signed", moment(record["signed_at"])),
            *signing.facts(record),
        ]
    )
    word.table(
        "What was decided",
        ["Item", "£", "Decision"],
        [
            [
                f"{item['number']}. {item['label']}",
                figure(item["amount"]),
                ". ".join(filter(None, (item["answer"], item["conditions"], item["reason"]))),
            ]
            for item in record["items_decided"]
        ],
        widths=[80, 26, 60],
        figures={1},
    )


class _Word:
    """A Word file as it grows, in the styles that Word itself knows: its headings, captions and tables."""

    def __init__(self, title: str, running: str) -> None:
        self._file = Document()
        self._title = title
        self._anchors = 0
        self._set_styles()
        self._set_page(running)

    def heading(self, level: int, text: str, anchor: str = "") -> None:
        paragraph = self._file.add_heading(for_xml(text), level)
        if anchor:
            self._bookmark(paragraph, anchor)

    def paragraph(self, text: str) -> Any:
        return self._file.add_paragraph(for_xml(text))

    def paragraphs(self, text: str) -> None:
        """Add a text as paragraphs; an empty line separates two."""
        for each in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
            self.paragraph(each)

    def labelled(self, label: str, text: str) -> None:
        paragraph = self._file.add_paragraph()
        paragraph.add_run(for_xml(label)).bold = True
        paragraph.add_run(for_xml(f" {text}"))

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add each value after its label, without the empty ones."""
        for label, value in rows:
            if value:
                self.labelled(f"{label}:", value)

    def pieces(self, number: str, pieces: Iterable[Data]) -> None:
        """Add a paragraph of the paper: its number as text, its references as links."""
        paragraph = self._file.add_paragraph(f"{number}\t" if number else "")
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(1.1))
        for piece in pieces:
            if piece["link"]:
                self._link(paragraph, piece["link"], piece["text"])
            else:
                paragraph.add_run(for_xml(piece["text"]))

    def table(
        self,
        caption: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        widths: Sequence[int],
        figures: Collection[int],
        totals: Collection[int] = (),
        inset: Collection[int] = (),
        anchor: str = "",
    ) -> None:
        """Add a table under its caption. Widths are in millimetres; columns of figures are right aligned."""
        above = self._file.add_paragraph(for_xml(caption), "Caption")
        if anchor:
            self._bookmark(above, anchor)
        table = self._file.add_table(1 + len(rows), len(heads), "Table Grid")
        table.autofit = False
        for i, row in enumerate([heads, *rows]):
            _whole(table.rows[i])
            for j, (cell, text) in enumerate(zip(table.rows[i].cells, row, strict=True)):
                cell.width = Mm(widths[j])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(2)
                run = paragraph.add_run(for_xml(text))
                run.bold = i == 0 or i - 1 in totals or None
                if j in figures:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                elif j == 0 and i - 1 in inset:
                    paragraph.paragraph_format.left_indent = Cm(0.6)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        _mark(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        self._file.add_paragraph()

    def bytes(self, *, author: str, stamp: datetime) -> bytes:
        """Return the file with its author and title as properties; the stamp is used for every date in it."""
        about = self._file.core_properties
        about.title, about.author, about.language = for_xml(self._title), for_xml(author), _LANGUAGE
        about.created = about.modified = stamp.astimezone(UTC).replace(tzinfo=None)
        about.last_modified_by = about.comments = about.keywords = about.subject = ""
        about.revision = 1
        out = io.BytesIO()
        self._file.save(out)
        with zipfile.ZipFile(out) as saved:
            # The library writes the time of saving into the file, so its parts are zipped again without it.
            return zipped({name: saved.read(name) for name in saved.namelist()})

    def _set_styles(self) -> None:
        styles = self._file.styles
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), _LANGUAGE)
        for name, size in (("Normal", 10.5), ("Heading 1", 20), ("Heading 2", 14), ("Heading 3", 11), ("Caption", 10)):
            style = styles[name]
            style.font.size, style.font.name = Pt(size), "Arial"
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            if name != "Normal":
                style.font.bold, style.font.color.rgb = True, _NAVY
                style.paragraph_format.keep_with_next = True
                style.paragraph_format.space_after = Pt(6)
        styles["Normal"].paragraph_format.space_after = Pt(6)
        for style in list(styles):
            if style.type == WD_STYLE_TYPE.TABLE and style.name not in _TABLES:
                style.delete()
        for relations in (self._file.part.package.rels, self._file.part.rels):
            for key in [key for key, each in relations.items() if each.reltype.rpartition("/")[2] in _UNUSED]:
                del relations[key]

    def _set_page(self, running: str) -> None:
        section = self._file.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.2)
        section.header.paragraphs[0].text = for_xml(running)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        foot.add_run("Page ")
        _field(foot, "PAGE")
        foot.add_run(" of ")
        _field(foot, "NUMPAGES")

    def _bookmark(self, paragraph: Any, anchor: str) -> None:
        self._anchors += 1
        for kind in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(kind)
            mark.set(qn("w:id"), str(self._anchors))
            if kind == "w:bookmarkStart":
                mark.set(qn("w:name"), _bookmark_name(anchor))
            paragraph._p.append(mark)

    def _link(self, paragraph: Any, anchor: str, text: str) -> None:
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _bookmark_name(anchor))
        link.append(paragraph.add_run(for_xml(text))._r)
        paragraph._p.append(link)


def _bookmark_name(anchor: str) -> str:
    return for_xml(anchor).replace("-", "_")


def _mark(of: Any, name: str) -> None:
    of.append(OxmlElement(name))


def _whole(row: Any) -> None:
    """Keep a row on one page."""
    _mark(row._tr.get_or_add_trPr(), "w:cantSplit")


def _field(paragraph: Any, name: str) -> None:
    """Add a number that Word works out, such as the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)
