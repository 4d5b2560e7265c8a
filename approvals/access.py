"""The objects that a page of approvals opens, each answering 404 where this person may not see it."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from approvals.models import (
    Award,
    Condition,
    Decision,
    MatchFunding,
    Pack,
    Scenario,
    SingleTenderAction,
)
from grants.access import Request, enter, holdings, must


def award_or_404(request: Request, reference: str, action: str) -> Award:
    """The grant, where this person may do the action in its round."""
    award = get_object_or_404(Award.objects.visible_to(request.user, action).for_routes(), reference=reference)
    enter(request, award.round)
    return award


def condition_or_404(request: Request, reference: str, action: str) -> Condition:
    """The condition of a grant, where this person may do the action in its round."""
    rows = Condition.objects.select_related("award__bid", "award__round", "recorded_by")
    visible = rows.filter(award__round__in=holdings(request.user).rounds(action))
    condition = get_object_or_404(visible, reference=reference)
    enter(request, condition.award.round)
    return condition


def match_funding_or_404(request: Request, reference: str, action: str) -> MatchFunding:
    """The other money of a grant, where this person may do the action in its round."""
    rows = MatchFunding.objects.select_related("award__bid", "award__round")
    visible = rows.filter(award__in=Award.objects.visible_to(request.user, action))
    match_funding = get_object_or_404(visible, reference=reference)
    enter(request, match_funding.award.round)
    return match_funding


def decision_or_404(request: Request, reference: str, action: str) -> Decision:
    """The decision, where this person may do the action in its round."""
    visible = Decision.objects.filter(round__in=holdings(request.user).rounds(action))
    visible = visible.select_related("round", "amends")
    decision = get_object_or_404(visible, reference=reference)
    enter(request, decision.round)
    return decision


def contract_or_404(request: Request, reference: str, action: str) -> SingleTenderAction:
    """The contract, where this person may do the action in its round."""
    contract = get_object_or_404(SingleTenderAction.objects.select_related("supplier", "round"), reference=reference)
    must(request.user, action, contract.round)
    enter(request, contract.round)
    return contract


def scenario_or_404(request: Request, reference: str, action: str) -> Scenario:
    """The scenario, where this person may do the action in its round."""
    scenarios = Scenario.objects.select_related("round", "made_by", "proposed_by")
    scenario = get_object_or_404(scenarios, reference=reference)
    must(request.user, action, scenario.round)
    enter(request, scenario.round)
    return scenario


def newest_pack_or_404(decision: Decision) -> Pack:
    """The newest version of a paper, without its renders, where it was submitted."""
    frozen = decision.packs.defer("html", "pdf").last()
    if frozen is None:
        raise Http404
    return frozen
