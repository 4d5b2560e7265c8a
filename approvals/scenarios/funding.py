"""The effect of a choice of bids: money taken and left, who approves the grants, and what is covered. Pure rules.

A scenario funds a bid in full or in part, holds it in reserve, or does neither. Its grants are routed by the rules of
the register, so that a scenario shows in advance what would go up for decision.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from approvals.enums import Key, Level
from approvals.routing.routes import Claim, Claims, Limit, route
from grants import money
from grants.money import Tally


class Place(StrEnum):
    """What a scenario does with a bid."""

    FUND = "fund"
    RESERVE = "reserve"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a scenario does with one bid. `asked` and `amount` are in pounds; `amount` counts only if it is funded."""

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
class Effect:
    """The effect of a scenario, in pounds.

    `spare` is what it leaves of the money for grants; negative where it takes too much. `part` is the number of bids
    funded in part, `warned` the number with a routing warning.
    """

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
    """Return the effect of a scenario on the money `left` for grants (pounds), by the limit and key of the round."""
    funded = [choice for choice in choices if choice.place is Place.FUND]
    claims = Claims(Claim(choice.reference, choice.amount, choice.family, choice.recipient) for choice in funded)
    routes = {claim.reference: route(claim, claims, limit, key) for claim in claims}
    return Effect(
        funded=Tally.of([choice.amount for choice in funded]),
        part=sum(choice.is_part for choice in funded),
        reserve=Tally.of([choice.asked for choice in choices if choice.place is Place.RESERVE]),
        spare=left - money.total([choice.amount for choice in funded]),
        dmpc=Tally.of([c.amount for c in claims if routes[c.reference].level is Level.DMPC]),
        delegated=Tally.of([c.amount for c in claims if routes[c.reference].level is Level.DELEGATED]),
        warned=sum(bool(grant_route.warning) for grant_route in routes.values()),
        boroughs=dict(Counter(code for choice in funded for code in choice.boroughs)),
        themes=dict(Counter(code for choice in funded for code in choice.themes)),
    )
