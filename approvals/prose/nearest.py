"""What an unknown sum was probably meant to be: a figure with the same digits, or one next to it. Pure rules."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches

from approvals.prose.amounts import Mention
from approvals.prose.figures import Figure
from grants import money

# The number of names of which the spelling is compared; in a large round there are tens of thousands.
MOST_COMPARED = 2000


def unknown(mention: Mention, label: str, named: Sequence[Figure], figures: Iterable[Figure]) -> str:
    """Return why a sum matches nothing: what the sentence names, and a figure that has the same digits or is near.

    `label` is how the sentence names `named`, both empty where it names nothing; `figures` are all that there are.
    """
    message = "matches no figure in this paper"
    if named:
        message += f", and the sentence names “{label}”, which is {named[0].exact}"
    others = list(named or figures)
    twin = transposed(mention, others)
    if twin is None:
        near = None if named else _next_to(mention, others)
        return f"{message}, and “{near.name}” is {near.exact}, {_gap(mention, near)}" if near else message
    if not named:
        message += f", and “{twin.name}” is {twin.exact}"
    return f"{message}, {_gap(mention, twin)} and the same digits in another order"


def named_like(name: str, figures: Iterable[str], most: int = 5) -> list[str]:
    """Return the names of figures that have all words of a name, the shortest first, or else are spelt nearly so."""
    every_name = list(figures)
    words = name.split()
    having = sorted((each for each in every_name if all(word in each for word in words)), key=len)
    return having[:most] or get_close_matches(name, every_name[:MOST_COMPARED], most)


def _gap(mention: Mention, figure: Figure) -> str:
    """Return how much a sum is above or below a figure, such as “£18,000 less”."""
    assert mention.value is not None and figure.amount is not None
    difference = mention.value - figure.amount
    return f"{_as_written(abs(difference), mention)} {'less' if difference > 0 else 'more'}"


def _as_written(difference: Decimal, mention: Mention) -> str:
    """Return a difference from a sum as that is written: “£0.1m” from £6.5m."""
    if mention.step > 1 and not difference % mention.step and re.search(r"m(?:illion)?\Z", mention.text, re.IGNORECASE):
        return money.in_prose(difference, "m")
    return money.pounds(difference)


def _next_to(mention: Mention, figures: Sequence[Figure]) -> Figure | None:
    """Return the first figure from which a sum in millions or thousands differs by one in its last place, or None."""
    if mention.value is None or mention.step <= 1:
        return None
    rounded = ((each, each.amount) for each in figures if each.amount is not None)
    return next((each for each, amount in rounded if abs(mention.value - amount) == mention.step), None)


def transposed(mention: Mention, figures: Iterable[Figure]) -> Figure | None:
    """Return the first figure of several digits that has those of a sum in another order, or None."""
    if mention.value is None:
        return None
    digits = _digits(money.text(mention.value))
    alike = (each for each in figures if each.amount is not None and _digits(money.text(each.amount)) == digits)
    return next((each for each in alike if len(set(digits) - {"0", "."}) > 2 and each.amount != mention.value), None)


def _digits(text: str) -> list[str]:
    return sorted(text)
