"""Which texts a spreadsheet would compute to harm, when a published file is opened in one. See docs/decisions/0015."""

import re

from django.core.exceptions import ValidationError

COMPUTED = "A spreadsheet would compute this as a formula. Begin it with a letter or a digit"

# How a formula begins, in plain and in full width; blanks before it count as nothing.
_BEGINS = re.compile(r"[\s\0-\x1f\u200b\ufeff]*[=+\-@＝＋－＠]")
# A function is called, as in HYPERLINK("..."). Some programs allow a space before the bracket, but “+Hope and (peace)”
# is no call: with a space, only functions count that reach out of the file.
_CALL = re.compile(r"[^\W\d_][\w.]*[(（]")
_OUTWARD = re.compile(
    r"\b(?:call|dde|exec|filterxml|google\w+|hyperlink|image|import\w+|register(?:\.id)?|rtd|sql\.request|stockhistory|"
    r"webservice)\s+[(（]",
    re.IGNORECASE,
)
# Another program or another file is asked, as in cmd|'/C calc'!A0 or '\\server\[file]sheet'!A1.
_ELSEWHERE = re.compile(r"\|.*!|[\]'].*![\w$#]|\\\\|://")


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would call something for a cell with this text. “@Home” and “-ing” call nothing."""
    if not _BEGINS.match(text):
        return False
    return any(harm.search(text) for harm in (_CALL, _OUTWARD, _ELSEWHERE))


def no_formula(value: str) -> None:
    """Refuse, as a validator of a field, a text that a spreadsheet would compute."""
    if is_formula(value):
        raise ValidationError(COMPUTED)
