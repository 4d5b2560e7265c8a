"""What a choice of bids does to the money: taken, spare, who approves, and what is covered. Pure rules.

A scenario funds a bid in full or in part, holds it in reserve, or does neither. Its grants are routed as the register
would route them, so that it shows beforehand what goes to the Deputy Mayor.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from approvals.enums import Key, Level
from approvals.routing.routes import Claim, Limit, route
from grants import money


class Place(StrEnum):
    FUND = "fund"
    RESERVE = "reserve"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a scenario does with one bid. `asked` and `amount` in pounds; `amount` counts where it is funded."""

    reference: str
    asked: Decimal
    place: Place
    amount: Decimal
    family: str
    recipient: str
    boroughs: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()

    @property
    def is_part(self) -> bool:
        return self.place is Place.FUND and self.amount < self.asked


@dataclass(frozen=True, slots=True)
class Tally:
    """Grants counted and summed, in pounds."""

    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """What a scenario comes to. `spare` is what it leaves of the money for grants; below zero it takes too much."""

    funded: Tally
    part: int
    reserve: Tally
    spare: Decimal
    dmpc: Tally
    delegated: Tally
    warned: int
    boroughs: dict[str, int]
    themes: dict[str, int]


def effect(choices: Sequence[Choice], *, left: Decimal, limit: Limit, key: Key) -> Effect:
    """The effect of a scenario on `left` (pounds), by the limit and the key that bind the round."""
    funded = [choice for choice in choices if choice.place is Place.FUND]
    claims = [Claim(choice.reference, choice.amount, choice.family, choice.recipient) for choice in funded]
    routes = {claim.reference: route(claim, claims, limit, key) for claim in claims}
    return Effect(
        funded=_tally([choice.amount for choice in funded]),
        part=sum(choice.is_part for choice in funded),
        reserve=_tally([choice.asked for choice in choices if choice.place is Place.RESERVE]),
        spare=left - money.total([choice.amount for choice in funded]),
        dmpc=_tally([c.amount for c in claims if routes[c.reference].level is Level.DMPC]),
        delegated=_tally([c.amount for c in claims if routes[c.reference].level is Level.DELEGATED]),
        warned=sum(bool(found.warning) for found in routes.values()),
        boroughs=dict(Counter(code for choice in funded for code in choice.boroughs)),
        themes=dict(Counter(code for choice in funded for code in choice.themes)),
    )


def _tally(amounts: Sequence[Decimal]) -> Tally:
    return Tally(len(amounts), money.total(amounts))
