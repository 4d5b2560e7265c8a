"""PDF files: tagged, in the ua-1 standard, from data alone, so that equal data give equal bytes."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import typst
from django.conf import settings

from grants.printable import LATIN, TYPEFACES, code_point, everywhere, folders, isolated, marked

# How the compiler names a text that no bundled typeface can show, or that its standard forbids: quoted, and escaped
# where it is no letter.
_UNSHOWN = re.compile(r'the text (?:contains the disallowed codepoint )?`"((?:[^"\\]|\\.)+)"`(?: could not be)?')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def compiled(
    template: str, data: dict[str, Any], *, stamp: datetime, typefaces: Sequence[str] | None = TYPEFACES
) -> bytes:
    """Make a PDF of a template in `templates/`; each value of `data` reaches it as JSON text, by its name.

    `stamp` is the time that the file carries. Fetches nothing: fonts are the bundled ones. A character that none of
    them has is printed as its code point, such as [U+4E2D], because the standard allows no sign without a shape.
    `typefaces` is None for what was frozen when there was one for Latin letters alone, and is drawn as it was then.
    """
    if typefaces is not None:
        data = everywhere(lambda text: isolated(marked(text)), data)
    try:
        return _compiled(template, data, stamp, typefaces)
    except typst.TypstError as error:
        unshown = set("".join(_text(each) for each in _UNSHOWN.findall(error.diagnostic)))
        if not unshown:
            raise
        marks = {ord(each): _mark(each) for each in unshown}
        return _compiled(template, everywhere(lambda text: text.translate(marks), data), stamp, typefaces)


def _compiled(template: str, data: dict[str, Any], stamp: datetime, typefaces: Sequence[str] | None) -> bytes:
    inputs = {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}
    of_then = typefaces is None
    return typst.compile(
        str(settings.BASE_DIR / "templates" / template),
        sys_inputs=inputs | {"typefaces": json.dumps(typefaces or [LATIN]), "fallback": json.dumps(of_then)},
        font_paths=[str(folder) for folder in folders()[: 1 if of_then else None]],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(stamp.timestamp()),
        format="pdf",
    )


def _text(quoted: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), quoted)


def _mark(character: str) -> str:
    return " " if unicodedata.category(character) == "Cc" else code_point(character)
