"""Pages on which the chair assigns bids (plans, knowledge, letters, interests) and a member declines one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids.access import bid_or_404
from bids.models import Assignment, AssignmentPlan, Bid, Interest, Knowledge
from bids.panel import assignments, chasing, members, reading
from bids.panel.forms import AssignForm, ChaseForm, KnowledgeForm, PlanAssignmentsForm, PlanForm
from bids.panel.interests import waive_interest as waive
from grants.access import Request, allow, enter, must, round_or_404
from grants.counting import counted
from grants.forms import ReasonForm, attempt
from grants.models import Round, User
from grants.pages import form_page, page_of


def panel_page(round: Round) -> str:
    return reverse("bids:panel", args=[round.reference])


@allow("run panel")
def plan_assignments(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "run panel")
    return form_page(
        request,
        "bids/panel/plan_assignments.html",
        PlanAssignmentsForm(request.POST or None, initial={"wanted": this_round.panel.wanted}),
        lambda data: assignments.plan_assignments(round=this_round, **data, by=request.user, at=timezone.now()),
        done="This is the plan. Nothing is assigned until you apply it.",
        to=lambda plan: reverse("bids:assignment_plan", args=[plan.reference]),
        back=panel_page(this_round),
        members=members.members_of(this_round),
        plans=AssignmentPlan.objects.filter(round=this_round)[:10],
    )


@allow("run panel")
def assignment_plan(request: Request, reference: str) -> HttpResponse:
    plan = get_object_or_404(AssignmentPlan.objects.select_related("round"), reference=reference)
    must(request.user, "run panel", plan.round)
    enter(request, plan.round)
    visible = Bid.objects.visible_to(request.user, "change plan").filter(round=plan.round, state=Bid.State.ELIGIBLE)
    page = page_of(request, reading.by_need(visible, plan.wanted, reading.planned(plan)))
    # The order changes with what others assign, so a form that comes back is about the bids that it showed.
    posted = request.POST.get("bids", "").split()
    shown = list(visible.filter(reference__in=posted).order_by("source_reference")) if posted else page.object_list
    grid = reading.plan_grid(plan, shown)
    form = PlanForm(request.POST or None, grid=grid, applied=bool(plan.applied_at), initial={"version": plan.version})
    if request.method == "POST" and form.is_valid():
        answer = attempt(form, lambda: _keep(request, plan, form, grid.references))
        if answer is not None:
            return answer
    context = {"plan": plan, "grid": grid, "page": page, "form": form, "back": panel_page(plan.round)}
    return render(request, "bids/panel/assignment_plan.html", context)


def _keep(request: Request, plan: AssignmentPlan, form: PlanForm, references: list[str]) -> HttpResponse:
    """Save the choices of this page of the plan and, if the button asks for it, apply the whole plan."""
    by, at = request.user, timezone.now()
    seen = form.cleaned_data["version"]
    kept = assignments.change_plan(plan=plan, bids=references, pairs=form.chosen, seen=seen, by=by, at=at)
    if request.POST.get("then") == "apply":
        assigned = assignments.apply_plan(plan=kept, seen=kept.version, by=by, at=at)
        messages.success(request, f"You applied the plan and made {counted(assigned, 'assignment')}")
        return redirect(panel_page(plan.round))
    messages.success(request, "You saved the changes to the plan")
    return redirect(request.get_full_path())


@allow("run panel")
def undo_plan(request: Request, reference: str) -> HttpResponse:
    plan = get_object_or_404(AssignmentPlan.objects.select_related("round"), reference=reference)
    must(request.user, "run panel", plan.round)
    enter(request, plan.round)
    untouched, begun = assignments.of_plan(plan)
    return form_page(
        request,
        "bids/panel/undo_plan.html",
        ReasonForm(request.POST or None),
        lambda data: assignments.undo_plan(plan=plan, **data, by=request.user, at=timezone.now()),
        done=lambda taken: f"You undid the plan and withdrew {counted(taken, 'assignment')}",
        to=panel_page(plan.round),
        plan=plan,
        untouched=len(untouched),
        begun=reading.open_to(request.user, plan.round, begun),
    )


@allow("run panel")
def assign_bid(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "run panel")
    return form_page(
        request,
        "bids/panel/assign_bid.html",
        AssignForm(
            request.POST or None,
            bids=Bid.objects.visible_to(request.user, "assign bid").filter(round=this_round),
            members=members.members_query(this_round),
        ),
        lambda data: assignments.assign(**data, by=request.user, at=timezone.now()),
        done=lambda made: f"You assigned {made.bid.title} to {made.member}",
        to=panel_page(this_round),
    )


@allow("run panel")
def withdraw_assignment(request: Request, reference: str, username: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "run panel")
    current = Assignment.objects.filter(bid=bid, withdrawn_at=None).select_related("bid__round", "member")
    assignment = get_object_or_404(current, member__username=username)
    this_round = bid.round
    return form_page(
        request,
        "bids/panel/withdraw_assignment.html",
        ReasonForm(request.POST or None),
        lambda data: assignments.withdraw_assignment(assignment=assignment, **data, by=request.user, at=timezone.now()),
        done=f"You withdrew {assignment.bid.title} from {assignment.member}",
        to=panel_page(this_round),
        assignment=assignment,
    )


@allow("decline assignment")
def decline_assignment(request: Request, reference: str) -> HttpResponse:
    own = Assignment.objects.filter(member=request.user, withdrawn_at=None)
    assignment = get_object_or_404(own.select_related("bid__round", "bid__recipient"), bid__reference=reference)
    must(request.user, "decline assignment", assignment.bid.round)
    this_round = enter(request, assignment.bid.round)
    return form_page(
        request,
        "bids/panel/decline_assignment.html",
        ReasonForm(request.POST or None),
        lambda data: assignments.decline_assignment(assignment=assignment, **data, by=request.user, at=timezone.now()),
        done=f"You declined {assignment.bid.source_reference}. The chair will ask somebody else to score it.",
        to=reverse("bids:scoring", args=[this_round.reference]),
        assignment=assignment,
    )


@allow("run panel")
def knowledge(request: Request, round: str, username: str) -> HttpResponse:
    this_round = round_or_404(request, round, "run panel")
    member = get_object_or_404(members.members_query(this_round), username=username)
    own = Knowledge.objects.filter(round=this_round, member=member).prefetch_related("themes", "organisations").first()
    initial = {}
    if own:
        themes = [tag.code for tag in own.themes.all()]
        initial = {"themes": themes, "boroughs": own.boroughs, "organisations": list(own.organisations.all())}
    return form_page(
        request,
        "bids/panel/knowledge.html",
        KnowledgeForm(request.POST or None, round=this_round, initial=initial),
        lambda data: assignments.keep_knowledge(
            round=this_round, member=member, **data, by=request.user, at=timezone.now()
        ),
        done=f"You saved what {member.name} knows",
        to=panel_page(this_round),
        member=member,
    )


@allow("run panel")
def chase(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "run panel")
    behind = members.progress_of_members(this_round)
    if not behind:
        return render(request, "bids/panel/chase.html", {"back": panel_page(this_round)})
    address = request.build_absolute_uri(reverse("bids:scoring", args=[this_round.reference]))
    return form_page(
        request,
        "bids/panel/chase.html",
        ChaseForm(request.POST or None, members=User.objects.filter(pk__in=behind).order_by("name")),
        lambda data: chasing.chase(round=this_round, **data, address=address, by=request.user, at=timezone.now()),
        done=lambda written: f"You emailed {counted(written, 'member')}",
        to=panel_page(this_round),
        behind=[row for row in reading.members(this_round) if row.waiting],
    )


@allow("see panel")
@require_GET
def declared_interests(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see panel")
    visible = Bid.objects.visible_to(request.user, "see panel").filter(round=this_round)
    declared = Interest.objects.filter(bid__in=visible, conflicted=True).exclude(member=request.user)
    rows = declared.select_related("bid__recipient", "member", "waived_by").order_by("bid__source_reference", "pk")
    context = {"page": page_of(request, rows), "closed": members.scoring_closed(this_round)}
    return render(request, "bids/panel/declared_interests.html", context)


@allow("run panel")
def waive_interest(request: Request, reference: str, username: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "run panel")
    declared = Interest.objects.barring().filter(bid=bid).select_related("bid__round", "member")
    interest = get_object_or_404(declared, member__username=username)
    return form_page(
        request,
        "bids/panel/waive_interest.html",
        ReasonForm(request.POST or None),
        lambda data: waive(interest=interest, **data, by=request.user, at=timezone.now()),
        done=f"You waived the interest of {interest.member.name} in {bid.source_reference}",
        to=reverse("bids:declared_interests", args=[bid.round.reference]),
        interest=interest,
        bid=bid,
    )
