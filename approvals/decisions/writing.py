"""Transitions of a decision paper: write, submit, query, return, put forward, publish. `deciding` decides and signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, Subquery

from approvals.amendments import amending
from approvals.decisions import submission
from approvals.models import (
    Decision,
    DecisionItem,
    DecisionRecord,
    DecisionSection,
    Pack,
    PaperItem,
    PartTwo,
    Query,
)
from approvals.paper import pack, places
from approvals.paper.sections import PARTS
from approvals.prose import checking, elsewhere
from approvals.prose.elsewhere import Source
from approvals.reconciliation.sums import Discrepancy
from approvals.register import registering
from approvals.routing import withheld
from approvals.routing.commitments import must_not_be_in_flight
from grants import audit, states
from grants.counting import counted
from grants.days import day_of
from grants.formulas import COMPUTED, is_formula
from grants.models import Round, User
from grants.printable import named, unprintable
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds


class NotReconciled(Refused):
    """The paper cannot be submitted. `problems` lists the sums, statements and sign-offs to correct."""

    def __init__(self, problems: list[Discrepancy]) -> None:
        count = counted(len(problems), "problem")
        listed = " ".join(problem.message for problem in problems[:5])
        super().__init__(f"Correct {count} before you submit this paper. {listed}")
        self.problems = problems


# Writing


@transaction.atomic
def prepare_decision(
    *,
    round: Round,
    reference: str,
    title: str,
    decision_by: str,
    by: User,
    at: datetime,
    amends: Decision | None = None,
) -> Decision:
    """Open a paper for a round, with empty sections. `amends` is the signed decision that it changes, if any."""
    round = rounds.lock(round)
    if amends:
        amending.must_be_amendable(amends, round.pk)
    if Decision.objects.filter(reference=reference).exists():
        raise Refused(f"There is already a decision {reference}", field="reference")
    if figure_in_title := checking.in_title(title):
        # The text is checked against the register until it is submitted, but the title is never checked again.
        raise Refused(
            f"Leave {figure_in_title} out of the title: it can change before the paper is signed", field="title"
        )
    earlier = Decision.objects.filter(round=round).order_by("opened_at", "pk").last()
    decision = Decision.objects.create(
        round=round,
        reference=reference,
        title=title,
        decision_by=decision_by,
        opened_at=at,
        amends=amends,
        # The same grants may be in it, so it begins with what the last paper of the round prints instead.
        spellings=earlier.spellings if earlier else [],
    )
    DecisionSection.objects.bulk_create(DecisionSection(decision=decision, key=part.key) for part in PARTS)
    facts = {"title": title, "decision by": decision_by} | ({"amends": amends.reference} if amends else {})
    audit.record("prepare decision", decision, round=round, by=by, at=at, facts=facts)
    return decision


@transaction.atomic
def write_section(
    *,
    decision: Decision,
    key: str,
    text: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    sources: Sequence[Source] | None = None,
) -> None:
    """Save the text of one section, with the sources of its figures from elsewhere.

    `sources` takes the place of those that the section has; None keeps them. A source whose sentence is not in the text
    is left out.

    Raises Refused if the paper has been submitted, and Stale if the section has changed since version `seen`.
    """
    decision = locked(decision)
    _must_be_with_writers(decision, "write section")
    section = (
        DecisionSection.objects.select_for_update(of=("self",))
        .select_related("decision")
        .get(decision=decision, key=key)
    )
    must_be_current(section, seen)
    earlier = elsewhere.read(section.figure_sources)
    kept = [each.as_json() for each in elsewhere.still_there(text, earlier if sources is None else sources)]
    before, facts = {"text": section.text}, {"text": text}
    if kept != section.figure_sources:
        before |= {"figures from elsewhere": _in_words(section.figure_sources)}
        facts |= {"figures from elsewhere": _in_words(kept)}
    section.text, section.figure_sources, section.written_by, section.written_at = text, kept, by, at
    section.version += 1
    section.save()
    section.drafts.filter(person=by).delete()
    audit.record("write section", section, round=decision.round, by=by, at=at, before=before, facts=facts)


def _in_words(sources: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(f"{each['figure']}: {each['source']}" for each in sources)


@transaction.atomic
def spell_text(
    *, decision: Decision, key: str, printed: str, reason: str, by: User, at: datetime, seen: int | None = None
) -> None:
    """Save what the paper prints instead of a text that it cannot print or publish, in place of an earlier answer.

    `key` is that of an `Unprinted` of this paper. Raises Refused if it has no such text, or if what is to be printed
    cannot be printed either or leaves nothing.
    """
    decision = locked(decision)
    _must_be_with_writers(decision, "spell text")
    must_be_current(decision, seen)
    having = [each for each in submission.unprinted(decision, at=at) if each.key == key]
    if not having:
        raise Refused("Choose a text that this paper cannot print", field="key")
    if runs := unprintable(printed):
        raise Refused(f"The paper cannot print {named(runs[0])} either", field="printed")
    if is_formula(printed):
        raise Refused(COMPUTED, field="printed")
    if not printed and any(each.is_whole for each in having):
        raise Refused("Enter what is printed instead: without this text nothing would be left", field="printed")
    run = having[0].run
    before = next(({"printed": each["printed"]} for each in decision.spellings if each["text"] == run), {})
    others = [each for each in decision.spellings if each["text"] != run]
    decision.spellings = [*others, {"text": run, "printed": printed, "reason": reason}]
    decision.version += 1
    decision.save(update_fields=["spellings", "version"])
    facts = {"text": run, "printed": printed}
    record("spell text", decision, by, at, because=reason, before=before, facts=facts)


@transaction.atomic
def write_part_two(
    *, decision: Decision, text: str, exemption: str, by: User, at: datetime, seen: int | None = None
) -> None:
    """Save Part 2, which is exempt from publication. The trail records that it was written, but not its text."""
    decision = locked(decision)
    _must_be_with_writers(decision, "write part 2")
    part_two = PartTwo.objects.select_for_update().filter(decision=decision).first() or PartTwo(
        decision=decision, version=0
    )
    must_be_current(part_two, seen)
    part_two.text, part_two.exemption, part_two.written_by, part_two.written_at = text, exemption, by, at
    part_two.version += 1
    part_two.save()
    record("write part 2", decision, by, at, facts={"exemption": exemption})


# Submitting, asking, returning


@transaction.atomic
def submit_pack(*, decision: Decision, by: User, at: datetime, seen: int | None = None) -> Pack:
    """Freeze the paper as a new version and send it to the office.

    Raises NotReconciled, with every problem, if the paper does not reconcile to the penny or a statement is wrong.
    """
    decision = locked(decision)
    must_be_current(decision, seen)
    _must_be_with_writers(decision, "submit pack")
    must_not_be_in_flight(decision.round)
    version = (decision.packs.aggregate(last=Max("version"))["last"] or 0) + 1
    head = audit.head(decision.round)
    drafted = submission.of(decision, at=at, version=version, trail_head=head)
    if drafted.problems:
        raise NotReconciled(drafted.problems)
    if Query.objects.filter(pack__decision=decision, answered_at=None).exists():
        raise Refused("Answer the open queries before you submit the paper.")
    made = pack.freeze(drafted.paper)
    frozen = Pack.objects.create(
        decision=decision,
        version=version,
        trail_head=head,
        **made.fields(),
        submitted_by=by,
        submitted_at=at,
    )
    _make_items(frozen, pack.read(frozen))
    move(decision, "submit pack")
    record("submit pack", decision, by, at, facts={"version": version, "sha256": made.sha256, "trail head": head})
    return frozen


def _make_items(frozen: Pack, paper: dict[str, Any]) -> None:
    by_reference = {award.reference: award for award in frozen.decision.round.awards.all()}
    contracts = {contract.reference: contract for contract in frozen.decision.round.single_tender_actions.all()}
    asked = {item.reference: item for item in PaperItem.objects.filter(decision__round=frozen.decision.round)}
    items: list[DecisionItem] = []
    for recommendation in paper["recommendations"]:
        common = {"decision": frozen.decision, "pack": frozen, "recommendation": recommendation["number"]}
        if recommendation["verb"] == DecisionItem.Verb.NOTE:
            label = recommendation["text"][0].upper() + recommendation["text"][1:]
            items.append(
                DecisionItem(
                    **common,
                    number=len(items) + 1,
                    verb=DecisionItem.Verb.NOTE,
                    label=label,
                    amount=_amount(recommendation["amount"]),
                    # Computed notes list grants; a note in a writer's words is the one item that it lists.
                    paper_item=next((asked.get(item["reference"]) for item in recommendation["items"]), None),
                )
            )
            continue
        for item in recommendation["items"]:
            items.append(
                DecisionItem(
                    **common,
                    number=len(items) + 1,
                    verb=recommendation["verb"],
                    label=item["label"],
                    amount=_amount(item["amount"]),
                    award=by_reference.get(item["reference"]),
                    contract=contracts.get(item["reference"]),
                    paper_item=asked.get(item["reference"]),
                )
            )
    DecisionItem.objects.bulk_create(items)


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@transaction.atomic
def query_pack(*, decision: Decision, about: str, question: str, by: User, at: datetime) -> Query:
    """Ask a question about one place in the newest pack. `about` is the key of the place in `places`.

    Raises Refused if the pack is not with the office, or has no such place.
    """
    decision = locked(decision)
    must_allow(decision, "query pack", "Only a pack that is with the office can be queried")
    current = current_pack(decision)
    place = next((each for each in places.places(pack.read(current)) if each.key == about), None)
    if place is None:
        raise Refused("Choose a place in this version of the paper", field="about")
    query = Query.objects.create(
        pack=current,
        number=current.queries.count() + 1,
        about=place.label[:200],
        anchor=place.anchor,
        question=question,
        asked_by=by,
        asked_at=at,
    )
    facts = {"about": query.about}
    audit.record("query pack", query, round=decision.round, by=by, at=at, because=question, facts=facts)
    return query


@transaction.atomic
def answer_query(*, query: Query, answer: str, by: User, at: datetime) -> None:
    """Answer a query from the office. Raises Refused if it has already been answered."""
    decision = locked(query.pack.decision)
    query = Query.objects.select_for_update(of=("self",)).select_related("pack__decision").get(pk=query.pk)
    if query.answered_at:
        raise Refused("This query has already been answered")
    query.answer, query.answered_by, query.answered_at = answer, by, at
    query.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("answer query", query, round=decision.round, by=by, at=at, because=answer)


@transaction.atomic
def return_pack(*, decision: Decision, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Return the pack to its writers. This version does not change; the next one has the next number."""
    decision = locked(decision)
    must_be_current(decision, seen)
    states.must_allow(decision, "return pack", "Only a pack that is submitted and not signed can be returned")
    move(decision, "return pack")
    record("return pack", decision, by, at, because=reason)


