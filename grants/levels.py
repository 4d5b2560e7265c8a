"""The levels of a scheme of delegation above its first limit. Pure rules.

A level is a mapping of `from` (pounds as text with two decimals), `who` decides from there on, and `citation`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from grants import money

Level = Mapping[str, str]


def fault(limit: Decimal, further: Sequence[Level]) -> str | None:
    """Return why these levels cannot stand above a limit, or None: each begins higher than the one before it."""
    last = limit
    for level in further:
        starts_at = money.exact(level["from"])
        if starts_at <= last:
            return f"A level must begin above {money.pounds(last)}, where the one before it begins"
        last = starts_at
    return None


def read(text: str) -> tuple[Level, ...]:
    """Read levels as a person types them, one on a line: `50,000: Board of trustees; Scheme 2.2`.

    Raises ValueError with the number of the line and what to type.
    """
    levels = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        amount, colon, rest = line.partition(":")
        who, semicolon, citation = (part.strip() for part in rest.partition(";"))
        if not (colon and who and semicolon and citation):
            raise ValueError(f"Line {number}: enter an amount, a colon, who decides, a semicolon and the citation")
        try:
            levels.append({"from": money.text(money.parse(amount)), "who": who, "citation": citation})
        except money.NotMoney as wrong:
            raise ValueError(f"Line {number}: {wrong}") from None
    return tuple(levels)
