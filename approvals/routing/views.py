"""Pages of routes, approvals, payments and limits."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.access import award_or_404, condition_or_404, match_funding_or_404
from approvals.models import Approval, Award, DecisionItem, DelegationRule, MatchFunding
from approvals.reconciliation import parts, position
from approvals.routing import (
    approving,
    awards,
    commitments,
    conditions,
    duties,
    listing,
    matching,
    profiles,
    withholding,
)
from approvals.routing import limits as rule_transitions
from approvals.routing.facts import RouteFacts
from approvals.routing.forms import (
    ApprovableForm,
    ApproveForm,
    ConfirmRuleForm,
    EscalateForm,
    MatchFundingForm,
    MeetConditionForm,
    PaymentForm,
    RuleForm,
    WithholdForm,
)
from grants import money
from grants.access import Request, allow, enter, holdings, must, round_or_404
from grants.counting import counted
from grants.forms import ConfirmForm, ReasonForm, SeenReasonForm, attempt
from grants.models import Round
from grants.pages import LONG_PAGE, form_page, page_of, whole_number


def _address(name: str, round: Round) -> str:
    return reverse(f"approvals:{name}", args=[round.reference])


# Routes


@allow("see routes")
@require_GET
def routes(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see routes")
    sums = commitments.of_round(round=this_round)
    page = page_of(request, listing.listed(this_round), size=LONG_PAGE)
    context = {
        "page": page,
        "sums": sums,
        "groups": listing.groups(page, sums, this_round),
        "warned": listing.warned(this_round),
    }
    return render(request, "approvals/routing/routes.html", context)


@allow("route awards")
def route_awards(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "route awards")
    return form_page(
        request,
        "approvals/routing/route_awards.html",
        ConfirmForm(request.POST or None),
        lambda data: awards.route_awards(round=this_round, by=request.user, at=timezone.now()),
        done=lambda changed: f"You routed {counted(changed, 'grant')}",
        to=_address("routes", this_round),
        waiting=Award.objects.live().filter(round=this_round, route="").count(),
    )


@allow("clear warning")
def clear_warning(request: Request, reference: str) -> HttpResponse:
    this_award = award_or_404(request, reference, "clear warning")
    return form_page(
        request,
        "approvals/routing/clear_warning.html",
        SeenReasonForm(request.POST or None, initial={"version": this_award.version}),
        lambda data: awards.clear_warning(
            award=this_award, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You cleared the warning on {this_award.bid.title}",
        to=_address("routes", this_award.round),
        award=this_award,
    )


@allow("escalate award")
def escalate_award(request: Request, reference: str) -> HttpResponse:
    this_award = award_or_404(request, reference, "escalate award")
    return form_page(
        request,
        "approvals/routing/escalate_award.html",
        EscalateForm(request.POST or None, initial={"version": this_award.version}),
        lambda data: awards.escalate_award(
            award=this_award, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You sent {this_award.bid.title} to the {this_award.round.body.offices.decider_short}",
        to=reverse("approvals:award", args=[this_award.reference]),
        award=this_award,
    )


# Recipients that are withheld


@allow("withhold recipient")
def withhold_recipient(request: Request, reference: str) -> HttpResponse:
    this_award = award_or_404(request, reference, "withhold recipient")
    initial = {
        "version": this_award.version,
        "ground": this_award.withheld,
        "title": this_award.public_title,
        "purpose": this_award.public_purpose,
    }
    return form_page(
        request,
        "approvals/routing/withhold_recipient.html",
        WithholdForm(request.POST or None, initial=initial),
        lambda data: withholding.withhold_recipient(
            award=this_award,
            seen=data.pop("version"),
            terms=withholding.Withholding(**data),
            by=request.user,
            at=timezone.now(),
        ),
        done=f"You withheld the recipient of {this_award.bid.title}",
        to=reverse("approvals:award", args=[this_award.reference]),
        award=this_award,
    )


@allow("name recipient")
def name_recipient(request: Request, reference: str) -> HttpResponse:
    this_award = award_or_404(request, reference, "name recipient")
    return form_page(
        request,
        "approvals/routing/name_recipient.html",
        SeenReasonForm(request.POST or None, initial={"version": this_award.version}),
        lambda data: withholding.name_recipient(
            award=this_award, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"The recipient of {this_award.bid.title} is no longer withheld",
        to=reverse("approvals:award", args=[this_award.reference]),
        award=this_award,
    )


# Approvals


@allow("see approvals")
@require_GET
def approvals(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see approvals")
    waiting = page_of(request, listing.waiting(this_round), size=LONG_PAGE, name="waiting")
    hands = approving.hands(waiting)
    rows = [
        (
            grant,
            "Its routing warning must be cleared first."
            if grant.warning_open
            else duties.why_not_approve(request.user.username, hands[grant.pk]),
        )
        for grant in waiting
    ]
    may_approve = holdings(request.user).may("approve award", this_round)
    # The page that approves sends people back here when they selected nothing.
    form = ApprovableForm({} if request.GET.get("nothing") else None, waiting=rows, may_approve=may_approve)
    context = {
        "form": form,
        "may_approve": may_approve,
        "rows": rows,
        "open": sum(1 for _, reason in rows if not reason),
        "waiting": waiting,
        "tallies": listing.tallies(this_round),
        "page": page_of(request, listing.approvals_of(this_round)),
    }
    return render(request, "approvals/routing/approvals.html", context)


@allow("approve award")
def approve_awards(request: Request, round: str) -> HttpResponse:
    """Check the selected grants before approving them. A POST with `reason` approves."""
    this_round = round_or_404(request, round, "approve award")
    confirmed = request.method == "POST" and "reason" in request.POST
    chosen = request.POST.getlist("awards")
    awards_chosen = list(Award.objects.for_routes().filter(round=this_round, reference__in=chosen))
    form = ApproveForm(request.POST if confirmed else None, round=this_round, initial={"awards": chosen})
    if confirmed and form.is_valid():
        data = form.cleaned_data
        seen = {reference: whole_number(request.POST.get(f"version-{reference}", "")) for reference in chosen}
        made = attempt(
            form,
            lambda: approving.approve_awards(
                awards=list(data["awards"]),
                conditions=data["conditions"],
                before_payment=data["before_payment"],
                reason=data["reason"],
                seen=seen,
                by=request.user,
                at=timezone.now(),
            ),
        )
        if made:
            request.session["approved"] = [approval.reference for approval in made]
            return redirect("approvals:approved", this_round.reference)
    if not awards_chosen:
        return redirect(reverse("approvals:approvals", args=[this_round.reference]) + "?nothing=chosen")
    total = money.total([grant.amount for grant in awards_chosen])
    context = {
        "form": form,
        "awards": awards_chosen,
        "total": total,
        "back": reverse("approvals:approvals", args=[this_round.reference]),
    }
    return render(request, "approvals/routing/approve_awards.html", context)


@allow("approve award")
@require_GET
def approved(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "approve award")
    made = Approval.objects.filter(
        award__round=this_round, approved_by=request.user, reference__in=request.session.get("approved", [])
    ).select_related("award__bid")
    total = money.total([approval.amount for approval in made])
    return render(request, "approvals/routing/approved.html", {"made": made, "total": total})


@allow("see award")
@require_GET
def award(request: Request, reference: str) -> HttpResponse:
    this_award = award_or_404(request, reference, "see award")
    context: dict[str, Any] = {
        "award": this_award,
        "facts": RouteFacts.read(this_award.routed_as),
        "approvals": this_award.approvals.select_related("approved_by"),
        "payments": this_award.payments.select_related("recorded_by", "lifted_in", "named__organisation"),
        "named": this_award.named.select_related("organisation", "recorded_by").prefetch_related("payments"),
        "conditions": this_award.conditions.select_related("recorded_by", "ended_in", "replaced_by"),
        "decided": DecisionItem.objects.signed()
        .filter(award=this_award, answer__in=[DecisionItem.Answer.REFUSED, DecisionItem.Answer.DEFERRED])
        .select_related("pack__decision")
        .order_by("pk"),
        "in_flight": commitments.in_flight(this_award.round),
        "years": profiles.rows(this_award),
        "match_funding": this_award.match_funding.filter(state=MatchFunding.State.STATED),
    }
    if this_award.is_payable:
        context["places"] = parts.places(position.grant(this_award))
    return render(request, "approvals/routing/award.html", context)


@allow("record payment")
def record_payment(request: Request, reference: str) -> HttpResponse:
    this_award = award_or_404(request, reference, "record payment")
    return form_page(
        request,
        "approvals/routing/record_payment.html",
        PaymentForm(request.POST or None, initial={"version": this_award.version}, award=this_award),
        lambda data: approving.record_payment(
            award=this_award,
            seen=data.pop("version"),
            details=approving.PaymentDetails(**data),
            by=request.user,
            at=timezone.now(),
        ),
        done=lambda made: f"You recorded the payment as {made.reference}",
        to=reverse("approvals:award", args=[this_award.reference]),
        award=this_award,
        conditions=this_award.conditions.standing().select_related("recorded_by", "ended_in", "replaced_by"),
    )


@allow("keep match funding")
def keep_match_funding(request: Request, reference: str) -> HttpResponse:
    this_award = award_or_404(request, reference, "keep match funding")
    return form_page(
        request,
        "approvals/routing/keep_match_funding.html",
        MatchFundingForm(request.POST or None),
        lambda data: matching.keep_match_funding(award=this_award, **data, by=request.user, at=timezone.now()),
        done=lambda made: f"You recorded {made}",
        to=reverse("approvals:award", args=[this_award.reference]),
        award=this_award,
    )


@allow("withdraw match funding")
def withdraw_match_funding(request: Request, reference: str) -> HttpResponse:
    match_funding = match_funding_or_404(request, reference, "withdraw match funding")
    return form_page(
        request,
        "approvals/routing/withdraw_match_funding.html",
        ReasonForm(request.POST or None),
        lambda data: matching.withdraw_match_funding(
            match_funding=match_funding, **data, by=request.user, at=timezone.now()
        ),
        done=f"You withdrew {match_funding}",
        to=reverse("approvals:award", args=[match_funding.award.reference]),
        match_funding=match_funding,
    )


@allow("meet condition")
def meet_condition(request: Request, reference: str) -> HttpResponse:
    condition = condition_or_404(request, reference, "meet condition")
    return form_page(
        request,
        "approvals/routing/meet_condition.html",
        MeetConditionForm(request.POST or None, initial={"version": condition.version}),
        lambda data: conditions.meet_condition(
            condition=condition,
            evidence=data["evidence"],
            met_on=data["met_on"],
            seen=data["version"],
            by=request.user,
            at=timezone.now(),
        ),
        done="You recorded that the condition is met",
        to=reverse("approvals:award", args=[condition.award.reference]),
        condition=condition,
    )


@allow("undo condition")
def undo_condition(request: Request, reference: str) -> HttpResponse:
    condition = condition_or_404(request, reference, "undo condition")
    return form_page(
        request,
        "approvals/routing/undo_condition.html",
        SeenReasonForm(request.POST or None, initial={"version": condition.version}),
        lambda data: conditions.undo_condition(
            condition=condition, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done="You recorded that the condition is not met",
        to=reverse("approvals:award", args=[condition.award.reference]),
        condition=condition,
    )


# Rules of delegation


@allow("see rules")
@require_GET
def rules(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see rules")
    rows = DelegationRule.objects.filter(round=this_round).select_related("proposed_by", "confirmed_by")
    return render(request, "approvals/routing/rules.html", {"rows": rows})


@allow("propose rule")
def propose_rule(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "propose rule")
    return form_page(
        request,
        "approvals/routing/propose_rule.html",
        RuleForm(request.POST or None),
        lambda data: rule_transitions.propose_rule(
            round=this_round, terms=rule_transitions.RuleTerms(**data), by=request.user, at=timezone.now()
        ),
        done="You proposed the limit. It applies once a lead confirms it.",
        to=_address("rules", this_round),
    )


@allow("confirm rule")
def confirm_rule(request: Request, reference: str) -> HttpResponse:
    rule = get_object_or_404(DelegationRule.objects.select_related("round", "proposed_by"), reference=reference)
    must(request.user, "confirm rule", rule.round)
    enter(request, rule.round)
    return form_page(
        request,
        "approvals/routing/confirm_rule.html",
        ConfirmRuleForm(request.POST or None),
        lambda data: rule_transitions.confirm_rule(rule=rule, **data, by=request.user, at=timezone.now()),
        done="You confirmed the limit",
        to=_address("rules", rule.round),
        rule=rule,
    )
