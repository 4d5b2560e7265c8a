"""Pages of decision papers: writing, reviewing, deciding, signing, publishing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals import enums
from approvals.access import decision_or_404, newest_pack_or_404
from approvals.decisions import advice, deciders, finding, history, sign_offs, since, submission
from approvals.decisions import writing as transitions
from approvals.decisions.filters import DecisionSearchForm
from approvals.decisions.forms import (
    AnswerForm,
    DecisionForm,
    DeferForm,
    PartTwoForm,
    PlainVersionForm,
    QueryForm,
    SignOffForm,
)
from approvals.models import Award, Decision, PaperItem, PartTwo, Query
from approvals.paper import excerpt, places
from approvals.paper import pack as packs
from approvals.paper.sections import BY_KEY
from approvals.recipients import naming
from approvals.reconciliation.sums import Discrepancy
from approvals.routing.commitments import of_round
from grants import search, states
from grants.access import Request, allow, holdings, must, round_or_404
from grants.forms import SeenReasonForm
from grants.pages import LONG_PAGE, form_page, page_of


def _address(decision: Decision) -> str:
    return reverse("approvals:decision", args=[decision.reference])


@allow("see decisions")
@require_GET
def decisions(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see decisions")
    form = DecisionSearchForm(request.GET)
    sought = search.read(form.cleaned_data["q"]) if form.is_valid() else None
    rows = finding.decisions(this_round, sought)
    context = {"rows": rows, "form": form, "hits": finding.Hits(sought, rows) if sought else None}
    return render(request, "approvals/decisions/decisions.html", context)


def _shown(request: Request, decision: Decision, problems: list[Discrepancy]) -> list[tuple[str, str]]:
    """Return the problems that block submission, each with the page where this person can correct it, or empty."""
    may_write = holdings(request.user).may("write section", decision.round)
    return [
        (problem.message, _cause(decision, problem) if may_write or problem.check not in _WRITTEN else "")
        for problem in problems
    ]


# The checks that only a writer of the paper can satisfy.
_WRITTEN = frozenset({"section", "figure", "prose", "character", "amendment"})


def _cause(decision: Decision, problem: Discrepancy) -> str:
    """Return the address of the page where a problem can be corrected."""
    reference, _, key = problem.reference.partition(" ")
    if reference == decision.reference and key.startswith("ITM-"):
        return reverse("approvals:change_item", args=[reference, key])
    if reference == decision.reference and key in BY_KEY:
        return reverse("approvals:edit_section", args=[reference, key])
    if problem.check == "character":
        return reverse("approvals:spell_text", args=[decision.reference])
    if problem.check == "amendment":
        return f"{_address(decision)}#changes"
    if problem.check == "sign-off":
        return f"{_address(decision)}#sign-offs"
    if reference.startswith("AWD-"):
        return reverse("approvals:award", args=[reference])
    if reference.startswith("STA-"):
        return reverse("approvals:single_tender_action", args=[reference])
    return reverse("approvals:reconciliation", args=[decision.round.reference])


@allow("prepare decision")
def add_decision(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "prepare decision")
    return form_page(
        request,
        "approvals/decisions/add_decision.html",
        DecisionForm(request.POST or None, round=this_round),
        lambda data: transitions.prepare_decision(round=this_round, **data, by=request.user, at=timezone.now()),
        done=lambda opened: f"You opened {opened.reference}. Write its sections next.",
        to=lambda opened: _address(opened),
        back=reverse("approvals:decisions", args=[this_round.reference]),
    )


@allow("see decisions")
@require_GET
def decision(request: Request, reference: str) -> HttpResponse:
    this_decision = decision_or_404(request, reference, "see decisions")
    frozen = this_decision.packs.defer("pdf").select_related("submitted_by").last()
    context: dict[str, Any] = {
        "decision": this_decision,
        "pack": frozen,
        "packs": this_decision.packs.defer("html", "pdf", "canonical"),
        "allowed": [verb for verb in Decision.TRANSITIONS if states.allows(this_decision, verb)],
        "in_flight": this_decision.state in Decision.IN_FLIGHT,
    }
    context["written"] = history.last_written(this_decision)
    if this_decision.is_editable:
        drafted = submission.of(this_decision, at=timezone.now())
        lists = {
            name: page_of(request, excerpt.numbered(drafted.paper, name), size=LONG_PAGE, name=name)
            for name in excerpt.LISTS
        }
        context |= {"paper_html": packs.html(excerpt.excerpt(drafted.paper, lists)), "paper": drafted.paper}
        context |= {"sign_offs": drafted.sign_offs}
        context["lists"] = [(name, excerpt.LISTS[name], each) for name, each in lists.items() if each.has_other_pages()]
        context["problems"] = _shown(request, this_decision, drafted.problems)
        wrong = Counter(problem.reference for problem in drafted.problems)
        context["parts"] = [
            (part, section, wrong[f"{this_decision.reference} {part.key}"]) for part, section in context["written"]
        ]
        context["returned"] = (
            history.returned(this_decision) if this_decision.state == Decision.State.RETURNED else None
        )
    elif frozen:
        record = getattr(this_decision, "record", None)
        page = since.shown(record, of_round(round=this_decision.round)) if record else packs.checked_html(frozen)
        context |= {"paper_html": page, "paper": packs.read(frozen)}
    context["queries"] = Query.objects.filter(pack__decision=this_decision).select_related(
        "asked_by", "answered_by", "pack"
    )
    context["joint"] = deciders.progress(this_decision, timezone.now())
    context["amended_by"] = this_decision.amended_by.exclude(signed_at=None)
    context["changes"] = (
        this_decision.changes.select_related("award__bid", "proposed_by") if this_decision.is_editable else ()
    )
    if this_decision.is_editable:
        context["paper_items"] = PaperItem.objects.open_in(this_decision)
    context["has_part_two"] = PartTwo.objects.filter(decision=this_decision).exists() or (
        Award.objects.unnamed_in(this_decision.round).exists()
    )
    return render(request, "approvals/decisions/decision.html", context)


@allow("see part 2")
@require_GET
def part_two(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "see part 2")
    this_part_two = PartTwo.objects.select_related("written_by").filter(decision=decision).first()
    withheld = naming.withheld_in(decision.round)
    if not (this_part_two or withheld):
        raise Http404
    context = {"decision": decision, "part_two": this_part_two, "withheld": withheld}
    return render(request, "approvals/decisions/part_two.html", context)


@allow("write part 2")
def edit_part_two(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "write part 2")
    this_part_two = PartTwo.objects.filter(decision=decision).first()
    initial: dict[str, Any] = {"version": 0}
    if this_part_two:
        initial = {"text": this_part_two.text, "exemption": this_part_two.exemption, "version": this_part_two.version}
    return form_page(
        request,
        "approvals/decisions/edit_part_two.html",
        PartTwoForm(request.POST or None, initial=initial),
        lambda data: transitions.write_part_two(
            decision=decision,
            text=data["text"],
            exemption=data["exemption"],
            seen=data["version"],
            by=request.user,
            at=timezone.now(),
        ),
        done="You saved Part 2. It is kept separately from the paper.",
        to=_address(decision),
        decision=decision,
    )


@allow("sign off")
def sign_off(request: Request, reference: str, area: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "sign off")
    if area not in set(enums.Area):
        raise Http404
    part = enums.Area(area)
    must(request.user, part.action, decision.round)
    drafted = submission.of(decision, at=timezone.now())
    return form_page(
        request,
        "approvals/decisions/sign_off.html",
        SignOffForm(request.POST or None),
        lambda data: sign_offs.sign_off(
            decision=decision,
            area=part,
            **data,
            seen=request.POST.get("seen", ""),
            by=request.user,
            at=timezone.now(),
        ),
        done=f"You recorded your answer on the {part.value} comments",
        to=_address(decision),
        decision=decision,
        area=part,
        paper=drafted.paper,
        section=next((each for each in drafted.paper["sections"] if each["key"] == part.section), None),
        row=next((row for row in drafted.sign_offs if row.area is part), None),
        seen=sign_offs.digest(advice.seen(part, drafted.paper)),
    )


# The life of a pack


@allow("submit pack")
def submit_pack(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "submit pack")
    form = PlainVersionForm(request.POST or None, initial={"version": decision.version})
    problems: list[Discrepancy] = []
    if form.is_valid():
        seen = form.cleaned_data["version"]
        try:
            frozen = transitions.submit_pack(decision=decision, seen=seen, by=request.user, at=timezone.now())
        except transitions.NotReconciled as refused:
            problems = refused.problems
            for problem in problems:
                form.add_error(None, problem.message)
        except transitions.Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, f"You submitted {decision.reference} as version {frozen.version}")
            return redirect("approvals:decision", decision.reference)
    if decision.is_editable and not problems:
        problems = submission.of(decision, at=timezone.now()).problems
    back = _address(decision)
    context = {"form": form, "decision": decision, "problems": _shown(request, decision, problems), "back": back}
    return render(request, "approvals/decisions/submit_pack.html", context)


@allow("query pack")
def query_pack(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "query pack")
    pack_places = places.places(packs.read(newest_pack_or_404(decision)))
    return form_page(
        request,
        "approvals/decisions/query_pack.html",
        QueryForm(request.POST or None, pack_places=pack_places),
        lambda data: transitions.query_pack(decision=decision, **data, by=request.user, at=timezone.now()),
        done=lambda asked: f"You asked query {asked.number}",
        to=_address(decision),
        decision=decision,
    )


@allow("answer query")
def answer_query(request: Request, reference: str, version: int, number: int) -> HttpResponse:
    decision = decision_or_404(request, reference, "answer query")
    rows = Query.objects.select_related("pack__decision__round", "asked_by")
    query = get_object_or_404(rows, pack__decision=decision, pack__version=version, number=number)
    return form_page(
        request,
        "approvals/decisions/answer_query.html",
        AnswerForm(request.POST or None),
        lambda data: transitions.answer_query(query=query, **data, by=request.user, at=timezone.now()),
        done=f"You answered query {number}",
        to=_address(decision),
        query=query,
    )


@allow("return pack")
def return_pack(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "return pack")
    return form_page(
        request,
        "approvals/decisions/return_pack.html",
        SeenReasonForm(request.POST or None, initial={"version": decision.version}),
        lambda data: transitions.return_pack(
            decision=decision, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You returned {decision.reference} to its writers",
        to=_address(decision),
        decision=decision,
    )


@allow("put forward pack")
def put_forward(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "put forward pack")
    return form_page(
        request,
        "approvals/decisions/put_forward.html",
        PlainVersionForm(request.POST or None, initial={"version": decision.version}),
        lambda data: transitions.put_forward(
            decision=decision, seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You put {decision.reference} forward for decision",
        to=_address(decision),
        decision=decision,
    )


@allow("publish decision")
def publish_decision(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "publish decision")
    return form_page(
        request,
        "approvals/decisions/publish_decision.html",
        PlainVersionForm(request.POST or None, initial={"version": decision.version}),
        lambda data: transitions.publish_decision(
            decision=decision, seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You published {decision.reference} in the register",
        to=_address(decision),
        decision=decision,
    )


@allow("defer publication")
def defer_publication(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "defer publication")
    initial = {"version": decision.version, "until": decision.deferred_until, "reason": decision.deferral_reason}
    return form_page(
        request,
        "approvals/decisions/defer_publication.html",
        DeferForm(request.POST or None, initial=initial),
        lambda data: transitions.defer_publication(
            decision=decision,
            until=data["until"],
            reason=data["reason"],
            seen=data["version"],
            by=request.user,
            at=timezone.now(),
        ),
        done=f"You deferred the publication of {decision.reference}. The register shows the day and the reason.",
        to=_address(decision),
        decision=decision,
    )
