"""PDF files: tagged, in the ua-1 standard, from data alone, so that equal data give equal bytes."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime
from typing import Any

import typst
from django.conf import settings

# How the compiler names a text that no bundled typeface can show: quoted, and escaped where it is no letter.
_UNSHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def compiled(template: str, data: dict[str, Any], *, stamp: datetime) -> bytes:
    """Make a PDF of a template in `templates/`; each value of `data` reaches it as JSON text, by its name.

    `stamp` is the time that the file carries. Fetches nothing: fonts are the bundled ones. A character that none of
    them has is printed as its code point, such as [U+4E2D], because the standard allows no sign without a shape.
    """
    try:
        return _compiled(template, data, stamp)
    except typst.TypstError as error:
        unshown = set("".join(_text(each) for each in _UNSHOWN.findall(error.diagnostic)))
        if not unshown:
            raise
        marks = {ord(each): _mark(each) for each in unshown}
        return _compiled(template, _translated(data, marks), stamp)


def _compiled(template: str, data: dict[str, Any], stamp: datetime) -> bytes:
    inputs = {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}
    return typst.compile(
        str(settings.BASE_DIR / "templates" / template),
        sys_inputs=inputs,
        font_paths=[str(settings.BASE_DIR / "build" / "fonts")],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(stamp.timestamp()),
        format="pdf",
    )


def _text(quoted: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), quoted)


def _mark(character: str) -> str:
    return " " if unicodedata.category(character) == "Cc" else f"[U+{ord(character):04X}]"


def _translated(value: Any, marks: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(marks)
    if isinstance(value, dict):
        return {name: _translated(each, marks) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_translated(each, marks) for each in value]
    return value
