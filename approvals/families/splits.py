"""What another grouping would do to the routes, before it is made; and where one grant looks split. Pure rules.

Source: PCD 681 paras 2.5 and 2.11: the limit is compared with the sum of a project, whatever its lots are singly.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.enums import Key, Level
from approvals.routing.routes import Claim, Limit
from grants import money
from grants.counting import counted

# An amount that stays below the limit by no more than this share of it is pointed out.
NEAR = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a grant goes, and whether the other key warns: what `routing.route` says of it, without the words."""

    level: Level
    warned: bool


def standings(claims: Sequence[Claim], limit: Limit, key: Key, sent_up: Collection[str] = ()) -> dict[str, Standing]:
    """The standing of every grant of a round by its reference, at the cost of one look at each."""
    families, recipients = _sums(claims, Key.FAMILY), _sums(claims, Key.RECIPIENT)
    found = {}
    for claim in claims:
        by_family = limit.level(families.get(claim.family, claim.amount))
        by_recipient = limit.level(recipients.get(claim.recipient, claim.amount))
        binding, other = (by_family, by_recipient) if key is Key.FAMILY else (by_recipient, by_family)
        level = Level.DMPC if claim.reference in sent_up else binding
        found[claim.reference] = Standing(level, other.height > level.height)
    return found


def _sums(claims: Sequence[Claim], key: Key) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: money.ZERO)
    for claim in claims:
        name = claim.family if key is Key.FAMILY else claim.recipient
        if name:
            sums[name] += claim.amount
    return sums


@dataclass(frozen=True, slots=True)
class Effect:
    """What putting grants together, or taking them apart, would do.

    `total` is what all of the new group come to, in pounds, those that are in it already among them; `up` and `down`
    name the grants whose route would change, `warned` and `freed` those that would get a warning or lose it.
    """

    total: Decimal
    limit: Decimal
    members: tuple[str, ...]
    up: tuple[str, ...]
    down: tuple[str, ...]
    warned: tuple[str, ...]
    freed: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Together £147,600, not below £50,000: 3 grants would go from delegated to the Deputy Mayor."""
        moves = [
            f"{_grants(names)} would {what}"
            for names, what in (
                (self.up, "go from delegated to the Deputy Mayor"),
                (self.down, "go from the Deputy Mayor to delegated"),
                (self.warned, "get a warning"),
                (self.freed, "lose the warning"),
            )
            if names
        ]
        changed = ", and ".join(moves) or "no route would change"
        if not self.members:
            return f"Each by itself: {changed}."
        below = "below" if self.total < self.limit else "not below"
        return f"Together {money.pounds(self.total)}, {below} {money.pounds(self.limit)}: {changed}."


def _grants(names: Sequence[str]) -> str:
    return counted(len(names), "grant")


def regrouped(claims: Sequence[Claim], references: Collection[str], family: str) -> list[Claim]:
    """The claims with those of `references` in one family, or with an empty name in none."""
    return [replace(claim, family=family) if claim.reference in references else claim for claim in claims]


def paid_to(claims: Sequence[Claim], recipients: Collection[str], kept: str) -> list[Claim]:
    """The claims of several recipients as those of one of them."""
    return [replace(claim, recipient=kept) if claim.recipient in recipients else claim for claim in claims]


def effect(
    claims: Sequence[Claim],
    then: Sequence[Claim],
    members: Collection[str],
    limit: Limit,
    key: Key,
    sent_up: Collection[str] = (),
) -> Effect:
    """What becomes of the routes where `claims` become `then`, of which `members` are the new group."""
    before, after = (standings(each, limit, key, sent_up) for each in (claims, then))
    up, down, warned, freed = [], [], [], []
    for name, old in before.items():
        new = after[name]
        if new.level.height > old.level.height:
            up.append(name)
        elif new.level.height < old.level.height:
            down.append(name)
        if new.warned and not old.warned:
            warned.append(name)
        elif old.warned and not new.warned and new.level == old.level:
            freed.append(name)
    total = money.total([claim.amount for claim in then if claim.reference in members])
    kept = tuple(claim.reference for claim in then if claim.reference in members)
    return Effect(total, limit.amount, kept, tuple(up), tuple(down), tuple(warned), tuple(freed))


@dataclass(frozen=True, slots=True)
class Split:
    """Grants to one recipient, each below the limit, that come to it or more together, though not all go up."""

    recipient: str
    members: tuple[str, ...]
    total: Decimal


def splits(claims: Sequence[Claim], limit: Limit, key: Key, sent_up: Collection[str] = ()) -> list[Split]:
    """Where one grant to a recipient may have been asked for in parts, the largest sum first."""
    standing = standings(claims, limit, key, sent_up)
    below: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.recipient and limit.level(claim.amount) is Level.DELEGATED:
            below[claim.recipient].append(claim)
    found = [
        Split(recipient, tuple(claim.reference for claim in own), money.total([claim.amount for claim in own]))
        for recipient, own in below.items()
        if any(standing[claim.reference].level is Level.DELEGATED for claim in own)
    ]
    together = [each for each in found if limit.level(each.total) is Level.DMPC]
    return sorted(together, key=lambda each: (-each.total, each.recipient))


def near_limit(claims: Sequence[Claim], limit: Limit, key: Key, sent_up: Collection[str] = ()) -> list[Claim]:
    """The delegated grants that stay below the limit by no more than `NEAR` of it, the nearest first."""
    standing = standings(claims, limit, key, sent_up)
    near = [
        claim
        for claim in claims
        if limit.amount * (1 - NEAR) <= claim.amount < limit.amount
        and standing[claim.reference].level is Level.DELEGATED
    ]
    return sorted(near, key=lambda claim: (-claim.amount, claim.reference))
