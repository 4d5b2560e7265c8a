"""The text and the figures of each part of a paper, as read from its page, PDF, Word file and data."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.table import Table
from pypdf import PdfReader

from grants.templatetags.words import day, moment

Data = Mapping[str, Any]
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[mk]?")
_RUNNING = re.compile(r"^(?:\S+, version \d+ .*|sha256 of the data .*|Page \d+ of \d+)$", re.MULTILINE)


def figures(text: str) -> Counter[str]:
    """Count the figures in a text. £1,200.00 and 1200 are the same figure."""
    numbers = (each.replace(",", "") for each in _NUMBER.findall(text))
    return Counter(each.removesuffix(".00") for each in numbers)


def titles(paper: Data, record: Data | None = None) -> dict[str, str]:
    """Return the title of each part by a short name, in the order of the paper. A table is a part of its own."""
    title_by_part = {"key": "Key information"}
    if record and _differs(record):
        title_by_part["differs"] = "How the decision differs from what was asked"
    for section in paper["sections"]:
        number = f"{section['number']}. " if section["number"] else ""
        title_by_part[section["key"]] = f"{number}{section['heading']}"
        if section["key"] == "summary":
            title_by_part |= {"recommendations": "Recommendations", "part 1": "Part 1: for publication"}
        if section["key"] == "issues" and paper["table_2"]:
            count = paper["table_2_total"]["count"]
            title_by_part["table 2"] = f"Table 2: grants for decision, {count} in {len(paper['table_2'])} rows"
        if section["key"] == "financial":
            title_by_part["table 3"] = "Table 3: the allocation and what it is used for"
    if paper["appendix_1"]:
        title_by_part["appendix 1"] = "Appendix 1: grants for decision"
    if paper["appendix_2"]:
        title_by_part["appendix 2"] = "Appendix 2: grants approved under delegation"
    if paper["contracts"]:
        title_by_part["appendix 3"] = "Appendix 3: single tender action, proposal"
        title_by_part["appendix 4"] = "Appendix 4: single tender action, performance framework"
    if paper["figure_notes"]:
        title_by_part["figures"] = "Where the figures come from"
    if paper["sign_offs"]:
        title_by_part["sign-offs"] = "Signed off by"
    return title_by_part | {"signature": "Interests declared and signature"}


def parts(text: str, paper: Data, record: Data | None = None) -> dict[str, str]:
    """Cut a text at the titles of its parts. Fails where a title is missing or out of order."""
    text, at, cuts = " ".join(text.split()), 0, []
    named = titles(paper, record)
    for title in named.values():
        at = text.index(" ".join(title.split()), at)
        cuts.append(at)
        at += len(title)
    ends = [*cuts[1:], len(text)]
    return {name: text[start:end] for name, start, end in zip(named, cuts, ends, strict=True)}


def html_text(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    return " ".join(reader.words)


class _Reader(HTMLParser):
    """The words of a page, with the numbers that a browser gives the items of a numbered list."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.counted: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in ("ol", "ul"):
            self.counted.append(0 if tag == "ol" else None)
        if tag == "li" and self.counted[-1] is not None:
            self.counted[-1] += 1
            self.words.append(f"{self.counted[-1]}.")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul"):
            self.counted.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@cache
