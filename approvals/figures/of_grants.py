"""The figures of each grant and of all that one body gets: asked, agreed, cut, paid, left to pay. Pure rules."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

from approvals.figures.making import What, Whose, by_year, entry
from approvals.figures.owners import Owners
from approvals.prose.index import Entry
from approvals.prose.vocabulary import Kind, Measure, Way
from approvals.reconciliation.facts import BidEntry, Grant
from grants import money


def of_grants(grants: Sequence[Grant], owners: Owners, of_round: Sequence[str]) -> Iterator[Entry]:
    """Yield the figures of each grant. Those of its bid are in `of_bids`."""
    for grant in grants:
        name = f"grant {grant.bid}"
        whose = partial(owners.subject, Kind.GRANT, grant.label, grant.recipient)
        of = f"The grant for {grant.label}"
        agreed = What(whose, Measure.AGREED)
        yield entry(name, grant.amount, agreed, of)
        yield from by_year(name, grant.years, agreed, of, of_round)
        yield from _of_payments(name, [grant], whose, of)
        yield from _of_each_recipient(grant, whose, of, of_round)
        if grant.former is not None:
            yield entry(f"{name} before", grant.former, What(whose, Measure.FORMER), f"{of}, before this paper")
            change = abs(grant.amount - grant.former)
            yield entry(f"change of {name}", change, What(whose, Measure.CHANGE), f"{of}, by this paper")


def _of_each_recipient(grant: Grant, whose: Whose, of: str, of_round: Sequence[str]) -> Iterator[Entry]:
    """Yield how many recipients a grant has at most, and what each of them gets in equal parts, to the penny."""
    most = grant.most_recipients
    if not most:
        return
    name = f"recipients of {grant.bid}"
    yield entry(f"number of {name}", most, What(whose, Measure.AGREED, thing="recipients"), f"{of}: recipients at most")
    parts = [(slot, amount / most) for slot, amount in grant.years] if grant.years else []
    whole = grant.amount / most
    if most == 1 or any(part != part.quantize(money.PENNY) for part in (whole, *(part for _, part in parts))):
        return
    what, each = What(whose, Measure.AGREED, Way.AVERAGE), f"{of}, in {most} equal parts"
    yield entry(f"each of the {name}", whole.quantize(money.PENNY), what, each)
    divided = [(slot, part.quantize(money.PENNY)) for slot, part in parts]
    yield from by_year(f"each of the {name}", divided, what, each, of_round)


def of_shared(grants: Sequence[Grant], owners: Owners, of_round: Sequence[str]) -> Iterator[Entry]:
    """Yield the figures of each recipient, and of each project with lots, that has several grants."""
    for kind, called in ((Kind.RECIPIENT, "recipient"), (Kind.PROJECT, "project")):
        by_name: dict[str, list[Grant]] = {}
        for grant in grants:
            name = grant.recipient if kind is Kind.RECIPIENT else grant.family
            if name and not (kind is Kind.RECIPIENT and grant.most_recipients):
                by_name.setdefault(name, []).append(grant)
        for name, own in by_name.items():
            if len(own) < 2:
                continue
            whose, of = partial(owners.subject, kind, name), f"{len(own)} grants of {name}"
            whole = money.total([grant.amount for grant in own])
            yield entry(f"all of {called} {name}", whole, What(whose, Measure.AGREED), of)
            profile = [part for grant in own for part in grant.years]
            yield from by_year(f"{called} {name}", profile, What(whose, Measure.AGREED), of, of_round)
            yield from _of_payments(f"{called} {name}", own, whose, of)
            asked = [grant.asked_for for grant in own if grant.asked_for is not None]
            if len(asked) == len(own):
                yield from asked_and_cut(f"{called} {name}", money.total(asked), whole, whose, of)
            yield entry(
                f"number of grants of {called} {name}", len(own), What(whose, Measure.AGREED, thing="grants"), of
            )


def of_bids(bids: Sequence[BidEntry], grants: Sequence[Grant], owners: Owners) -> Iterator[Entry]:
    """Yield what each bid asks for, what was agreed for it, and how much less that is."""
    by_bid = {grant.bid: grant.amount for grant in grants}
    for bid in bids:
        whose = partial(owners.subject, Kind.BID, bid.label or bid.reference, bid.recipient)
        agreed = by_bid.get(bid.reference, bid.agreed)
        yield from asked_and_cut(f"bid {bid.reference}", bid.amount, agreed, whose, f"The bid {bid.label}")
        if agreed is not None and bid.reference not in by_bid:
            yield entry(f"bid {bid.reference} agreed", agreed, What(whose, Measure.AGREED), f"Agreed for {bid.label}")


def asked_and_cut(name: str, asked: Decimal, agreed: Decimal | None, whose: Whose, of: str) -> Iterator[Entry]:
    """Yield what was asked for, in pounds, and how much less was agreed where there is a difference."""
    yield entry(f"{name} asked", asked, What(whose, Measure.ASKED), f"{of}: asked for")
    if agreed is not None and asked != agreed:
        yield entry(f"{name} cut", asked - agreed, What(whose, Measure.CUT), f"{of}: asked for, less what was agreed")


def _of_payments(name: str, grants: Sequence[Grant], whose: Whose, of: str) -> Iterator[Entry]:
    paid = sum((grant.paid for grant in grants), money.ZERO)
    left = sum((grant.amount for grant in grants), -paid)
    if paid:
        yield entry(f"{name} paid", paid, What(whose, Measure.PAID), f"{of}: paid")
    if left:
        yield entry(f"{name} left to pay", left, What(whose, Measure.UNPAID), f"{of}: left to pay")
    payments = [payment for grant in grants for payment in grant.payments]
    for payment in payments if len(payments) > 1 else ():
        what = What(whose, Measure.PAID)
        yield entry(f"{name} payment {payment.reference}", payment.amount, what, f"{of}: one payment")
