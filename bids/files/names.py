"""Names of uploaded files, made safe to show, to store and to save on any computer."""

from __future__ import annotations

import unicodedata

# Linux takes 255 bytes; this leaves room for the number that a browser adds to a second copy.
LONGEST = 200
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


def cleaned(name: str) -> str:
    """Return the last part of a path without what cannot be seen, at most `LONGEST` bytes in UTF-8.

    Control characters, marks that reverse the direction of text and other invisible characters are dropped. The
    extension stays. The result is empty where nothing is left.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    # Categories Cc, Cf, Cs, Co and Cn: nothing of them is a letter, and Cf holds the marks of direction.
    seen = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", last)
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    stem, dot, extension = " ".join(seen.translate(_FORBIDDEN).split()).strip(" .").rpartition(".")
    if not dot:
        return _cut(extension, LONGEST)
    ending = _cut(f".{extension.strip()}", LONGEST)
    return f"{_cut(stem, LONGEST - len(ending.encode())).strip(' .')}{ending}"


def extension_of(name: str) -> str:
    """Return the extension of a name in small letters and without its dot, empty if it has none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def _cut(text: str, longest: int) -> str:
    """Return the start of a text that takes at most so many bytes, without half a character."""
    return text.encode()[:longest].decode(errors="ignore")
