"""Reading a text file: its encoding, what separates its cells, and its rows."""

import csv
import io
import re
from collections import Counter

from bids.sheets.book import ERROR, ERRORS, MOST_ROWS, Book, Sheet, SheetRow, UnreadableSheet
from bids.sheets.workbook import line_breaks

ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252", "mac_roman": "Mac Roman"}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# Letters and signs of English text with European names: the encoding that shows more of them is the likelier one.
_LIKELY = frozenset("£€’‘“”–—…•°½¼àáâäãåçèéêëìíîïñòóôöõøùúûüýÿæœßÀÁÂÄÇÈÉÊËÍÎÏÑÓÔÖÚÛÜŵŷ\xa0")
# Of other encodings a short file with one £ tells too little: chosen by frequency it becomes Polish or Japanese.
_OTHER_ENCODINGS = ("cp1252", "mac_roman")


def read_text(content: bytes) -> Book:
    """Return the book of a CSV file. Raises UnreadableSheet if it is none."""
    text, encoding = decode(content)
    if "\x00" in text:
        raise UnreadableSheet("The file is not a CSV file")
    delimiter = ""
    # The line by which Excel is told the separator. Excel does not show it, and counts its rows after it.
    if line := re.match(r'"?sep=(.)"?[ ,;\t]*\r?\n', text, re.IGNORECASE):
        delimiter, text = line[1], text[line.end() :]
    delimiter = delimiter or _delimiter_of(text)
    rows: list[SheetRow] = []
    cut = False
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            texts = [line_breaks(cell) for cell in cells]
            if not any(texts):
                continue
            if len(rows) == MOST_ROWS:
                cut = True
                break
            marks = {at: (ERROR,) for at, cell in enumerate(texts) if cell.strip() in ERRORS}
            rows.append(SheetRow(number, texts, marks))
    except csv.Error as wrong:
        raise UnreadableSheet(f"The file is not a well-formed CSV file: {wrong}") from None
    return Book([Sheet("", rows, cut=cut)], encoding, delimiter)


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding: by its byte order mark, its noughts, or what its bytes can be."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as("utf-16", content), "utf-16"
    if content.count(0, 1, 4000) * 3 > len(content[:4000]):
        wide = "utf-16-le" if content[1:4000:2].count(0) >= content[:4000:2].count(0) else "utf-16-be"
        return _as(wide, content), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    texts = {name: content.decode(name, "replace") for name in _OTHER_ENCODINGS}
    likely = {name: sum(text.count(letter) for letter in _LIKELY) for name, text in texts.items()}
    best = max(_OTHER_ENCODINGS, key=lambda name: likely[name])
    return texts[best], best


def _as(encoding: str, content: bytes) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise UnreadableSheet("The file’s text cannot be read. Save it as “CSV UTF-8”") from None


def _delimiter_of(text: str) -> str:
    """The character that parts most rows of the beginning into the same number of cells, and into more than others."""
    widths = {}
    for delimiter in DELIMITERS:
        counted: Counter[int] = Counter()
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)):
                counted[len(cells)] += 1
                if number == 30:
                    break
        except csv.Error:
            continue
        several = {width: count for width, count in counted.items() if width > 1}
        if several:
            widths[delimiter] = max(several, key=lambda width: (several[width], width))
    return max(widths, key=lambda delimiter: widths[delimiter]) if widths else ","
