"""The reading of a round for the pages of families: suggestions, the effect of a grouping, and possible splits.

A bid counts with the amount of its grant or, before that is agreed, with the amount asked for. Each page takes a fixed
number of queries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch

from approvals.enums import Key
from approvals.families import grouping, splits
from approvals.models import Award, Decision, DelegationRule, SingleTenderAction
from approvals.routing import awards
from approvals.routing.routes import Claim, Claims, Limit
from bids.families import families
from bids.fields import bid_label
from bids.models import Bid, Dismissal
from bids.models.bids import BidQuerySet
from grants import money
from grants.days import day_of
from grants.models import Alias, Organisation, Round, User
from grants.refusal import Refused

# Bids in these states can no longer become grants.
OUT = (Bid.State.REJECTED, Bid.State.INELIGIBLE, Bid.State.REDIRECTED, Bid.State.WITHDRAWN)

# What no page of families reads of a bid and its grant, and what takes long to fetch for thousands of them.
UNREAD = (
    "outcomes", "evaluation_plan", "track_record", "future_cost_note", "late_reason", "illustrative",
    "award__routed_as", "award__sentence", "award__profile",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Bids of one family or suggestion: the name of the group, the bids, and their total in pounds."""

    name: str
    bids: Sequence[Bid]
    total: Decimal

    @property
    def rows(self) -> list[tuple[Bid, Decimal]]:
        """Each bid with its amount in pounds."""
        return [(bid, amount(bid)) for bid in self.bids]

    @property
    def query(self) -> str:
        """The query string with which the page for grouping by hand ticks these bids."""
        return urlencode([("bid", bid.source_reference) for bid in self.bids])

    @property
    def version(self) -> int:
        return grouping.bid_set(self.bids).version

    @property
    def decided(self) -> bool:
        """Whether a grant among them was decided, so that they can no longer be grouped."""
        return any(own.is_decided for bid in self.bids if (own := grant_of(bid)))


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of bids to tick: those that are ticked, and behind them a page of the others that a search finds.

    `kept` are ticked too, and too many to be listed. `count` is the number of others in all.
    """

    ticked: Sequence[Bid]
    kept: Sequence[Bid]
    page: Page[Bid]
    count: int

    @property
    def bids(self) -> list[Bid]:
        return [*self.ticked, *self.page.object_list]


# The rows of a page of bids to tick, and how many of them may be ticked already.
LISTED, TICKED = 100, 50


class Workbench:
    """The bids of a round that may become grants, read once for a user and an instant."""

    def __init__(self, round: Round, user: User, at: datetime) -> None:
        self.round, self.user, self.at = round, user, at

    @cached_property
    def paper_in_flight(self) -> Decision | None:
        """The submitted paper that depends on the families; while there is one, they cannot change."""
        return Decision.objects.filter(round=self.round, state__in=Decision.IN_FLIGHT).first()

    @cached_property
    def all_bids(self) -> list[Bid]:
        """Every bid that counts towards a route, including those that the user may not open."""
        return list(candidates(self.round).select_related("recipient", "family", "award").defer(*UNREAD))

    @cached_property
    def bids(self) -> dict[str, Bid]:
        """The bids and direct awards that the user may open, by the bidders' references."""
        own = set(Bid.rows.visible_to(self.user, "group bids").filter(round=self.round).values_list("pk", flat=True))
        return {bid.source_reference: bid for bid in self.all_bids if bid.pk in own}

    @cached_property
    def limit(self) -> Limit | None:
        try:
            return awards.limit_on(self.round, DelegationRule.Kind.GRANT, day_of(self.at))[1]
        except Refused:
            return None

    @cached_property
    def claims(self) -> Claims:
        described = any(bid.described_as for bid in self.all_bids)
        shares = awards.shares_in(self.round) if described else {}
        return Claims(
            Claim(
                bid.source_reference,
                amount(bid),
                bid.family.name if bid.family else "",
                bid.recipient.name if bid.recipient else "",
                bid.recipient.identity if bid.recipient else "",
                shares.get(own.pk, ()) if (own := grant_of(bid)) else (),
            )
            for bid in self.all_bids
        )

    @cached_property
    def sent_up(self) -> frozenset[str]:
        return frozenset(bid.source_reference for bid in self.all_bids if (own := grant_of(bid)) and own.escalated)

    @cached_property
    def bodies(self) -> dict[str, Organisation]:
        """The organisations that ask for a grant or hold a contract in the round, by primary key as text."""
        suppliers = SingleTenderAction.objects.live().filter(round=self.round).values_list("supplier", flat=True)
        wanted = {bid.recipient_id for bid in self.bids.values() if bid.recipient_id} | set(suppliers)
        organisations = Organisation.objects.filter(pk__in=wanted)
        aliases = Prefetch("aliases", Alias.objects.order_by("name"))
        return {str(body.pk): body for body in organisations.prefetch_related(aliases)}

    @cached_property
    def dismissals(self) -> list[Dismissal]:
        return list(Dismissal.objects.filter(round=self.round).select_related("dismissed_by"))

    def _dismissed(self, kind: Dismissal.Kind) -> list[frozenset[str]]:
        return [frozenset(each.members) for each in self.dismissals if each.kind == kind]

    @cached_property
    def suggestions(self) -> list[families.Suggestion]:
        """The suggestions of bids that nobody has answered, the strongest first."""
        # Nobody bid for a direct award, so it has no case that is like another's. It is grouped by hand.
        likes = [_like(bid) for bid in self.bids.values() if not bid.is_direct]
        return families.suggest(likes, self._bodies, self._dismissed(Dismissal.Kind.BIDS))

    @cached_property
    def body_suggestions(self) -> list[families.Suggestion]:
        return families.suggest_bodies(self._bodies, self._dismissed(Dismissal.Kind.BODIES))

    @cached_property
    def _bodies(self) -> list[families.Body]:
        contacts: dict[str, list[tuple[str, str]]] = {}
        for bid in self.bids.values():
            contacts.setdefault(str(bid.recipient_id), []).append((bid.contact, bid.contact_email))
        return [
            families.Body(key, names_of(body), body.register, body.number, tuple(contacts.get(key, ())))
            for key, body in self.bodies.items()
        ]

    def group(self, references: Iterable[str]) -> Group:
        """Return bids as a group, named after the family of one of them, or what their titles or recipients share.

        Bids that share neither have no name in common.
        """
        bids = [self.bids[each] for each in references if each in self.bids]
        families_of = Counter(bid.family.name for bid in bids if bid.family)
        titles = Counter(families.family_name(bid.title) for bid in bids)
        recipients = Counter(bid.bidder for bid in bids)
        shared = families_of or next((names for names in (titles, recipients) if len(names) == 1), Counter())
        name = next((name for name, _ in shared.most_common(1)), "")
        return Group(name, bids, money.total([amount(bid) for bid in bids]))

    def listed(self, ticked: Collection[str], words: str, number: int) -> Listed:
        """Return a page of bids to tick. `ticked` are references; `words` are all in the label of each other bid."""
        chosen = [bid for bid in self.bids.values() if bid.reference in ticked]
        wanted = words.casefold().split()
        others = [bid for bid in self.bids.values() if bid.reference not in ticked and _has(bid, wanted)]
        shown = chosen[:TICKED]
        page = Paginator(others, LISTED - len(shown)).get_page(number)
        return Listed(shown, chosen[TICKED:], page, len(others))

    def effect(self, references: Collection[str], name: str) -> splits.Effect | None:
        """Return the effect on the routes if these bids join a family, or leave theirs where the name is empty."""
        claims = splits.regrouped(self.claims, references, name)
        members = {claim.reference for claim in claims if name and claim.family == name}
        return self._compare(claims, members)

    def merged(self, kept: Organisation, others: Collection[Organisation]) -> splits.Effect | None:
        """Return the effect on the routes if the grants to `others` go to `kept`."""
        claims = splits.paid_to(self.claims, {other.identity for other in others}, kept.identity, kept.name)
        return self._compare(claims, {claim.reference for claim in claims if claim.of(Key.RECIPIENT) == kept.identity})

    def _compare(self, claims: Sequence[Claim], members: Collection[str]) -> splits.Effect | None:
        if self.limit is None:
            return None
        return splits.effect(self.claims, claims, members, self.limit, self.key, self.sent_up)

    @property
    def key(self) -> Key:
        return Key(self.round.routing_key)

    @cached_property
    def _by_recipient(self) -> dict[int | None, list[Bid]]:
        by_recipient: dict[int | None, list[Bid]] = {}
        for bid in self.bids.values():
            by_recipient.setdefault(bid.recipient_id, []).append(bid)
        return by_recipient

    def bids_of(self, body: Organisation) -> list[Bid]:
        return self._by_recipient.get(body.pk, [])

    def families(self) -> list[tuple[Group, bool]]:
        """Return each family as a group, and whether its total reaches the limit."""
        by_name: dict[str, list[str]] = {}
        for reference, bid in self.bids.items():
            if bid.family:
                by_name.setdefault(bid.family.name, []).append(reference)
        # The total includes bids that the user may not open.
        groups = [
            replace(self.group(own), total=self.claims.total(Key.FAMILY, name)) for name, own in sorted(by_name.items())
        ]
        return [(group, not self.limit or group.total >= self.limit.amount) for group in groups]

    def splits(self) -> list[tuple[splits.Split, Group]]:
        if self.limit is None:
            return []
        possible = splits.splits(self.claims, self.limit, self.key, self.sent_up)
        return [(each, group) for each in possible if len((group := self.group(each.members)).bids) > 1]

    def near_limit(self) -> Group:
        near = splits.near_limit(self.claims, self.limit, self.key, self.sent_up) if self.limit else []
        return self.group(claim.reference for claim in near)

    def many_names(self) -> list[tuple[Organisation, tuple[str, ...]]]:
        """Return the organisations of the round that have several names, with the names."""
        return [(body, names) for body in self.bodies.values() if len(names := names_of(body)) > 1]


