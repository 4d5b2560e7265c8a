"""Reading a file: the one entry to its two readers."""

from bids.sheets.book import Book, UnreadableSheet
from bids.sheets.text_file import read_text
from bids.sheets.workbook import read_workbook


def read_book(content: bytes, name: str) -> Book:
    """Return what a file holds. Raises UnreadableSheet for another kind of file, or one that holds nothing."""
    book = read_workbook(content) if name.lower().endswith(".xlsx") else read_text(content)
    if not any(sheet.rows for sheet in book.sheets):
        raise UnreadableSheet("The file has no bids: it is empty")
    return book