@transaction.atomic
def put_forward(*, decision: Decision, by: User, at: datetime, seen: int | None = None) -> None:
    """Send the pack to the decider. Raises Refused while a query is open."""
    decision = locked(decision)
    must_be_current(decision, seen)
    must_allow(decision, "put forward pack", "Only a pack that is with the office can be put forward")
    if current_pack(decision).queries.filter(answered_at=None).exists():
        raise Refused("Answer the open queries before you put the pack forward.")
    move(decision, "put forward pack")
    record("put forward pack", decision, by, at, facts={"version": current_pack(decision).version})


# Publishing


@transaction.atomic
def defer_publication(
    *, decision: Decision, until: date, reason: str, by: User, at: datetime, seen: int | None = None
) -> None:
    """Defer the publication of a signed decision until a day. The register shows only the day and the reason.

    It can be deferred again, and published on any day. Raises Refused if the day is not in the future.
    """
    decision = locked(decision)
    must_be_current(decision, seen)
    must_allow(decision, "defer publication", "Only a signed decision can have its publication deferred")
    if until <= day_of(at):
        raise Refused("The day must be in the future", field="until")
    if withheld.names_of(decision.round).in_text(reason):
        raise Refused("The reason is published. Leave out the names that are withheld", field="reason")
    before = {"until": decision.deferred_until} if decision.deferred_until else {}
    decision.deferred_until, decision.deferral_reason = until, reason.strip()
    move(decision, "defer publication", "deferred_until", "deferral_reason")
    record("defer publication", decision, by, at, because=reason, before=before, facts={"until": until})


