"""A Word file as it grows: headings, paragraphs, facts and tables, without anything of a paper."""

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

from grants.archive import zipped
from grants.characters import for_xml

_LANGUAGE = "en-GB"
_NAVY = RGBColor(0x1D, 0x35, 0x57)
_PARAGRAPHS = ("Heading 1", "Heading 2", "Heading 3", "Caption")
# Of what the library's own template brings, the styles of tables that stay and the parts that go.
_TABLES = ("Normal Table", "Table Grid")
_UNUSED = ("thumbnail", "stylesWithEffects", "customXml")

_BREAKS = re.compile(r"([\t\r\n])")

Data = Mapping[str, Any]


class WordFile:
    """A Word file as it grows, in the styles that Word itself knows: its headings, captions and tables."""

    def __init__(self, title: str, running: str) -> None:
        self._file = Document()
        self._title = title
        self._anchors = 0
        self._set_styles()
        self._style_ids = {name: self._file.styles[name].style_id for name in _PARAGRAPHS}
        self._set_page(running)

    def heading(self, level: int, text: str, anchor: str = "") -> None:
        paragraph = self._styled(f"Heading {level}", text)
        if anchor:
            self._bookmark(paragraph, anchor)

    def paragraph(self, text: str) -> Any:
        paragraph = self._file.add_paragraph()
        if text:
            _run(paragraph, text)
        return paragraph

    def paragraphs(self, text: str) -> None:
        """Add a text as paragraphs; an empty line separates two."""
        for each in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
            self.paragraph(each)

    def labelled(self, label: str, text: str) -> None:
        paragraph = self._file.add_paragraph()
        _run(paragraph, label, bold=True)
        _run(paragraph, f" {text}")

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
                _run(paragraph, piece["text"])

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
        above = self._styled("Caption", caption)
        if anchor:
            self._bookmark(above, anchor)
        table = self._file.add_table(1 + len(rows), len(heads), "Table Grid")
        table.autofit = False
        for i, row in enumerate([heads, *rows]):
            table_row = table.rows[i]
            _whole(table_row)
            for j, (cell, text) in enumerate(zip(table_row.cells, row, strict=True)):
                cell.width = Mm(widths[j])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(2)
                _run(paragraph, text, bold=i == 0 or i - 1 in totals)
                if j in figures:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                elif j == 0 and i - 1 in inset:
                    paragraph.paragraph_format.left_indent = Cm(0.6)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        _child(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
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

    def _styled(self, style: str, text: str) -> Any:
        paragraph = self.paragraph(text)
        # The paragraph's own setter looks through all styles each time.
        paragraph._p.style = self._style_ids[style]
        return paragraph

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


def _run(paragraph: Any, text: str, *, bold: bool | None = None) -> None:
    """Add words to a paragraph. Tabs and line breaks become elements of their own.

    The library's own way takes a text letter by letter, which was half the time of making a file.
    """
    run = _child(paragraph._p, "w:r")
    if bold is not None:
        # Words that are not bold keep empty properties, since a file that is made again has the bytes of the first.
        properties = _child(run, "w:rPr")
        if bold:
            _child(properties, "w:b")
    for piece in _BREAKS.split(for_xml(text)):
        if piece == "\t":
            _child(run, "w:tab")
        elif piece in ("\r", "\n"):
            _child(run, "w:br")
        elif piece:
            words = _child(run, "w:t")
            words.text = piece
            if piece != piece.strip():
                words.set(qn("xml:space"), "preserve")


def _child(of: Any, name: str) -> Any:
    element = OxmlElement(name)
    of.append(element)
    return element


def _whole(row: Any) -> None:
    """Keep a row on one page."""
    _child(row._tr.get_or_add_trPr(), "w:cantSplit")


def _field(paragraph: Any, name: str) -> None:
    """Add a number that Word works out, such as the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)
