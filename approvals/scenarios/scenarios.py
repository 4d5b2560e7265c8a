"""Transitions of scenarios, the only writers of them, and the reading of their pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from approvals.enums import Key
from approvals.models import DelegationRule, Scenario, ScenarioItem
from approvals.routing import awards
from approvals.routing.commitments import of_round
from approvals.scenarios.funding import Choice, Effect, Place, effect
from bids.models import Bid, Tag
from bids.panel import members
from bids.scoring import Gate
from grants import audit, money
from grants.bodies import Areas
from grants.days import day_of
from grants.models import Round, User, new_references
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds


def candidates(round: Round, user: User) -> QuerySet[Bid]:
    """Return the bids that a scenario may fund and the user may see, in the order of the ranking.

    They come from outside the force, have failed no gate, and were not rejected or redirected.
    """
    visible = Bid.objects.visible_to(user, "see scenarios").filter(round=round, led_by=Bid.Led.EXTERNAL)
    ranked = visible.filter(standing__isnull=False).exclude(standing__gate=Gate.FAILED)
    return ranked.exclude(state__in=Bid.UNSUCCESSFUL).order_by("standing__position")


@transaction.atomic
def add_scenario(*, round: Round, name: str, by: User, at: datetime) -> Scenario:
    """Add a scenario that funds every bid above the funding line of the ranking in full.

    Raises Refused before the marks are open, and where the round has a scenario of that name.
    """
    round = rounds.lock(round)
    if not members.marks_open(round):
        raise Refused("You can add a scenario once the chair has opened the marks")
    taken = Scenario.objects.values_list("reference", flat=True)
    try:
        with transaction.atomic():
            scenario = Scenario.objects.create(
                round=round, reference=new_references("SCEN", 1, taken)[0], name=name, made_by=by, made_at=at
            )
    except IntegrityError:
        raise Refused(f"A scenario called {name} already exists. Enter another name", field="name") from None
    left = of_round(round=round).for_bids
    above = candidates(round, by).filter(standing__running__lte=left)
    _write(scenario, [(bid, Place.FUND, bid.amount) for bid in above])
    audit.record("keep scenario", scenario, round=round, by=by, at=at, facts={"name": name, "funded": len(above)})
    return scenario


@transaction.atomic
def keep_scenario(
    *, scenario: Scenario, answers: Mapping[str, tuple[Place, Decimal]], seen: int, by: User, at: datetime
) -> Scenario:
    """Save what a scenario does with some bids, by their references; the others stay as they were.

    Amounts are in pounds. Raises Refused for an amount above the amount asked for, for a bid that cannot be funded, and
    for a proposed scenario; Stale where the scenario changed after the page was drawn.
    """
    scenario = _lock(scenario, seen)
    bids = {bid.reference: bid for bid in candidates(scenario.round, by).filter(reference__in=answers)}
    rows = []
    for reference, (place, amount) in answers.items():
        if reference not in bids:
            raise Refused("A bid on this page can no longer be funded. Open the page again")
        if amount > bids[reference].amount:
            asked = money.pounds(bids[reference].amount)
            raise Refused(f"Amount must be no more than the {asked} asked for", field=f"{reference}-amount")
        rows.append((bids[reference], place, amount))
    _write(scenario, rows)
    scenario.version += 1
    scenario.save(update_fields=["version"])
    facts = {reference: f"{place} {amount}" for reference, (place, amount) in answers.items()}
    audit.record("keep scenario", scenario, round=scenario.round, by=by, at=at, facts={"items": facts})
    return scenario


@transaction.atomic
def draw_line(*, scenario: Scenario, places: int, seen: int, by: User, at: datetime) -> Scenario:
    """Fund the first `places` bids of the ranking in full, and none below them. Raises as `keep_scenario` does."""
    scenario = _lock(scenario, seen)
    scenario.items.filter(bid__in=candidates(scenario.round, by)).delete()
    _write(scenario, [(bid, Place.FUND, bid.amount) for bid in candidates(scenario.round, by)[:places]])
    scenario.version += 1
    scenario.save(update_fields=["version"])
    audit.record("keep scenario", scenario, round=scenario.round, by=by, at=at, facts={"line below": places})
    return scenario


def _lock(scenario: Scenario, seen: int | None) -> Scenario:
    rounds.lock(scenario.round)
    scenario = Scenario.objects.select_for_update(of=("self",)).select_related("round").get(pk=scenario.pk)
    must_be_current(scenario, seen)
    if scenario.proposed_at:
        raise Refused("This scenario was proposed to the leadership. Add another scenario to make changes.")
    return scenario


def _write(scenario: Scenario, rows: Sequence[tuple[Bid, Place, Decimal]]) -> None:
    scenario.items.filter(bid__in=[bid.pk for bid, _, _ in rows]).delete()
    ScenarioItem.objects.bulk_create(
        ScenarioItem(scenario=scenario, bid=bid, place=place, amount=amount)
        for bid, place, amount in rows
        if place is not Place.NONE
    )


@transaction.atomic
def propose_scenario(*, scenario: Scenario, reason: str, seen: int, by: User, at: datetime) -> Scenario:
    """Propose a scenario to the leadership, in place of any that was proposed before.

    Raises Refused where it takes more than is left for grants, or funds nothing.
    """
    scenario = _lock(scenario, seen)
    proposed = effect_of(scenario.round, choices(scenario, by), at)
    if not proposed.funded.count:
        raise Refused("Fund at least one bid before you propose the scenario")
    if proposed.spare < 0:
        raise Refused(
            f"The scenario takes {money.pounds(-proposed.spare)} more than is left for grants. "
            "Fund fewer bids or smaller amounts"
        )
    others = Scenario.objects.filter(round=scenario.round, proposed_at__isnull=False)
    replaced = list(others.values_list("name", flat=True))
    others.update(proposed_at=None, proposed_by=None, proposed_because="")
    scenario.proposed_at, scenario.proposed_by, scenario.proposed_because = at, by, reason
    scenario.version += 1
    scenario.save(update_fields=["proposed_at", "proposed_by", "proposed_because", "version"])
    facts = {"grants": proposed.funded.count, "amount": proposed.funded.total, "in place of": replaced}
    audit.record("propose scenario", scenario, round=scenario.round, by=by, at=at, because=reason, facts=facts)
    return scenario


def proposed_amount(bid: Bid) -> Decimal | None:
    """Return the amount in pounds that the proposed scenario gives a bid; None where it gives none."""
    item = ScenarioItem.objects.filter(bid=bid, place=Place.FUND, scenario__proposed_at__isnull=False).first()
    return item.amount if item else None


# Reading

# What a scenario does with bids, by their references: the place, and the amount in pounds.
Answers = Mapping[str, tuple[Place, Decimal]]


def choices(scenario: Scenario, user: User, answers: Answers | None = None) -> list[Choice]:
    """Return the bids that a scenario funds or holds in reserve.

    `answers` replace what is saved for their bids, without being saved. Their bids are all returned, even those that
    are neither funded nor held in reserve; other such bids are left out, since a round may have thousands.
    """
    kept = {item.bid_id: (Place(item.place), item.amount) for item in scenario.items.all()}
    bids = candidates(scenario.round, user).filter(Q(pk__in=kept) | Q(reference__in=answers or ()))
    return [
        _choice(bid, (answers or {}).get(bid.reference) or kept[bid.pk])
        for bid in bids.select_related("recipient", "family").prefetch_related("tags")
    ]


def _choice(bid: Bid, answer: tuple[Place, Decimal]) -> Choice:
    place, amount = answer
    return Choice(
        reference=bid.reference,
        asked=bid.amount,
        place=place,
        amount=amount,
        family=bid.family.name if bid.family else "",
        recipient=bid.bidder,
        boroughs=tuple(bid.boroughs),
        themes=tuple(tag.label for tag in bid.tags.all() if tag.kind == Tag.Kind.THEME),
    )


def effect_of(round: Round, chosen: Sequence[Choice], at: datetime) -> Effect:
    """Return the effect of the choices by the limit of the day. Raises Refused where no confirmed limit is in force."""
    _, limit = awards.limit_on(round, DelegationRule.Kind.GRANT, day_of(at))
    return effect(chosen, left=of_round(round=round).for_bids, limit=limit, key=Key(round.routing_key))


@dataclass(frozen=True, slots=True)
class Difference:
    """A bid that two scenarios treat differently."""

    bid: Bid
    first: Choice
    second: Choice


def differences(first: Sequence[Choice], second: Sequence[Choice]) -> list[Difference]:
    """Return the bids that two scenarios treat differently, in the order of the ranking."""
    one, other = ({choice.reference: choice for choice in side} for side in (first, second))
    bids = Bid.objects.filter(reference__in=one.keys() | other.keys()).select_related("recipient", "standing")
    rows = []
    for bid in bids.order_by("standing__position"):
        left, right = one.get(bid.reference), other.get(bid.reference)
        row = Difference(bid, left or _not_in(right), right or _not_in(left))
        if _differ(row.first, row.second):
            rows.append(row)
    return rows


def _not_in(choice: Choice | None) -> Choice:
    """Return the choice of a scenario that neither funds the bid nor holds it in reserve."""
    assert choice is not None
    return replace(choice, place=Place.NONE)


def _differ(first: Choice, second: Choice) -> bool:
    if first.place is not second.place:
        return True
    return first.place is Place.FUND and first.amount != second.amount


def uncovered(scenario_effect: Effect, areas: Areas) -> list[str]:
    """Return the names of the areas that no funded bid covers."""
    return [area.name for area in areas.each if area.code not in scenario_effect.boroughs]
