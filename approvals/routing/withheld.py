"""Recipients that are withheld: what a paper says in their place, and the names that nothing published may hold.

A withheld grant is printed under the title and purpose that a lead entered for it. Its recipient is the ground alone,
and what its bidder wrote is left out. Whatever else a paper or a record is made of, such as the sentence of a route,
passes through `Names.left_out`, which leaves out every name, number and contact of a withheld recipient.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from approvals.models import Award, NamedRecipient
from bids.models import Bid
from grants.models import Organisation, Round
from grants.names import plain_name
from grants.printable import everywhere

MARK = "[withheld]"
LEFT_OUT = "Withheld"
# Amounts, and what code reads, such as the value of a choice or the key of a field.
_NO_NAME = re.compile(r"-?\d+\.\d\d\Z|[a-z][a-z0-9_-]*\Z")


def recipient_of(award: Award) -> str:
    """Return what is printed in place of a withheld recipient."""
    return f"{LEFT_OUT}: {award.withheld}"


def masked(award: Award) -> Award:
    """Return a grant as it is published: itself, or a copy without its recipient and its bidder's words."""
    if not award.withheld:
        return award
    hidden, bid = copy(award), copy(award.bid)
    bid.title, bid.summary, bid.source_reference = award.public_title, award.public_purpose, award.reference
    bid.beneficiaries = bid.outputs = bid.outcomes = bid.evaluation_plan = LEFT_OUT
    bid.contact = bid.contact_email = bid.illustrative = ""
    bid.boroughs, bid.family = [], None
    bid.described_as, bid.most_recipients, bid.named_by, bid.direct_reason = "", None, None, LEFT_OUT
    # Counts of recipients still tell it from others.
    bid.recipient = Organisation(pk=bid.recipient_id, name=recipient_of(award))
    hidden.bid = bid
    return hidden


@dataclass(frozen=True, slots=True)
class Names:
    """What tells who the withheld recipients of a round are, as one pattern; None where none is withheld."""

    pattern: re.Pattern[str] | None = None

    def left_out(self, text: str) -> str:
        """Return a text with a mark in place of each name. An amount or a value that code reads stays what it is."""
        if self.pattern is None or _NO_NAME.match(text):
            return text
        return self.pattern.sub(MARK, text)

    def out_of(self, data: Any) -> Any:
        """Return data with a mark in place of each name in every text of them."""
        return data if self.pattern is None else everywhere(self.left_out, data)

    def in_text(self, text: str) -> bool:
        return self.left_out(text) != text


def names_of(round: Round) -> Names:
    """Return the names of the withheld recipients of a round, in a fixed number of queries."""
    return names_by_round([round])[round]


def names_by_round(rounds: Collection[Round]) -> dict[Round, Names]:
    """Return the names of the withheld recipients of each round, in a fixed number of queries."""
    names: dict[int, list[str]] = {}
    for round_pk, name in _names_in(rounds):
        names.setdefault(round_pk, []).append(name)
    return {round: Names(_pattern(names.get(round.pk, ()))) for round in rounds}


def _names_in(rounds: Collection[Round]) -> Iterator[tuple[int, str]]:
    """Yield each name with the key of the round in which it is withheld."""
    bids = Bid.rows.filter(round__in=rounds).exclude(award__withheld="").exclude(award=None)
    bodies = Organisation.objects.prefetch_related("aliases", "numbers")
    described = False
    for bid in bids.prefetch_related(Prefetch("recipient", bodies)):
        own = (bid.title, bid.contact, bid.contact_email, bid.recipient_as_written, bid.number_as_written)
        of_recipient = _names_of(bid.recipient) if bid.recipient else ()
        yield from ((bid.round_id, name) for name in (*own, *of_recipient))
        described = described or bool(bid.described_as)
    if described:
        named = NamedRecipient.objects.filter(award__round__in=rounds).exclude(award__withheld="")
        for each in named.select_related("award").prefetch_related(Prefetch("organisation", bodies)):
            yield from ((each.award.round_id, name) for name in _names_of(each.organisation))


def _names_of(body: Organisation) -> Iterator[str]:
    known = (body.name, *(alias.name for alias in body.aliases.all()))
    yield from known
    # Also without “The” and “Ltd”, which leaves a single word in small letters to nobody.
    yield from (plain for name in known if " " in (plain := plain_name(name)))
    yield from (body.number, *(number.number for number in body.numbers.all()))


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    each = {_spelling(name) for name in names} - {""}
    # The longer names come first, so that none is left in part.
    ordered = sorted(each, key=lambda spelling: (-len(spelling), spelling))
    return re.compile(rf"(?<!\w)(?:{'|'.join(ordered)})(?!\w)") if ordered else None


def _spelling(name: str) -> str:
    """Return the pattern of a name with any case, punctuation and space between its words.

    A name of one word has its own case alone: the bid “Engagement” does not withhold the word engagement.
    """
    words = list(map(re.escape, re.findall(r"\w+", name)))
    between = r"[\W_]+"
    return rf"(?i:{between.join(words)})" if words[1:] else "".join(words)
