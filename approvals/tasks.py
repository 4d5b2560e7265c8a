"""What approvals add to pages of the lower apps: tasks on the home page, the allocation bar, the path of a bid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from approvals.decisions import deciders, history, submission
from approvals.models import Award, Decision, DelegationRule, Query
from approvals.review import reviewing
from approvals.routing.commitments import RoundSums, of_round
from bids.models import Bid
from bids.panel import members
from grants import money
from grants.access import Holdings, holdings
from grants.models import AuditEvent, Round, User
from grants.tasks import Segment, Task


def tasks(*, user: User, held: Holdings, round: Round) -> Iterator[Task]:
    """Return the tasks of leads, advisers, the office and the decider, in the order of the work."""
    if held.may("review bid", round):
        yield from _of_lead(user, round)
    yield from _of_decisions(user, held, round)


def _of_lead(user: User, round: Round) -> Iterator[Task]:
    def page(name: str) -> str:
        return reverse(f"approvals:{name}", args=[round.reference])

    proposed = DelegationRule.objects.filter(round=round, confirmed_by=None).exclude(proposed_by=user).count()
    if proposed:
        yield Task("Confirm the limits of delegation", page("rules"), proposed)
    recommended = Bid.objects.filter(round=round, state__in=reviewing.reviewable(round)).count()
    if recommended:
        yield Task("Review what the panel recommends", page("review"), recommended)
    grants = Award.objects.live().filter(round=round)
    unrouted = grants.filter(route="").count()
    if unrouted:
        yield Task("Route the agreed grants", page("routes"), unrouted)
    warned = grants.exclude(warning="").filter(warning_cleared="").count()
    if warned:
        yield Task("Clear routing warnings", page("routes"), warned, hint="The other key gives a higher route.")
    waiting = grants.filter(route=Award.Route.DELEGATED, state=Award.State.ROUTED).count()
    if waiting:
        yield Task("Approve delegated grants", page("approvals"), waiting)


def _of_decisions(user: User, held: Holdings, round: Round) -> Iterator[Task]:
    """Return the tasks of every paper of a round, in a fixed number of queries for any number of papers."""
    decisions = list(Decision.objects.filter(round=round))
    queries = Query.objects.filter(pack__decision__round=round, answered_at=None)
    asked = dict(queries.order_by().values_list("pack__decision").annotate(Count("pk")))
    returns = history.all_returned(round, [each for each in decisions if each.state == Decision.State.RETURNED])
    for decision in decisions:
        decision.round = round
        yield from _of_decision(held, decision, returns.get(decision.reference), asked.get(decision.pk, 0))
        if decision.state == Decision.State.DECIDED and held.may("sign decision", round):
            yield from _signature(user, decision)
    if held.may("sign off", round):
        yield from _sign_offs(held, [each for each in decisions if each.is_editable])


def _of_decision(
    held: Holdings, decision: Decision, last_return: AuditEvent | None, open_queries: int
) -> Iterator[Task]:
    states, round = Decision.State, decision.round
    address = reverse("approvals:decision", args=[decision.reference])
    if decision.is_editable and held.may("submit pack", round):
        hint = f"Returned by {last_return.actor_name}: {last_return.because}" if last_return else "A draft"
        yield Task(f"Finish and submit {decision.reference}", address, hint=hint)
    if open_queries and held.may("answer query", round):
        yield Task(f"Answer queries on {decision.reference}", address, open_queries)
    if decision.state == states.SUBMITTED and held.may("put forward pack", round):
        yield Task(
            f"Review {decision.reference}", address, 1, hint=decision.title, button=f"Review {decision.reference}"
        )
    if decision.state == states.READY and held.may("decide items", round):
        decide = reverse("approvals:decide_items", args=[decision.reference])
        button = f"Decide {decision.reference}"
        yield Task(f"Decide {decision.reference}", decide, 1, hint=decision.title, button=button)
    if decision.state == states.SIGNED and held.may("publish decision", round):
        yield Task(f"Publish {decision.reference}", address, 1, due=decision.deferred_until)


def _signature(user: User, decision: Decision) -> Iterator[Task]:
    """Return the task to sign, unless this person has signed with others already. A round has one decided paper."""
    joint = deciders.progress(decision, timezone.now())
    if joint and user.pk in {signature.person_id for signature in joint.signatures}:
        return
    sign = reverse("approvals:sign_decision", args=[decision.reference])
    yield Task(f"Sign {decision.reference}", sign, 1, button=f"Sign {decision.reference}")


def _sign_offs(held: Holdings, written: Sequence[Decision]) -> Iterator[Task]:
    """Return the sign-offs that an adviser still has to give.

    Working out what a paper would say takes many queries, so only the newest is read; the others link to their page.
    """
    for decision in written[1:]:
        address = f"{reverse('approvals:decision', args=[decision.reference])}#sign-offs"
        yield Task(f"See the sign-offs of {decision.reference}", address, hint=decision.title)
    if not written:
        return
    decision = written[0]
    for row in submission.of(decision, at=timezone.now()).sign_offs:
        if not row.standing.holds and held.may(row.area.action, decision.round):
            address = reverse("approvals:sign_off", args=[decision.reference, row.area.value])
            name = f"Sign off {decision.reference}: {row.area.value}"
            hints = {"void": "It changed after it was signed off.", "objected": "It was not signed off."}
            yield Task(name, address, 1, hint=hints.get(row.standing.state, decision.title), button=name)


def standing(*, held: Holdings, round: Round) -> str:
    """Return a sentence on where a round stands and what comes next, with nothing that this person may not see."""
    decision = Decision.objects.filter(round=round).first() if held.may("see decisions", round) else None
    if decision:
        return f"{decision.reference}: {decision.get_state_display().lower()}."
    if members.scoring_closed(round):
        return "Scoring has closed. The outcomes and the grants follow."
    if not Bid.objects.filter(round=round).exists():
        return f"Bids come in until {round.closes_on:%-d %B %Y}. Scoring follows."
    until = f" until {round.scoring_closes_on:%-d %B %Y}" if round.scoring_closes_on else ""
    return f"The panel scores{until}. The outcomes follow."


def overview(*, held: Holdings, round: Round) -> list[Segment]:
    """Return the allocation as one bar: lines and contracts, grants approved, grants asked for, and what is left."""
    if not held.may("see reconciliation", round):
        return []
    return _bar(of_round(round=round))


def _bar(sums: RoundSums) -> list[Segment]:
    parts = [
        ("lines-and-contracts", "Lines and contracts", sums.besides_grants, "held"),
        ("standing-approved", "Grants approved", sums.approved.total, "approved"),
        ("unapproved", "Grants not approved yet", sums.unapproved.total, "proposed"),
        ("underspend", "Left", sums.left, "free"),
    ]
    segments, start = [], 0.0
    for name, label, amount, kind in parts:
        # A share of the bar's width, only for drawing. The exact sums are printed next to the bar.
        width = max(float(amount / sums.allocation) * 100, 0.0)
        segments.append(Segment(name, label, money.pounds(amount), kind, start, width))
        start += width
    return segments


def on_bid(*, user: User, bid: Bid) -> dict[str, Any]:
    """Return what the page of a bid shows of its grant: steps of the path, rows of facts, links."""
    held = holdings(user)
    if not held.may("see award", bid.round):
        return {"steps": [], "rows": [], "links": []}
    award = Award.objects.filter(bid=bid).prefetch_related("approvals", "payments").first()
    agreed = bid.recommendations.filter(answer="agree").last()
    valid = next((each for each in award.approvals.all() if each.invalid_at is None), None) if award else None
    steps = [{"label": "Leadership", "done": bid.state == Bid.State.AGREED, "when": agreed and agreed.made_at}]
    rows, links = [], []
    if agreed and agreed.amount is not None:
        rows.append({"label": "Recommended amount", "text": money.pounds(agreed.amount)})
    if award:
        steps.append({"label": "Routed", "done": bool(award.route), "when": award.routed_at})
        steps.append({"label": "Approved", "done": valid is not None, "when": valid and valid.approved_at})
        if award.route:
            rows.append({"label": "Route", "text": f"{bid.round.body.offices.level(award.route)}. {award.sentence}"})
        links.append({"label": "The grant", "address": reverse("approvals:award", args=[award.reference])})
    if held.may("review bid", bid.round) and bid.state in (Bid.State.RECOMMENDED, Bid.State.AGREED):
        links.append({"label": "Review", "address": reverse("approvals:review_bid", args=[bid.reference])})
    return {"steps": steps, "rows": rows, "links": links}
