"""The effect of a grouping on the routes before it is saved, and grants that may have been split. Pure rules.

Source: PCD 681 paras 2.5 and 2.11: the limit is compared with the sum of a project, however small its lots are.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.enums import Key, Level
from approvals.routing.routes import Claim, Claims, Limit, indexed
from grants import money
from grants.counting import counted

# A grant is near the limit when it is below it by no more than this share of the limit.
NEAR = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Standing:
    """The level that approves a grant, and whether the other key gives a warning; the result of `route` in short."""

    level: Level
    warned: bool


def standings(claims: Sequence[Claim], limit: Limit, key: Key, sent_up: Collection[str] = ()) -> dict[str, Standing]:
    """Return the standing of every grant of a round by its reference, in time linear in the number of grants.

    `sent_up` are the references of grants that a lead sent up for decision.
    """
    total = indexed(claims).total
    return {claim.reference: _standing(claim, total, limit, key, sent_up) for claim in claims}


def _standing(
    claim: Claim, total: Callable[[Key, str], Decimal], limit: Limit, key: Key, sent_up: Collection[str]
) -> Standing:
    """Return the standing of a grant. `total` gives the sum of the group that has something in common by a key."""

    def by(each: Key) -> Level:
        return limit.level(max([claim.amount, *(total(each, common) for common in claim.parts(each))]))

    other_key = Key.RECIPIENT if key is Key.FAMILY else Key.FAMILY
    level = Level.DMPC if claim.reference in sent_up else by(key)
    return Standing(level, by(other_key).height > level.height)


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of grouping or separating grants.

    `total` is the sum in pounds of the whole new group, with the grants that are in it already. `up` and `down` are the
    references of the grants whose route would change, `warned` and `freed` those that would get or lose a warning.
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
        """The effect in words.

        For example: Together £147,600, not below £50,000: 3 grants would go from delegation to decision.
        """
        moves = [
            f"{counted(len(references), 'grant')} would {change}"
            for references, change in (
                (self.up, "go from delegation to decision"),
                (self.down, "go from decision to delegation"),
                (self.warned, "get a warning"),
                (self.freed, "lose the warning"),
            )
            if references
        ]
        changed = ", and ".join(moves) or "no route would change"
        if not self.members:
            return f"Each by itself: {changed}."
        below = "below" if self.total < self.limit else "not below"
        return f"Together {money.pounds(self.total)}, {below} {money.pounds(self.limit)}: {changed}."


def regrouped(claims: Sequence[Claim], references: Collection[str], family: str) -> list[Claim]:
    """Return the claims with those of `references` in one family, or in none where the name is empty."""
    moved = set(references)
    return [replace(claim, family=family) if claim.reference in moved else claim for claim in claims]


def paid_to(claims: Sequence[Claim], payees: Collection[str], kept: str, name: str) -> list[Claim]:
    """Return the claims with those of `payees` made to the payee `kept`, whose name is `name`."""
    return [_paid_to(claim, payees, kept, name) for claim in claims]


def _paid_to(claim: Claim, payees: Collection[str], kept: str, name: str) -> Claim:
    if claim.of(Key.RECIPIENT) in payees:
        return replace(claim, payee=kept, recipient=name)
    if not any(share.payee in payees for share in claim.shares):
        return claim
    shares = (replace(share, payee=kept, recipient=name) if share.payee in payees else share for share in claim.shares)
    return replace(claim, shares=tuple(shares))


def effect(
    claims: Sequence[Claim],
    regrouped_claims: Sequence[Claim],
    members: Collection[str],
    limit: Limit,
    key: Key,
    sent_up: Collection[str] = (),
) -> Effect:
    """Return the effect on the routes of changing `claims` to `regrouped_claims`, where `members` are the new group.

    Both have the same grants in the same order. It takes time for the groups that change, and not for the others.
    """
    current = indexed(claims)
    changed = [(old, new) for old, new in zip(claims, regrouped_claims, strict=True) if old is not new]
    sums = _sums_after(current, changed)
    touched = {name for each in sums for name in current.members(*each)}.union(old.reference for old, _ in changed)
    up, down, warned, freed = [], [], [], []
    for before, after in zip(claims, regrouped_claims, strict=True):
        if before.reference not in touched:
            continue
        old = _standing(before, current.total, limit, key, sent_up)
        new = _standing(after, lambda *each: sums.get(each, current.total(*each)), limit, key, sent_up)
        if new.level.height > old.level.height:
            up.append(before.reference)
        elif new.level.height < old.level.height:
            down.append(before.reference)
        if new.warned and not old.warned:
            warned.append(before.reference)
        elif old.warned and not new.warned and new.level == old.level:
            freed.append(before.reference)
    total = money.total([claim.amount for claim in regrouped_claims if claim.reference in members])
    kept = tuple(claim.reference for claim in regrouped_claims if claim.reference in members)
    return Effect(total, limit.amount, kept, tuple(up), tuple(down), tuple(warned), tuple(freed))


def _sums_after(claims: Claims, changed: Sequence[tuple[Claim, Claim]]) -> dict[tuple[Key, str], Decimal]:
    """Return the sum of each group that a change touches, as it would be afterwards."""
    sums: dict[tuple[Key, str], Decimal] = {}
    for key in Key:
        for old, new in changed:
            for claim, sign in ((old, -1), (new, 1)):
                for common, amount in claim.parts(key).items():
                    sums[key, common] = sums.get((key, common), claims.total(key, common)) + sign * amount
    return sums


@dataclass(frozen=True, slots=True)
class Split:
    """Grants to one recipient that are each below the limit and together reach it, at least one of them delegated."""

    recipient: str
    members: tuple[str, ...]
    total: Decimal


def splits(claims: Sequence[Claim], limit: Limit, key: Key, sent_up: Collection[str] = ()) -> list[Split]:
    """Return the grants that may be one grant in parts, by recipient, with the largest total first."""
    standing = standings(claims, limit, key, sent_up)
    below: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.recipient and limit.level(claim.amount) is Level.DELEGATED:
            below[claim.of(Key.RECIPIENT)].append(claim)
    candidates = [
        Split(own[0].recipient, tuple(claim.reference for claim in own), money.total([claim.amount for claim in own]))
        for own in below.values()
        if any(standing[claim.reference].level is Level.DELEGATED for claim in own)
    ]
    together = [each for each in candidates if limit.level(each.total) is Level.DMPC]
    return sorted(together, key=lambda each: (-each.total, each.recipient))


def near_limit(claims: Sequence[Claim], limit: Limit, key: Key, sent_up: Collection[str] = ()) -> list[Claim]:
    """Return the delegated grants that are below the limit by no more than `NEAR` of it, the nearest first."""
    standing = standings(claims, limit, key, sent_up)
    near = [
        claim
        for claim in claims
        if limit.amount * (1 - NEAR) <= claim.amount < limit.amount
        and standing[claim.reference].level is Level.DELEGATED
    ]
    return sorted(near, key=lambda claim: (-claim.amount, claim.reference))