def pdf_text(content: bytes) -> str:
    """Return the text of a PDF without the running heads and feet of its pages."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "\n".join(_RUNNING.sub("", page) for page in pages)


@cache
def word_text(content: bytes) -> str:
    return "\n".join(_blocks(Document(io.BytesIO(content))))


def _blocks(file: Word) -> Iterator[str]:
    for block in file.iter_inner_content():
        if isinstance(block, Table):
            yield from (cell.text for row in block.rows for cell in row.cells)
        else:
            yield block.text


def data_parts(paper: Data, record: Data | None = None) -> dict[str, str]:
    """Return the text of each part straight from the data of the paper."""
    text_by_part = {"key": _key(paper, record)}
    for section in paper["sections"]:
        words = [section["number"]]
        for paragraph in section["paragraphs"]:
            words += [paragraph["number"], "".join(piece["text"] for piece in paragraph["pieces"])]
        text_by_part[section["key"]] = " ".join(words)
    text_by_part["part 1"] = "1"
    text_by_part["recommendations"] = " ".join(
        f"{each['number']} {each['text']} {each.get('source', '')}" for each in paper["recommendations"]
    )
    total = paper["table_2_total"]
    rows = " ".join(
        f"{row['label']} {row['each']} {row['paid']} {row['recipients']} {row['count']} {row['amount']}"
        for row in paper["table_2"]
    )
    text_by_part["table 2"] = f"2 {total['count']} {len(paper['table_2'])} {rows} {total['count']} {total['amount']}"
    text_by_part["table 3"] = " ".join(
        ["3", *paper.get("table_3_years", [])]
        + [f"{row['label']} {row['note']} {' '.join(row.get('years', []))} {row['amount']}" for row in paper["table_3"]]
    )
    text_by_part["appendix 1"] = _appendix("1", paper["appendix_1"])
    text_by_part["appendix 2"] = _appendix("2", paper["appendix_2"])
    text_by_part["appendix 3"] = "3 " + " ".join(_contract(each) for each in paper["contracts"])
    text_by_part["appendix 4"] = "4 " + " ".join(
        f"{each['title']} {each['performance']}" for each in paper["contracts"]
    )
    text_by_part["figures"] = " ".join(
        f"{note['name']} {note['exact']} {note['source']}" for note in paper["figure_notes"]
    )
    text_by_part["sign-offs"] = " ".join(
        f"{each['area']} {each['by']} {day(each['at'])} {each['comment']}" for each in paper["sign_offs"]
    )
    text_by_part["signature"] = _signature(record) + f" {paper['version']}"
    text_by_part["differs"] = " ".join(_differs(record)) if record else ""
    return {name: text_by_part[name] for name in titles(paper, record)}


def _differs(record: Data) -> list[str]:
    """Return the items that were decided differently from what was asked, with what is left."""
    items = [item for item in record["items_decided"] if item["answer_value"] not in ("approved", "noted")]
    differences = [
        f"{item['number']} {item['label']} {item['amount']} {item['answer']} {item['conditions']} {item['reason']}"
        for item in items
    ]
    back = [] if record["to_recover"] == "0.00" else [record["to_recover"]]
    return [*differences, record["allocation_left"], *back] if differences else []


def _key(paper: Data, record: Data | None) -> str:
    signed = day(record["signed_at"]) if record else ""
    words = (paper["reference"], paper["title"], paper["decision_by"], paper["round"]["title"], signed)
    return " ".join((*words, day(paper["submitted_at"]), str(paper["version"])))


def _appendix(number: str, rows: Any) -> str:
    names = ("recipient", "register", "sponsoring_unit", "boroughs", "reference", "purpose", "aims", "outputs")
    more = ("outcomes", "reason", "conditions", "route", "cleared", "legal_power", "paid_early", "early_reason")
    words = [number]
    for i, row in enumerate(rows, start=1):
        words += [str(i), row["title"], row["amount"], *(row[name] for name in (*names, *more, "illustrative"))]
        words += [f"{year} {amount}" for year, amount in row.get("years", ())]
        words += [f"{amount} {source}" for source, amount in row.get("match", ())]
    return " ".join(words)


def _contract(row: Data) -> str:
    years = " ".join(f"{year} {amount}" for year, amount in row["profile"])
    names = ("title", "supplier", "amount", "charged_to", "ground", "evidence", "other_grounds", "route", "proposal")
    return " ".join((*(row[name] for name in names), years))


def _signature(record: Data | None) -> str:
    if record is None:
        return ""
    items = " ".join(
        f"{item['number']} {item['label']} {item['amount']} {item['conditions']} {item['reason']}"
        for item in record["items_decided"]
    )
    return f"{record['interests']} {record['signed_by']} {record['role']} {moment(record['signed_at'])} {items}"