def candidates(round: Round) -> BidQuerySet:
    """Return the bids and direct awards of a round that are or may become grants to third parties."""
    return Bid.rows.filter(round=round).exclude(led_by=Bid.Led.INTERNAL).exclude(state__in=OUT)


def amount(bid: Bid) -> Decimal:
    """Return the amount of a bid's grant in pounds or, before that is agreed, the amount asked for."""
    own = grant_of(bid)
    return own.amount if own else bid.amount


def grant_of(bid: Bid) -> Award | None:
    own: Award | None = getattr(bid, "award", None)
    return own if own and own.state != Award.State.WITHDRAWN else None


def _has(bid: Bid, words: Sequence[str]) -> bool:
    label = bid_label(bid).casefold() if words else ""
    return all(word in label for word in words)


def _like(bid: Bid) -> families.Like:
    return families.Like(
        bid.source_reference,
        bid.title,
        str(bid.recipient_id),
        bid.family.name if bid.family else "",
        " ".join((bid.summary, bid.beneficiaries, bid.outputs)),
        bid.contact,
        bid.contact_email,
    )


def names_of(body: Organisation) -> tuple[str, ...]:
    """Return the names of an organisation, its main name first."""
    return (body.name, *(alias.name for alias in body.aliases.all() if alias.name != body.name))
