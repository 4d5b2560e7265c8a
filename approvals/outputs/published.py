"""The published decisions, each read from its frozen data and refused if those were changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from approvals.models import Approval, Award, Decision, DecisionRecord
from approvals.outputs import open_data
from approvals.paper import appendices, pack, settled
from approvals.recipients import naming
from approvals.reconciliation import position
from approvals.routing import conditions, withheld
from grants import audit
from grants.models import Round
from grants.refusal import Changed

RENDERS = ("record__html", "record__pdf", "record__pack__html", "record__pack__pdf")


@dataclass(frozen=True, slots=True)
class Published:
    """A decision as it was signed: the data of its paper and of its record, and when they became public."""

    paper: settled.Data
    record: settled.Data
    published_at: datetime | None

    @property
    def reference(self) -> str:
        return str(self.record["reference"])

    @property
    def title(self) -> str:
        return str(self.paper["title"])

    @property
    def grants(self) -> list[settled.Grant]:
        return settled.grants(self.paper, self.record)

    @property
    def contracts(self) -> list[settled.Contract]:
        return settled.contracts(self.paper, self.record)


def rows() -> QuerySet[Decision]:
    """Return the decisions in the register, with their record and its pack."""
    return Decision.objects.filter(state=Decision.State.PUBLISHED).select_related("record__pack")


def deferred() -> QuerySet[Decision]:
    """Return the signed decisions that the register only announces, because their publication is deferred."""
    waiting = Decision.objects.filter(state=Decision.State.SIGNED, deferred_until__isnull=False)
    return waiting.order_by("deferred_until", "signed_at", "pk")


def decisions(round: Round | None = None) -> list[Published]:
    """Return every published decision, of a round or of all, by its signature. Raises Changed if one was changed."""
    public_decisions = rows().filter(round=round) if round else rows()
    return [
        read(each.record, each.published_at) for each in public_decisions.defer(*RENDERS).order_by("signed_at", "pk")
    ]


def newest(count: int) -> list[Published]:
    """Return the decisions that were published last, the newest first. Raises Changed if one was changed."""
    public_decisions = rows().defer(*RENDERS).order_by("-published_at", "-pk")[:count]
    return [read(each.record, each.published_at) for each in public_decisions]


def read(record: DecisionRecord, published_at: datetime | None = None) -> Published:
    """Return the data of a signed decision. Raises Changed if they changed or belong to another pack."""
    signed = Published(pack.read(record.pack), pack.read(record), published_at)
    if signed.record["pack_sha256"] != record.pack.sha256:
        raise Changed
    return signed


def data(record: DecisionRecord) -> str:
    """Return the paper and the record as they were hashed, in one JSON text. Raises Changed if they were changed."""
    read(record)
    return f'{{"paper":{record.pack.canonical},"record":{record.canonical}}}'


def grants(round: Round | None = None) -> list[settled.Grant]:
    """Return every grant of the published decisions that is still in force, once for each recipient who is named."""
    return _by_recipient(_in_force(round))


def _by_recipient(listed: list[settled.Grant]) -> list[settled.Grant]:
    # The recipients of such a grant are named after the decision that made it was frozen.
    later = named_later([grant.reference for grant in listed if grant.described])
    return [row for grant in listed for row in settled.by_recipient(grant, later.get(grant.reference, ()))]


def named_later(references: Collection[str]) -> dict[str, list[settled.Named]]:
    """Return the recipients who were named since of grants with described recipients, by the grant's reference."""
    named: dict[str, list[settled.Named]] = {}
    for each in naming.to_publish(references) if references else ():
        own, register = each.organisation, appendices.register_of(each.organisation)
        named.setdefault(each.award.reference, []).append(
            settled.Named(each.reference, own.name, **register, amount=each.amount)
        )
    return named


def _in_force(round: Round | None) -> list[settled.Grant]:
    """Return every grant of the published decisions that is still in force, once.

    A later decision replaces what an earlier one settled, also if it refuses the grant. A delegated grant is the
    force's own to change or take back: it is listed while the approval that was published is the one in force.
    """
    grant_by_reference: dict[str, settled.Grant] = {}
    for each in decisions(round):
        held_back = settled.not_granted(each.paper, each.record)
        grant_by_reference = {name: grant for name, grant in grant_by_reference.items() if name not in held_back}
        grant_by_reference |= {
            grant.reference: settled.with_earlier(each.paper, grant, grant_by_reference.get(grant.reference))
            for grant in each.grants
        }
    in_force = Approval.objects.filter(level=settled.DELEGATED, invalid_at=None)
    amounts = dict(in_force.values_list("award__reference", "amount"))
    # A condition is met after the decision that set it was frozen.
    met = conditions.met_of(grant_by_reference)
    return [
        settled.with_met(grant, met.get(name, ()))
        for name, grant in grant_by_reference.items()
        if grant.level == settled.DECIDED or amounts.get(name) == grant.amount
    ]


def delegated(round: Round) -> list[settled.Grant]:
    """Return the approved delegated grants of a round as they are today, with the decision that published each."""
    reported = {grant.reference: grant.decision for grant in _in_force(round) if grant.level == settled.DELEGATED}
    approved = [
        award
        for award in position.grants_of(round)
        if award.route == Award.Route.DELEGATED and award.state == Award.State.APPROVED
    ]
    round_data = {"reference": round.reference, "title": round.title}
    # The return goes to those who oversee the force, who see what is published and no more.
    entries = withheld.names_of(round).out_of(audit.plain(appendices.appendix(map(withheld.masked, approved))))
    return _by_recipient(settled.delegated(entries, reported, round_data))


def contracts() -> list[settled.Contract]:
    """Return every contract of the published decisions, once."""
    return list({each.reference: each for decision in decisions() for each in decision.contracts}.values())


def publisher() -> open_data.Publisher:
    """Return who publishes, from the settings of this deployment."""
    return open_data.Publisher(
        prefix=settings.OPEN_DATA_PREFIX,
        funder_id=settings.FUNDER_ID,
        funder_name=settings.FUNDER_NAME,
        licence=settings.OPEN_DATA_LICENCE,
        register=settings.PUBLIC_ADDRESS + reverse("approvals:register"),
    )
