"""References that people read out and type: short, and without a number that reveals how many there are."""

import secrets
from collections.abc import Iterable

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_references(prefix: str, wanted: int, taken: Iterable[str]) -> list[str]:
    """Return new references such as `BID-7KQ2M`. They are short to read out and do not reveal how many there are."""
    seen = set(taken)
    references: list[str] = []
    while len(references) < wanted:
        reference = f"{prefix}-" + "".join(secrets.choice(_LETTERS) for _ in range(5))
        if reference not in seen:
            seen.add(reference)
            references.append(reference)
    return references
