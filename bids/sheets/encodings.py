"""The encoding of a text file: what its bytes show of it, and what a person may choose instead."""

import re

from bids.sheets.book import UnreadableSheet

# Every encoding that a text file may have, as it is named to a person.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "DOS Western European (850)",
    "cp1250": "Windows-1250, Central European",
    "iso8859_2": "ISO 8859-2, Central European",
    "cp1254": "Windows-1254, Turkish",
    "cp1251": "Windows-1251, Cyrillic",
    "cp1253": "Windows-1253, Greek",
    "cp1255": "Windows-1255, Hebrew",
    "cp1256": "Windows-1256, Arabic",
}
# Letters and signs of English text with European names: the encoding that shows more of them is the likelier one.
_LIKELY = frozenset("£€’‘“”–—…•°½¼àáâäãåçèéêëìíîïñòóôöõøùúûüýÿæœßÀÁÂÄÇÈÉÊËÍÎÏÑÓÔÖÚÛÜŵŷ\xa0")
# Of other encodings a short file with one £ tells too little: chosen by frequency it becomes Polish or Japanese.
_DETECTED = ("cp1252", "mac_roman")
_NO_TEXT = "The file is not a CSV file"
# What begins a workbook of today, one of an older program, and a PDF.
_OTHER_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF")
# A text has none of these. 0x1A is how DOS ended a file.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_MOST_SAMPLES = 4
_LONGEST_SAMPLE = 30


def decode(content: bytes, encoding: str = "") -> tuple[str, str]:
    """Return the text of a file and its encoding: the one that a person chose, or the likeliest.

    Raises UnreadableSheet if the file is no text.
    """
    if content.startswith(_OTHER_FILES):
        raise UnreadableSheet(_NO_TEXT)
    text, encoding = (content.decode(encoding, "replace"), encoding) if encoding else _likeliest(content)
    text = text.lstrip("\ufeff").rstrip("\x1a")
    if _CONTROLS.search(text):
        raise UnreadableSheet(_NO_TEXT)
    return text, encoding


def _likeliest(content: bytes) -> tuple[str, str]:
    """The text by its byte order mark, by its noughts, or by what its other bytes can be."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf_16("utf-16", content), "utf-16"
    if b"\x00" in content:
        # Of the two bytes of a comma, a digit or a line break, one is nought.
        wide = "utf-16-le" if content[1::2].count(0) >= content[::2].count(0) else "utf-16-be"
        return _utf_16(wide, content), "utf-16"
    utf_8 = content.decode("utf-8-sig", "replace")
    lost = utf_8.count("\ufffd")
    # In another encoding hardly any letter happens to be one of UTF-8, so a few broken ones do not make it another.
    if not lost or lost < sum(letter > "\x7f" for letter in utf_8) - lost:
        return utf_8, "utf-8"
    texts = {name: content.decode(name, "replace") for name in _DETECTED}
    likely = {name: sum(text.count(letter) for letter in _LIKELY) for name, text in texts.items()}
    best = max(_DETECTED, key=lambda name: likely[name])
    return texts[best], best


def _utf_16(encoding: str, content: bytes) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableSheet(f"{_NO_TEXT} that can be read. Save it as “CSV UTF-8”") from None


def choices(content: bytes, encoding: str) -> list[tuple[str, list[str]]]:
    """Return each encoding in which a file can be read, with how it shows some of its letters.

    `encoding` is the one it was read in, which comes first. Encodings that show its letters alike are one choice.
    There is nothing to choose for a workbook, for UTF-16, and where all letters are plain ones.
    """
    if encoding not in ENCODINGS or encoding == "utf-16" or content.isascii():
        return []
    letters = bytes(sorted(set(content) - set(range(128))))
    # A row of UTF-8 letters says more than each of its bytes.
    valid = content.decode("utf-8", "ignore")
    shown: dict[str, str] = {}
    for name in [encoding, *ENCODINGS]:
        if name == "utf-16" or (name == "utf-8" and valid.isascii()):
            continue
        text = valid if name == "utf-8" else letters.decode(name, "replace")
        # The letters of no text are control characters or none at all.
        if name == encoding or (text not in shown.values() and not re.search("[\x80-\x9f\ufffd]", text)):
            shown[name] = text
    samples = _samples(content)
    return [(name, [sample.decode(name, "replace") for sample in samples]) for name in shown]


def _samples(content: bytes) -> list[bytes]:
    """Some cells of a file that hold letters beyond the plain ones, each with one that those before it have not."""
    samples: list[bytes] = []
    seen: set[int] = set()
    for cell in re.finditer(rb'[^,;\t|\r\n"]*[\x80-\xff][^,;\t|\r\n"]*', content):
        letters = {byte for byte in cell[0] if byte > 127}
        if letters <= seen:
            continue
        seen |= letters
        first = next(at for at, byte in enumerate(cell[0]) if byte > 127)
        # Never begin within a letter of UTF-8: what stands before the first of them is plain.
        samples.append(cell[0][max(0, first - _LONGEST_SAMPLE // 2) :][:_LONGEST_SAMPLE].strip())
        if len(samples) == _MOST_SAMPLES:
            break
    return samples