@transaction.atomic
def publish_decision(*, decision: Decision, by: User, at: datetime, seen: int | None = None) -> None:
    """Publish a signed decision in the public register."""
    decision = locked(decision)
    must_be_current(decision, seen)
    must_allow(decision, "publish decision", "Only a signed decision can be published")
    # Two decisions can be signed at one instant, and then the order is taken from their records.
    own_record = DecisionRecord.objects.filter(decision=decision).values("pk")
    before = Q(signed_at__lt=decision.signed_at) | Q(signed_at=decision.signed_at, record__lt=Subquery(own_record))
    earlier = Decision.objects.filter(before, round=decision.round, published_at=None)
    if waiting := earlier.first():
        # The data of every later paper of the round contains its figures.
        raise Refused(f"{waiting.reference} was signed earlier and has not been published. Publish it first.")
    registering.enter(decision.record)
    decision.published_at = at
    move(decision, "publish decision", "published_at")
    record("publish decision", decision, by, at, facts={"sha256": decision.record.sha256})


def current_pack(decision: Decision) -> Pack:
    """Return the newest pack of a decision, without loading its rendered page and PDF."""
    return decision.packs.defer("html", "pdf").select_related("submitted_by").order_by("-version")[0]


def locked(decision: Decision) -> Decision:
    """Lock the round, then the decision, and return it. Only for transitions of a decision, as are the three below."""
    round = rounds.lock(decision.round)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("decided_by").get(pk=decision.pk)
    decision.round = round
    return decision


def _must_be_with_writers(decision: Decision, verb: str) -> None:
    refusal = f"{decision.reference} has been submitted. You can change its text only if the office returns it."
    states.must_allow(decision, verb, refusal)


def must_allow(decision: Decision, verb: str, rule: str) -> None:
    """Raise Refused, with the rule and the state of the paper, if that state does not allow the verb."""
    state = decision.get_state_display()
    states.must_allow(decision, verb, f"{rule}. {decision.reference} is now “{state}”.")


def move(decision: Decision, verb: str, *also: str) -> None:
    """Move the paper to the state that follows the verb, and save it with the fields named in `also`."""
    states.move(decision, verb)
    decision.version += 1
    decision.save(update_fields=["state", "version", *also])


def record(
    action: str,
    decision: Decision,
    by: User,
    at: datetime,
    *,
    because: str = "",
    before: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    audit.record(action, decision, round=decision.round, by=by, at=at, because=because, before=before, facts=facts)
