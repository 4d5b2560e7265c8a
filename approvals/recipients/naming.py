"""Transitions that name the recipients of a direct award and withdraw one again. No other module writes them.

The award keeps its amount, its route and its approvals: what a decision approved is the class of recipients, with a
ceiling in number and amount. Naming one only adds to what its organisation gets in the round, so that no route becomes
lower.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Prefetch, Q, Sum

from approvals.models import Award, NamedRecipient
from approvals.routing import awards, withheld
from approvals.routing.commitments import must_not_be_in_flight
from bids.intake import intake, recipients
from bids.intake.recipients import Recipients
from grants import money, states
from grants.models import Organisation, Round, User, new_references
from grants.refusal import Refused

# How long before its day the home page asks a lead to name the recipients.
NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Naming:
    """Who is to receive what of a grant, in pounds, and why. `draft` is how cleaned data name the organisation."""

    draft: dict[str, Any]
    amount: Decimal
    reason: str


def standing(award: Award) -> list[NamedRecipient]:
    """Return the recipients of a grant that are named now, in the order in which they were."""
    named = award.named.filter(state=NamedRecipient.State.NAMED)
    return list(named.select_related("organisation", "recorded_by"))


def withheld_in(round: Round) -> list[Award]:
    """Return the grants of a round whose recipients are withheld, each with those named now as `named_now`."""
    named = NamedRecipient.objects.filter(state=NamedRecipient.State.NAMED).select_related("organisation")
    return list(
        Award.objects.unnamed_in(round).for_routes().prefetch_related(Prefetch("named", named, to_attr="named_now"))
    )


def to_publish(references: Collection[str]) -> list[NamedRecipient]:
    """Return the recipients that are named now of published grants, without those whose name is withheld.

    A name that is withheld of any grant of the round is not published of another grant of it either, since everything
    else that is published leaves it out. The number of queries is fixed.
    """
    named = NamedRecipient.objects.filter(
        award__reference__in=references, award__withheld="", state=NamedRecipient.State.NAMED
    )
    rows = list(named.select_related("organisation", "award__round"))
    names = withheld.names_by_round({row.award.round for row in rows}) if rows else {}
    return [row for row in rows if not names[row.award.round].in_text(row.organisation.name)]


def near(today: date) -> Q:
    """Return the filter of grants in force whose recipients are to be named by a day that is near or past."""
    return Q(bid__named_by__lte=today + NEAR) & ~Q(state=Award.State.REFUSED)


def due(rounds: Collection[Round], today: date) -> list[Award]:
    """Return the grants whose recipients are to be named by a day that is near or past and are not all named.

    All are named where nothing of the grant is left, or as many are named as may be.
    """
    open_awards = Award.objects.live().filter(near(today), round__in=rounds)
    named = Q(named__state=NamedRecipient.State.NAMED)
    counted = open_awards.annotate(of_them=Count("named", filter=named), promised=Sum("named__amount", filter=named))
    return [
        award
        for award in counted.select_related("bid").order_by("bid__named_by", "pk")
        if vars(award)["of_them"] < (award.bid.most_recipients or 0) and (vars(award)["promised"] or 0) < award.amount
    ]


def left_to_name(award: Award, named: Sequence[NamedRecipient]) -> Decimal:
    """Return what of a grant goes to recipients who are not named yet, in pounds."""
    return award.amount - money.total([each.amount for each in named])


@transaction.atomic
def identify_recipient(
    *, award: Award, naming: Naming, by: User, at: datetime, seen: int | None = None
) -> NamedRecipient:
    """Name a recipient of a direct award whose recipients are described, and route the grants of the round again.

    Raises Refused where the grant has its recipient, where all that may be named are, for more than is left of the
    grant, for an organisation in which the user declared an interest, and while a paper of the round is submitted.
    """
    award = awards.locked(award, seen)
    must_not_be_in_flight(award.round)
    states.must_allow(award, "identify recipient", f"This grant is {award.get_state_display().lower()}")
    if not award.bid.described_as:
        raise Refused("This grant has its recipient already")
    recipients.lock()
    organisation = _organisation(naming.draft)
    concerned = Q(bid__round=award.round, bid__recipient=organisation)
    awards.must_not_be_concerned(
        "identify recipient", concerned, award.round, by, at, others="names it", field="recipient"
    )
    _must_fit(award, naming.amount)
    taken = NamedRecipient.objects.values_list("reference", flat=True)
    try:
        with transaction.atomic():
            made = NamedRecipient.objects.create(
                award=award,
                reference=new_references("REC", 1, taken)[0],
                organisation=organisation,
                amount=naming.amount,
                reason=naming.reason.strip(),
                recorded_by=by,
                recorded_at=at,
            )
    except IntegrityError:
        raise Refused(f"{organisation.name} is named already. Withdraw it first to change its amount") from None
    _record("identify recipient", made, award, by, at, made.reason)
    return made


@transaction.atomic
def withdraw_recipient(*, recipient: NamedRecipient, reason: str, by: User, at: datetime) -> None:
    """Take back the naming of a recipient to whom nothing was paid. It is kept with the reason."""
    award = awards.locked(recipient.award, None)
    must_not_be_in_flight(award.round)
    recipient = (
        NamedRecipient.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=recipient.pk)
    )
    states.must_allow(recipient, "withdraw recipient", "This recipient was withdrawn already")
    if recipient.payments.exists():
        raise Refused(f"Money was paid to {recipient.organisation.name}, so it stays a recipient of this grant")
    states.move(recipient, "withdraw recipient")
    recipient.save(update_fields=["state"])
    _record("withdraw recipient", recipient, award, by, at, reason)


def merge(round: Round, kept: Organisation, others: Collection[Organisation]) -> None:
    """Give what `others` receive of the grants of a locked round to `kept`, which is the same organisation.

    Raises Refused where one grant names both.
    """
    named = NamedRecipient.objects.filter(award__round=round, organisation__in=others)
    try:
        with transaction.atomic():
            named.update(organisation=kept)
    except IntegrityError:
        raise Refused(f"A grant names {kept.name} and another of these. Withdraw one of them first") from None


def _organisation(draft: dict[str, Any]) -> Organisation:
    """Return the organisation that cleaned data name, which is stored if it is new."""
    known = Recipients()
    place = intake.placed(known, draft)
    known.save()
    if place.body is None or place.body.stored is None:
        raise Refused("Enter the recipient organisation", field="recipient")
    return place.body.stored


def _must_fit(award: Award, amount: Decimal) -> None:
    named, most = standing(award), award.bid.most_recipients or 0
    if len(named) >= most:
        raise Refused(f"This grant has at most {most} recipients, and all of them are named")
    left = left_to_name(award, named)
    if amount > left:
        raise Refused(
            f"Enter no more than the {money.pounds(left)} of the grant that nobody is named for", field="amount"
        )


def _record(action: str, recipient: NamedRecipient, award: Award, by: User, at: datetime, because: str) -> None:
    award.version += 1
    award.save(update_fields=["version"])
    # The trail outlasts the need to withhold a name: it holds nothing of a withheld recipient.
    name = withheld.LEFT_OUT if award.withheld else recipient.organisation.name
    facts = {"recipient": name, "amount": recipient.amount, "named": recipient.reference}
    awards.record(action, award, by, at, because, facts)
    title = award.public_title if award.withheld else award.bid.title
    awards.route_again(award.round, by, at, because=f"The recipients of {title} changed", action=action)
