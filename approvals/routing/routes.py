"""Who may approve a grant: aggregate, compare with the dated limit, say why. Pure rules.

Below the limit the force may approve. At or above the limit the decider must, because only amounts below it are
delegated. A grant is compared by the sum of its group, so that splitting it never lowers its
route. Source: PCD 681 paras 2.5 and 2.11; scheme of delegation 4.8 (grants) and 4.13 (contract exemptions).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from approvals.enums import Key, Level
from grants import money
from grants.counting import counted


@dataclass(frozen=True, slots=True)
class Step:
    """A level of the scheme: who decides from an amount in pounds on, and the citation that says so."""

    starts_at: Decimal
    who: str
    citation: str


@dataclass(frozen=True)
class Limit:
    """The limit of the scheme in force on a day: its `amount` in pounds, and who approves below and at or above it.

    `further` are the levels above it, in rising order. With an amount of nought nothing is delegated.
    """

    amount: Decimal
    below: str
    at_or_above: str
    citation: str
    valid_from: date
    further: tuple[Step, ...] = ()

    def level(self, total: Decimal) -> Level:
        return Level.DELEGATED if total < self.amount else Level.DMPC

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Return every level, from nought on."""
        delegated = (Step(money.ZERO, self.below, self.citation),) if self.amount else ()
        return (*delegated, Step(self.amount, self.at_or_above, self.citation), *self.further)

    def step(self, total: Decimal) -> int:
        """Return the place of the level that decides a sum; it never falls as the sum rises."""
        return max(place for place, step in enumerate(self.steps) if step.starts_at <= max(total, money.ZERO))

    def lowest_decided(self) -> int:
        """Return the place of the first level that is decided in a paper."""
        return 1 if self.amount else 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one of the named recipients of a grant gets of it, in pounds. `payee` tells it from others of its name."""

    recipient: str
    payee: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """One grant asking for approval. `amount` in pounds; `family` is empty for a project of its own.

    `recipient` is the name of the organisation, and `payee` what tells it from others of its name. Both are empty for
    a grant whose recipients are named one by one; those that are named are its `shares`.
    """

    reference: str
    amount: Decimal
    family: str
    recipient: str
    payee: str = ""
    shares: tuple[Share, ...] = ()

    def of(self, key: Key) -> str:
        """Return what its group has in common by a key; empty for a grant that stands alone."""
        return self.family if key is Key.FAMILY else self.payee or self.recipient

    def parts(self, key: Key) -> dict[str, Decimal]:
        """Return what it brings to each group that it is in by a key, in pounds; none for a grant that stands alone."""
        if key is Key.RECIPIENT and self.shares:
            parts: dict[str, Decimal] = {}
            for share in self.shares:
                parts[share.payee] = parts.get(share.payee, money.ZERO) + share.amount
            return parts
        common = self.of(key)
        return {common: self.amount} if common else {}


@dataclass(frozen=True, slots=True)
class Group:
    """The grants whose sum is compared with the limit, by one key."""

    key: Key
    name: str
    members: tuple[str, ...]
    total: Decimal
    level: Level


@dataclass(frozen=True, slots=True)
class Route:
    """Where a grant goes and why. `warning` is set where only the other key would send it higher."""

    level: Level
    sentence: str
    binding: Group
    other: Group
    limit: Limit
    warning: str = ""
    deferred: str = ""

    @property
    def step(self) -> int:
        """The place of its level among the steps of the limit: that of its group, or higher where it was sent up."""
        own = self.limit.step(self.binding.total)
        return max(own, self.limit.lowest_decided()) if self.level is Level.DMPC else own

    @property
    def decider(self) -> str:
        """Who decides it, where the scheme has more than two levels; empty elsewhere."""
        return self.limit.steps[self.step].who if self.limit.further else ""


class Claims(tuple[Claim, ...]):
    """The grants of a round, indexed by key once, so that routing them all does not compare each with each."""

    @cached_property
    def _by_key(self) -> dict[tuple[Key, str], dict[str, Decimal]]:
        index: dict[tuple[Key, str], dict[str, Decimal]] = {}
        for claim in self:
            for key in Key:
                for common, amount in claim.parts(key).items():
                    index.setdefault((key, common), {})[claim.reference] = amount
        return index

    @cached_property
    def _summed(self) -> dict[tuple[Key, str], tuple[tuple[str, ...], Decimal]]:
        return {each: _members(amounts) for each, amounts in self._by_key.items()}

    def members(self, key: Key, common: str) -> tuple[str, ...]:
        """Return the references of the grants that have this in common by a key, sorted."""
        return self._summed.get((key, common), ((), money.ZERO))[0]

    def total(self, key: Key, common: str) -> Decimal:
        """Return the sum of the grants that have this in common by a key, in pounds."""
        return self._summed.get((key, common), ((), money.ZERO))[1]

    def group(self, claim: Claim, key: Key) -> tuple[str, tuple[str, ...], Decimal]:
        """Return the group that a claim is compared by: its name, the references of its grants and their sum.

        A grant with several recipients is compared by the one whose grants come to most, and never by less than its
        own amount.
        """
        names = {share.payee: share.recipient for share in claim.shares} if key is Key.RECIPIENT else {}
        alone = (claim.family if key is Key.FAMILY else claim.recipient, *_members({claim.reference: claim.amount}))
        groups = [
            (names.get(common, alone[0]), *self._with(claim.reference, key, common, amount))
            for common, amount in claim.parts(key).items()
        ]
        return max([alone, *groups] if names or not groups else groups, key=lambda each: each[-1])

    def _with(self, reference: str, key: Key, common: str, amount: Decimal) -> tuple[tuple[str, ...], Decimal]:
        own = self._by_key.get((key, common), {})
        if own.get(reference) == amount:
            return self._summed[key, common]
        return _members(own | {reference: amount})


def _members(amounts: Mapping[str, Decimal]) -> tuple[tuple[str, ...], Decimal]:
    return tuple(sorted(amounts)), money.total(list(amounts.values()))


def indexed(claims: Sequence[Claim]) -> Claims:
    """Return the grants of a round as `Claims`: the same object where they are indexed already."""
    return claims if isinstance(claims, Claims) else Claims(claims)


def group(claim: Claim, claims: Sequence[Claim], limit: Limit, key: Key) -> Group:
    """Return the group of a claim: the grants of its family or recipient, including itself."""
    name, members, total = indexed(claims).group(claim, key)
    return Group(key, name, members, total, limit.level(total))


def route(
    claim: Claim, claims: Sequence[Claim], limit: Limit, key: Key, *, escalated: str = "", deferred: str = ""
) -> Route:
    """Return the route of one grant among those of its round. `escalated` is a lead's reason to send it higher.

    `deferred` is the decision that deferred it; it then stays for decision, however small it becomes. Neither
    splitting a grant nor adding one lowers its route, and the order of `claims` does not matter. Who routes many grants
    of one round passes them as `Claims`.
    """
    other_key = Key.RECIPIENT if key is Key.FAMILY else Key.FAMILY
    binding, other = group(claim, claims, limit, key), group(claim, claims, limit, other_key)
    level = Level.DMPC if escalated or deferred else binding.level
    sentence = _sentence(binding, limit)
    if not binding.level.height and deferred:
        sentence = f"It was deferred in {deferred}, and so is for decision"
    elif not binding.level.height and escalated:
        sentence = f"Sent up by a lead: {escalated}"
    warning = ""
    worked_out = Route(level, sentence, binding, other, limit, "", deferred)
    if limit.step(other.total) > worked_out.step:
        count = len(other.members) - 1
        others = counted(count, "other grant")
        by = f"to {other.name}" if other_key is Key.RECIPIENT else f"of {other.name}"
        warning = f"With {others} {by} it comes to {money.pounds(other.total)}, not below {_start(other.total, limit)}."
    return replace(worked_out, warning=warning) if warning else worked_out


def _sentence(binding: Group, limit: Limit) -> str:
    sentence = compared(binding.total, limit)
    count = len(binding.members) - 1
    if count:
        sentence = f"joins {counted(count, 'other')} of {binding.name}: {sentence}"
    return sentence[0].upper() + sentence[1:]


def compared(total: Decimal, limit: Limit) -> str:
    """Return how a sum compares with a limit, like “£147,600, not below £50,000. Scheme 4.8”."""
    return f"{money.pounds(total)}{_how_high(total, limit)}. {limit.steps[limit.step(total)].citation}"


def _start(total: Decimal, limit: Limit) -> str:
    return money.pounds(limit.steps[limit.step(total)].starts_at)


def _how_high(total: Decimal, limit: Limit) -> str:
    """Return how a sum compares with the steps around it, and who decides there if there are more than two."""
    place, steps = limit.step(total), limit.steps
    words = []
    if steps[place].starts_at:
        words.append(f"not below {money.pounds(steps[place].starts_at)}")
    elif not limit.amount:
        words.append("and nothing is delegated")
    # With two levels the limit alone says everything.
    if steps[place + 1 :] and (limit.further or not words):
        words.append(f"below {money.pounds(steps[place + 1].starts_at)}")
    who = f", for the {steps[place].who}" if limit.further else ""
    return f", {' and '.join(words)}{who}" if words else who
