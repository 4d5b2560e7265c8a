"""Money in exact pounds and pence: read it as typed, print it, round it for prose, share it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal("999999999999.99")

_PLAIN = re.compile(r"£?\s*(?P<pounds>[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.(?P<pence>\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are, and their total in pounds."""

    count: int = 0
    total: Decimal = ZERO

    @classmethod
    def of(cls, amounts: Iterable[Decimal]) -> Tally:
        """Return the tally of amounts in pounds."""
        listed = list(amounts)
        return cls(len(listed), total(listed))

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.count + other.count, self.total + other.total)


NOTHING = Tally()


class NotMoney(ValueError):
    """The text is not an amount of pounds. The message tells the person what to type instead."""


def parse(text: str) -> Decimal:
    """Read an amount of pounds as a person types it: `1200`, `£1,200`, `1,200.50`.

    Returns a Decimal with two places. Raises NotMoney for anything that could be read in two ways, such as
    `£1000,000` or `1.200,50`, for more than two decimals and for a negative amount.
    """
    text = text.strip().replace("\u00a0", " ")
    if not text:
        raise NotMoney("Enter an amount in pounds, like 1,200 or 1,200.50")
    if text.startswith(("-", "(", "\u2212")):
        raise NotMoney("Amount must be £0 or more")
    match = _PLAIN.fullmatch(text)
    if match is None:
        whole, point, decimals = text.partition(".")
        if point and len(decimals) > 2 and decimals.isdigit() and _PLAIN.fullmatch(whole):
            raise NotMoney("Amount must have no more than two decimal places, like 1,200.50")
        if "," in text:
            raise NotMoney(f"“{text[:40]}” has a comma in the wrong place. Enter an amount like 1,200 or 1,200.50")
        raise NotMoney(f"“{text[:40]}” is not an amount in pounds. Enter it like 1,200 or 1,200.50")
    amount = Decimal(match["pounds"].replace(",", "") + "." + (match["pence"] or "0")).quantize(PENNY)
    if amount > LARGEST:
        raise NotMoney("Amount is too large")
    return amount


def pounds(amount: Decimal) -> str:
    """Print an amount for a reader: `£147,600`, with pence only where there are any: `£147,600.50`."""
    amount = exact(amount)
    text = f"{abs(amount):,.2f}".removesuffix(".00")
    return f"\u2212£{text}" if amount < 0 else f"£{text}"


def in_prose(amount: Decimal, unit: str = "") -> str:
    """Round an amount half up for a sentence: `£4.78m`, `£0.4m`, `£151k`.

    `unit` is `m` (millions, two places), `m1` (millions, one place), `k` (thousands) or empty, which takes
    millions from £250,000 and thousands below. Closing zeros are dropped. The exact sum is never derived from it.
    """
    amount = exact(amount)
    if amount < 0:
        return "\u2212" + in_prose(-amount, unit)
    if not unit:
        unit = "m" if abs(amount) >= 250_000 else "k"
    if unit == "k":
        return f"£{(amount / 1000).quantize(Decimal(1), ROUND_HALF_UP):,}k"
    places = {"m": PENNY, "m1": Decimal("0.1")}[unit]
    text = f"{(amount / 1_000_000).quantize(places, ROUND_HALF_UP):,}"
    return f"£{text.rstrip('0').rstrip('.')}m"


def exact(amount: Decimal | int | str) -> Decimal:
    """Return the amount with two decimal places. Raises ValueError for a float and for parts of a penny."""
    if isinstance(amount, float):
        raise ValueError("Money is never a float")
    value = Decimal(amount)
    in_pennies = value.quantize(PENNY)
    if value != in_pennies:
        raise ValueError(f"{value} holds part of a penny")
    return in_pennies


def text(amount: Decimal) -> str:
    """Return the amount for a machine, with two decimals and no separators: `147600.00`."""
    return f"{exact(amount):.2f}"


def total(amounts: Sequence[Decimal]) -> Decimal:
    """Return the exact sum of amounts in pounds, £0.00 for none."""
    return exact(sum(amounts, ZERO))


def percentage(percent: Decimal, amount: Decimal) -> Decimal:
    """Return so many per cent of an amount in pounds, rounded half up to the penny."""
    return (amount * percent / 100).quantize(PENNY, ROUND_HALF_UP)


def per_cent(percent: Decimal) -> str:
    """Return a percentage as text: `5%`, `2.5%`."""
    return f"{percent.normalize():f}%"


def share(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split an amount by weights to the penny. The parts always sum to the amount.

    Pennies left over by rounding down go to the largest remainders, the earlier first. Raises ValueError for an
    amount below zero, and unless every weight is zero or more and at least one is above zero.
    """
    if amount < 0:
        raise ValueError("Only an amount of zero or more is shared out")
    whole = sum(weights, Decimal(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("Shares need weights of zero or more, at least one above zero")
    exact_parts = [amount * weight / whole for weight in weights]
    parts = [part.quantize(PENNY, ROUND_DOWN) for part in exact_parts]
    left = int((exact(amount) - total(parts)) / PENNY)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact_parts[i], i))
    for i in by_remainder[:left]:
        parts[i] += PENNY
    return parts
