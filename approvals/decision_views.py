"""Pages of decision papers: writing, reviewing, deciding, signing, publishing, and the public register."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals import decisions as transitions
from approvals import figures, paper
from approvals import pack as packs
from approvals.forms import (
    AnswerForm,
    DecideForm,
    DecisionForm,
    PartTwoForm,
    PlainVersionForm,
    QueryForm,
    SectionForm,
    SeenReasonForm,
    SignForm,
    SourcesForm,
)
from approvals.models import Decision, DecisionSection, Pack, PartTwo, Query
from grants.access import Request, allow, enter, holdings, public, round_or_404
from grants.forms import attempt

PAGE = 25


def decision_or_404(request: Request, reference: str, action: str) -> Decision:
    """The decision, where this person may do the action in its round."""
    visible = Decision.objects.filter(round__in=holdings(request.user).rounds(action)).select_related("round")
    decision = get_object_or_404(visible, reference=reference)
    enter(request, decision.round)
    return decision


@allow("see decisions")
@require_GET
def decisions(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "see decisions")
    return render(request, "approvals/decisions.html", {"rows": Decision.objects.filter(round=found)})


@allow("prepare decision")
def add_decision(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "prepare decision")
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        opened = attempt(
            form,
            lambda: transitions.prepare_decision(round=found, **form.cleaned_data, by=request.user, at=timezone.now()),
        )
        if opened:
            return redirect("approvals:decision", opened.reference)
    back = reverse("approvals:decisions", args=[found.reference])
    return render(request, "approvals/add_decision.html", {"form": form, "back": back})


@allow("see decisions")
@require_GET
def decision(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "see decisions")
    frozen = found.packs.defer("pdf").select_related("submitted_by").last()
    context: dict[str, Any] = {
        "decision": found,
        "pack": frozen,
        "packs": found.packs.defer("html", "pdf", "canonical"),
    }
    if found.is_editable:
        preview, problems = packs.preview(found, timezone.localdate(), timezone.now())
        context |= {"paper_html": packs.html(preview), "paper": preview, "problems": problems}
    elif frozen:
        record = getattr(found, "record", None)
        context |= {"paper_html": packs.checked_html(record or frozen), "paper": packs.read(frozen)}
    context["queries"] = Query.objects.filter(pack__decision=found).select_related("asked_by", "answered_by", "pack")
    context["has_part_two"] = PartTwo.objects.filter(decision=found).exists()
    return render(request, "approvals/decision.html", context)


@allow("write section")
def edit_section(request: Request, reference: str, key: str) -> HttpResponse:
    found = decision_or_404(request, reference, "write section")
    if key not in paper.BY_KEY:
        raise Http404
    section = get_object_or_404(DecisionSection.objects.select_related("written_by"), decision=found, key=key)
    form = SectionForm(request.POST or None, initial={"text": section.text, "version": section.version})
    if form.is_valid():
        said = form.cleaned_data
        attempt(
            form,
            lambda: transitions.write_section(
                decision=found,
                key=key,
                text=said["text"].replace("\r\n", "\n"),
                seen=said["version"],
                by=request.user,
                at=timezone.now(),
            ),
        )
        if form.is_valid():
            messages.success(request, f"“{paper.BY_KEY[key].heading}” is saved")
            return redirect("approvals:decision", found.reference)
    said_now = paper.sources(found, timezone.localdate())
    known = paper.figures_of(said_now)
    external = figures.externals(found.external_figures)
    context = {
        "form": form,
        "decision": found,
        "part": paper.BY_KEY[key],
        "section": section,
        "figures": known.values(),
        "links": paper.links_of(said_now),
        "matches": figures.match(form["text"].value() or "", known, external),
        "back": reverse("approvals:decision", args=[found.reference]),
    }
    return render(request, "approvals/edit_section.html", context)


@allow("write section")
def edit_sources(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "write section")
    form = SourcesForm(request.POST or None, initial={"lines": found.external_figures, "version": found.version})
    if form.is_valid():
        said = form.cleaned_data
        attempt(
            form,
            lambda: transitions.name_sources(
                decision=found, lines=said["lines"], seen=said["version"], by=request.user, at=timezone.now()
            ),
        )
        if form.is_valid():
            messages.success(request, "The sources are saved")
            return redirect("approvals:decision", found.reference)
    back = reverse("approvals:decision", args=[found.reference])
    return render(request, "approvals/edit_sources.html", {"form": form, "decision": found, "back": back})


@allow("see part 2")
@require_GET
def part_two(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "see part 2")
    kept = get_object_or_404(PartTwo.objects.select_related("written_by"), decision=found)
    return render(request, "approvals/part_two.html", {"decision": found, "part_two": kept})


@allow("write part 2")
def edit_part_two(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "write part 2")
    kept = PartTwo.objects.filter(decision=found).first()
    initial = {"text": kept.text, "exemption": kept.exemption} if kept else {}
    form = PartTwoForm(request.POST or None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data
        attempt(form, lambda: transitions.write_part_two(decision=found, **said, by=request.user, at=timezone.now()))
        if form.is_valid():
            messages.success(request, "Part 2 is saved, apart from the paper")
            return redirect("approvals:decision", found.reference)
    back = reverse("approvals:decision", args=[found.reference])
    return render(request, "approvals/edit_part_two.html", {"form": form, "decision": found, "back": back})


# The life of a pack


@allow("submit pack")
def submit_pack(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "submit pack")
    form = PlainVersionForm(request.POST or None, initial={"version": found.version})
    problems: list[paper.Discrepancy] = []
    if form.is_valid():
        seen = form.cleaned_data["version"]
        try:
            frozen = transitions.submit_pack(decision=found, seen=seen, by=request.user, at=timezone.now())
        except transitions.NotReconciled as refused:
            problems = refused.problems
            for problem in problems:
                form.add_error(None, problem.message)
        except transitions.Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, f"{found.reference} is submitted as version {frozen.version}")
            return redirect("approvals:decision", found.reference)
    if found.is_editable and not problems:
        problems = paper.problems(paper.sources(found, timezone.localdate()))
    back = reverse("approvals:decision", args=[found.reference])
    context = {"form": form, "decision": found, "problems": problems, "back": back}
    return render(request, "approvals/submit_pack.html", context)


@allow("query pack")
def query_pack(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "query pack")
    form = QueryForm(request.POST or None)
    if form.is_valid():
        asked = attempt(
            form,
            lambda: transitions.query_pack(decision=found, **form.cleaned_data, by=request.user, at=timezone.now()),
        )
        if asked:
            messages.success(request, f"Query {asked.number} is asked")
            return redirect("approvals:decision", found.reference)
    back = reverse("approvals:decision", args=[found.reference])
    return render(request, "approvals/query_pack.html", {"form": form, "decision": found, "back": back})


@allow("answer query")
def answer_query(request: Request, reference: str, version: int, number: int) -> HttpResponse:
    found = decision_or_404(request, reference, "answer query")
    rows = Query.objects.select_related("pack__decision__round", "asked_by")
    query = get_object_or_404(rows, pack__decision=found, pack__version=version, number=number)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        answer = form.cleaned_data["answer"]
        attempt(
            form,
            lambda: transitions.answer_query(query=query, answer=answer, by=request.user, at=timezone.now()),
        )
        if form.is_valid():
            messages.success(request, f"Query {number} is answered")
            return redirect("approvals:decision", found.reference)
    back = reverse("approvals:decision", args=[found.reference])
    return render(request, "approvals/answer_query.html", {"form": form, "query": query, "back": back})


@allow("return pack")
def return_pack(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "return pack")
    form = SeenReasonForm(request.POST or None, initial={"version": found.version})
    if form.is_valid():
        said = form.cleaned_data
        attempt(
            form,
            lambda: transitions.return_pack(
                decision=found, reason=said["reason"], seen=said["version"], by=request.user, at=timezone.now()
            ),
        )
        if form.is_valid():
            messages.success(request, f"{found.reference} is returned to its writers")
            return redirect("approvals:decision", found.reference)
    back = reverse("approvals:decision", args=[found.reference])
    return render(request, "approvals/return_pack.html", {"form": form, "decision": found, "back": back})


def _confirm(request: Request, reference: str, action: str, done: str) -> HttpResponse:
    """A transition that needs no more than the version of what is confirmed: `put_forward`, `publish_decision`."""
    found = decision_or_404(request, reference, action)
    name = "put_forward" if action == "put forward pack" else "publish_decision"
    form = PlainVersionForm(request.POST or None, initial={"version": found.version})
    if form.is_valid():
        call = getattr(transitions, name)
        seen = form.cleaned_data["version"]
        attempt(form, lambda: call(decision=found, seen=seen, by=request.user, at=timezone.now()))
        if form.is_valid():
            messages.success(request, f"{found.reference} is {done}")
            return redirect("approvals:decision", found.reference)
    back = reverse("approvals:decision", args=[found.reference])
    return render(request, f"approvals/{name}.html", {"form": form, "decision": found, "back": back})


@allow("put forward pack")
def put_forward(request: Request, reference: str) -> HttpResponse:
    return _confirm(request, reference, "put forward pack", "put forward for decision")


@allow("publish decision")
def publish_decision(request: Request, reference: str) -> HttpResponse:
    return _confirm(request, reference, "publish decision", "published in the register")


# Deciding


@allow("decide items")
def decide_items(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "decide items")
    frozen = found.packs.defer("html", "pdf").last()
    if frozen is None:
        raise Http404
    items = list(frozen.items.all())
    initial = {"version": found.version, "interests": found.interests}
    form = DecideForm(request.POST or None, items=items, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        answers = {
            item.number: transitions.Answer(
                data[f"answer_{item.number}"],
                data.get(f"conditions_{item.number}", ""),
                data.get(f"reason_{item.number}", ""),
            )
            for item in items
        }
        attempt(
            form,
            lambda: transitions.decide_items(
                decision=found,
                answers=answers,
                interests=data["interests"],
                seen=data["version"],
                by=request.user,
                at=timezone.now(),
            ),
        )
        if form.is_valid():
            return redirect("approvals:sign_decision", found.reference)
    context = {
        "form": form,
        "decision": found,
        "recommendations": packs.read(frozen)["recommendations"],
        "back": reverse("approvals:decision", args=[found.reference]),
    }
    return render(request, "approvals/decide_items.html", context)


@allow("sign decision")
def sign_decision(request: Request, reference: str) -> HttpResponse:
    found = decision_or_404(request, reference, "sign decision")
    frozen = found.packs.defer("html", "pdf").last()
    if frozen is None:
        raise Http404
    form = SignForm(request.POST or None, initial={"version": found.version})
    if form.is_valid():
        said = form.cleaned_data
        attempt(
            form,
            lambda: transitions.sign_decision(
                decision=found, password=said["password"], seen=said["version"], by=request.user, at=timezone.now()
            ),
        )
        if form.is_valid():
            messages.success(request, f"{found.reference} is signed")
            return redirect("approvals:decision", found.reference)
    context = {
        "form": form,
        "decision": found,
        "items": frozen.items.all(),
        "pack": frozen,
        "back": reverse("approvals:decide_items", args=[found.reference]),
    }
    return render(request, "approvals/sign_decision.html", context)


# Frozen versions


def _pack_or_404(request: Request, reference: str, version: int) -> Pack:
    found = decision_or_404(request, reference, "see decisions")
    return get_object_or_404(Pack.objects.select_related("decision", "submitted_by"), decision=found, version=version)


@allow("see decisions")
@require_GET
def pack(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    context = {"pack": frozen, "paper": packs.read(frozen), "paper_html": packs.checked_html(frozen)}
    return render(request, "approvals/pack.html", context)


@allow("see decisions")
@require_GET
def pack_pdf(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    return _file(packs.checked_pdf(frozen), "application/pdf", f"{reference}-v{version}.pdf")


@allow("see decisions")
@require_GET
def pack_data(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    packs.read(frozen)
    return _file(frozen.canonical.encode(), "application/json", f"{reference}-v{version}.json")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# The public register


@public
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    published = Decision.objects.filter(state=Decision.State.PUBLISHED).select_related("round")
    asked = request.GET.get("q", "").strip()
    if asked:
        published = published.filter(title__icontains=asked) | published.filter(reference__icontains=asked)
    page = Paginator(published.order_by("-signed_at"), PAGE).get_page(request.GET.get("page"))
    return render(request, "approvals/register.html", {"page": page, "asked": asked})


def _published_or_404(reference: str) -> Decision:
    published = Decision.objects.filter(state=Decision.State.PUBLISHED).select_related("record__pack")
    return get_object_or_404(published, reference=reference)


@public
@require_GET
def published_decision(request: HttpRequest, reference: str) -> HttpResponse:
    found = _published_or_404(reference)
    context = {"decision": found, "record": packs.read(found.record), "paper": packs.read(found.record.pack)}
    context["paper_html"] = packs.checked_html(found.record)
    return render(request, "approvals/published_decision.html", context)


@public
@require_GET
def published_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    found = _published_or_404(reference)
    return _file(packs.checked_pdf(found.record), "application/pdf", f"{reference}.pdf")


@public
@require_GET
def published_data(request: HttpRequest, reference: str) -> HttpResponse:
    found = _published_or_404(reference)
    packs.read(found.record)
    text = f'{{"paper":{found.record.pack.canonical},"record":{found.record.canonical}}}'
    return _file(text.encode(), "application/json", f"{reference}.json")
