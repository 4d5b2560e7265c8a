"""What approvals add to pages of the lower apps: tasks on the home page, the allocation bar, the path of a bid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from approvals.decisions import deciders, history, submission
from approvals.models import Award, CarryOver, Decision, DelegationRule, Query
from approvals.recipients import naming
from approvals.review import reviewing
from approvals.routing import conditions
from approvals.routing.commitments import RoundSums, sums_of
from bids.models import Bid
from bids.panel import members
from grants import money, states
from grants.access import Holdings, holdings
from grants.days import day_of
from grants.models import AuditEvent, Round, User
from grants.tasks import Segment, Task
from grants.totals import counts_by


def tasks(*, user: User, held: Holdings, rounds: Sequence[Round]) -> dict[int, list[Task]]:
    """Return by round the tasks of leads, advisers, the office and the decider, in the order of the work."""
    of_leads = _of_leads(user, [round for round in rounds if held.may("review bid", round)])
    of_years = _of_carry_overs(user, [round for round in rounds if held.may("confirm carry-over", round)])
    of_decisions = _of_decisions(user, held, rounds)
    return {
        round.pk: [
            *of_leads.get(round.pk, ()),
            *of_years.get(round.pk, ()),
            *of_decisions[round.pk],
        ]
        for round in rounds
    }


def _of_carry_overs(user: User, rounds: Sequence[Round]) -> dict[int, list[Task]]:
    """Return by round the task of a second person: to answer carry-overs that somebody else proposed."""
    others = CarryOver.objects.filter(round__in=rounds, state=CarryOver.State.PROPOSED).exclude(proposed_by=user)
    proposed = counts_by(others, "round")
    return {
        round.pk: [
            Task(
                "Confirm or refuse carry-overs",
                reverse("approvals:carry_overs", args=[round.reference]),
                proposed[round.pk],
            )
        ]
        for round in rounds
        if round.pk in proposed
    }


def _of_recipients(rounds: Sequence[Round], today: date) -> dict[int, list[Task]]:
    """Return by round the task to name the recipients of each direct award whose day for it is near or past.

    Without such a round it asks nothing.
    """
    tasks: dict[int, list[Task]] = {}
    for award in naming.due(rounds, today) if rounds else ():
        bid = award.bid
        task = Task(
            f"Name the recipients of {bid.title}",
            reverse("approvals:award", args=[award.reference]),
            due=bid.named_by,
            hint=f"{bid.described}.",
        )
        tasks.setdefault(award.round_id, []).append(task)
    return tasks


def _of_leads(user: User, rounds: Sequence[Round]) -> dict[int, list[Task]]:
    """Return the tasks of a lead by round, in four queries at most for any number of rounds."""
    today = day_of(timezone.now())
    unconfirmed = DelegationRule.objects.filter(round__in=rounds, confirmed_by=None).exclude(proposed_by=user)
    proposed = counts_by(unconfirmed, "round")
    bids = counts_by(Bid.rows.filter(round__in=rounds), "round", "state")
    grants = Award.objects.live().filter(round__in=rounds).order_by().values("round")
    open_warning = ~Q(warning="") & Q(warning_cleared="")
    waits = Q(route=Award.Route.DELEGATED, state=Award.State.ROUTED)
    counted = grants.annotate(
        described=Count("pk", filter=naming.near(today)),
        unrouted=Count("pk", filter=Q(route="")),
        warned=Count("pk", filter=open_warning),
        waiting=Count("pk", filter=waits),
    )
    by_round: dict[int, Any] = {each["round"]: each for each in counted}
    named = _of_recipients([round for round in rounds if by_round.get(round.pk, {}).get("described")], today)
    return {
        round.pk: [
            *_of_lead(
                round,
                proposed.get(round.pk, 0),
                sum(bids.get((round.pk, state), 0) for state in reviewing.reviewable_bids(round)),
                bids.get((round.pk, Bid.State.ENTERED), 0),
                by_round.get(round.pk, {}),
            ),
            *named.get(round.pk, ()),
        ]
        for round in rounds
    }


def _of_lead(round: Round, proposed: int, recommended: int, entered: int, grants: Mapping[str, int]) -> Iterator[Task]:
    """Yield the tasks of a lead in a round. `grants` counts those that are unrouted, warned and waiting.

    `recommended` bids and `entered` direct awards wait for review.
    """

    def page(name: str) -> str:
        return reverse(f"approvals:{name}", args=[round.reference])

    if proposed:
        yield Task("Confirm the limits of delegation", page("rules"), proposed)
    if recommended:
        yield Task("Review what the panel recommends", page("review"), recommended)
    if entered:
        yield Task("Review direct awards", page("review"), entered, hint="Nobody bid for them.")
    if unrouted := grants.get("unrouted"):
        yield Task("Route the agreed grants", page("routes"), unrouted)
    if warned := grants.get("warned"):
        yield Task("Clear routing warnings", page("routes"), warned, hint="The other key gives a higher route.")
    if waiting := grants.get("waiting"):
        yield Task("Approve delegated grants", page("approvals"), waiting)


def _of_decisions(user: User, held: Holdings, rounds: Sequence[Round]) -> dict[int, list[Task]]:
    """Return the tasks of every paper by round, in a fixed number of queries for any number of rounds and papers."""
    decisions = list(Decision.objects.filter(round__in=rounds))
    queries = Query.objects.filter(pack__decision__round__in=rounds, answered_at=None)
    asked = counts_by(queries, "pack__decision")
    returns = history.all_returned([each for each in decisions if each.state == Decision.State.RETURNED])
    signing = {round.pk for round in rounds if held.may("sign off", round)}
    newest = next((each for each in decisions if each.is_editable and each.round_id in signing), None)
    tasks: dict[int, list[Task]] = {}
    for round in rounds:
        own = [each for each in decisions if each.round_id == round.pk]
        tasks[round.pk] = []
        for decision in own:
            decision.round = round
            tasks[round.pk] += _of_decision(held, decision, returns.get(decision.reference), asked.get(decision.pk, 0))
            if decision.state == Decision.State.DECIDED and held.may("sign decision", round):
                tasks[round.pk] += _signature(user, decision)
        if round.pk in signing:
            tasks[round.pk] += _sign_offs(held, [each for each in own if each.is_editable], newest)
    return tasks


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


def _sign_offs(held: Holdings, written: Sequence[Decision], newest: Decision | None) -> Iterator[Task]:
    """Yield the sign-offs that an adviser still has to give in the papers of a round.

    Working out what a paper would say takes many queries, so only the `newest` of all rounds is read; the others link
    to their page.
    """
    for decision in written:
        if decision is newest:
            yield from _missing_sign_offs(held, decision)
        else:
            address = f"{reverse('approvals:decision', args=[decision.reference])}#sign-offs"
            yield Task(f"See the sign-offs of {decision.reference}", address, hint=decision.title)


def _missing_sign_offs(held: Holdings, decision: Decision) -> Iterator[Task]:
    for row in submission.of(decision, at=timezone.now()).sign_offs:
        if not row.standing.holds and held.may(row.area.action, decision.round):
            address = reverse("approvals:sign_off", args=[decision.reference, row.area.value])
            name = f"Sign off {decision.reference}: {row.area.value}"
            hints = {"void": "It changed after it was signed off.", "objected": "It was not signed off."}
            yield Task(name, address, 1, hint=hints.get(row.standing.state, decision.title), button=name)


def standing(*, held: Holdings, rounds: Sequence[Round]) -> dict[int, str]:
    """Return by round a sentence on where it stands and what comes next, with nothing that this person may not see."""
    seeing = [round for round in rounds if held.may("see decisions", round)]
    newest: dict[int, Decision] = {}
    for decision in Decision.objects.filter(round__in=seeing):
        newest.setdefault(decision.round_id, decision)
    stages = members.stages_of(rounds)
    with_bids = set(Bid.objects.filter(round__in=rounds).order_by().values_list("round", flat=True).distinct())
    return {
        round.pk: _standing(
            round, newest.get(round.pk), stages[round.pk] > members.Stage.SCORING, round.pk in with_bids
        )
        for round in rounds
    }


def _standing(round: Round, decision: Decision | None, closed: bool, has_bids: bool) -> str:
    if decision:
        return f"{decision.reference}: {decision.get_state_display().lower()}."
    if closed:
        return "Scoring has closed. The outcomes and the grants follow."
    if not has_bids:
        return f"Bids come in until {round.closes_on:%-d %B %Y}. Scoring follows."
    until = f" until {round.scoring_closes_on:%-d %B %Y}" if round.scoring_closes_on else ""
    return f"The panel scores{until}. The outcomes follow."


def overview(*, held: Holdings, rounds: Sequence[Round]) -> dict[int, list[Segment]]:
    """Return by round its allocation as a bar: lines and contracts, grants approved and asked for, and what is left."""
    seeing = [round for round in rounds if held.may("see reconciliation", round)]
    return {pk: _bar(sums) for pk, sums in sums_of(seeing).items()} if seeing else {}


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
    standing = award.conditions.standing() if award else ()
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
        rows += [{"label": "Condition", "text": conditions.with_state(each)} for each in standing]
        links.append({"label": "The grant", "address": reverse("approvals:award", args=[award.reference])})
    if held.may("review bid", bid.round) and bid.state in (Bid.State.RECOMMENDED, Bid.State.ENTERED, Bid.State.AGREED):
        links.append({"label": "Review", "address": reverse("approvals:review_bid", args=[bid.reference])})
    if bid.is_direct and held.may("withdraw direct award", bid.round) and states.allows(bid, "withdraw direct award"):
        address = reverse("approvals:withdraw_direct_award", args=[bid.reference])
        links.append({"label": "Withdraw", "address": address})
    return {"steps": steps, "rows": rows, "links": links}
