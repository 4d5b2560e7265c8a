"""Pages of bids: the list, a bid, taking in by form and by spreadsheet, eligibility."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET

from bids.access import bid_or_404
from bids.intake import exports, intake, sheets
from bids.intake.filters import BidFilter
from bids.intake.forms import BidForm, ChangeBidForm, EligibilityForm, UploadForm
from bids.models import Bid, Scorecard, Upload
from bids.panel import reading
from bids.panel.blindness import Part, Phase, may_see
from bids.panel.hidden import hidden_events
from grants import tables
from grants.access import Request, allow, holdings, round_or_404
from grants.forms import ConfirmForm
from grants.models import AuditEvent, Round
from grants.pages import file_response, form_page, page_of


@allow("see bids")
@require_GET
def bids(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "see bids")
    filtered = _filtered(request, found)
    rows = filtered.qs.distinct()
    totals = Bid.objects.filter(pk__in=rows.order_by().values("pk")).counted()
    page = page_of(request, rows.for_list())
    context = {
        "filter": filtered,
        "page": page,
        "totals": totals,
        "query": request.GET.urlencode(),
        "shows_state": _shows_state(request, found),
    }
    return render(request, "bids/intake/bids.html", context)


def _shows_state(request: Request, round: Round) -> bool:
    return may_see(Part.OUTCOME, holdings(request.user).in_round(round.pk), Phase.CLOSED)


def _filtered(request: Request, round: Round) -> BidFilter:
    visible = Bid.objects.visible_to(request.user).filter(round=round)
    return BidFilter(request.GET, visible, round=round, shows_state=_shows_state(request, round))


@allow("export bids")
@require_GET
def export_bids(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "export bids")
    made = exports.workbook(found, _filtered(request, found).qs.distinct(), by=request.user, at=timezone.now())
    return file_response(made, tables.XLSX, f"bids-{found.reference}.xlsx")


@allow("take in bid")
@require_GET
def bid_template(request: Request, round: str) -> HttpResponse:
    round_or_404(request, round, "take in bid")
    return file_response(sheets.template_workbook(), tables.XLSX, "bids-template.xlsx")


@allow("see bids")
@require_GET
def bid(request: Request, reference: str) -> HttpResponse:
    found = bid_or_404(request, reference, "see bids")
    own = Scorecard.objects.filter(bid=found, member=request.user, state=Scorecard.State.SUBMITTED).exists()
    seen = reading.parts_seen(request.user, found, own_submitted=own)
    cards = reading.marks_of(found) if Part.OTHERS_MARKS in seen else []
    context = {
        "bid": found,
        "costs": found.costs.all(),
        "tags": found.tags.all(),
        "outcome": getattr(found, "outcome", None) if Part.OUTCOME in seen else None,
        "shows_internal": Part.INTERNAL_REASON in seen,
        # To a member the page is the same before and after an outcome.
        "shows_path": _shows_state(request, found.round),
        "criteria": reading.by_criterion(found.round, cards) if cards else [],
        "extra": import_string(settings.ON_BID)(user=request.user, bid=found),
        "may_score": Bid.objects.visible_to(request.user, "score bid").filter(pk=found.pk).exists(),
    }
    return render(request, "bids/intake/bid.html", context)


@allow("see trail")
@require_GET
def bid_trail(request: Request, reference: str) -> HttpResponse:
    found = bid_or_404(request, reference, "see trail")
    hidden = hidden_events(round=found.round)
    events = AuditEvent.objects.filter(round=found.round, bid=found.reference).order_by("-number")
    page = page_of(request, events.exclude(action__in=hidden))
    return render(request, "bids/intake/bid_trail.html", {"bid": found, "page": page, "held_back": bool(hidden)})


@allow("take in bid")
def add_bid(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "take in bid")
    return form_page(
        request,
        "bids/intake/add_bid.html",
        BidForm(request.POST or None, round=found),
        lambda draft: intake.take_in(round=found, draft=draft, by=request.user, at=timezone.now()),
        done=lambda taken: f"{taken.source_reference} is taken in as {taken.reference}",
        to=reverse("bids:bids", args=[found.reference]),
    )


@allow("change bid")
def change_bid(request: Request, reference: str) -> HttpResponse:
    found = bid_or_404(request, reference, "change bid")

    def call(draft: dict[str, Any]) -> None:
        seen, reason = draft.pop("version"), draft.pop("reason")
        intake.change_bid(bid=found, draft=draft, seen=seen, reason=reason, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/intake/change_bid.html",
        ChangeBidForm(request.POST or None, initial=_initial(found), round=found.round),
        call,
        done=f"{found.source_reference} is changed",
        to=reverse("bids:bid", args=[found.reference]),
        bid=found,
    )


def _initial(bid: Bid) -> dict[str, Any]:
    answers = {True: "yes", False: "no", None: ""}
    initial = {name: getattr(bid, name) for name in BidForm.base_fields if hasattr(bid, name)}
    yes_no = ("employs_staff", "london_living_wage", "personal_data", "future_cost")
    initial |= {name: answers[getattr(bid, name)] for name in yes_no}
    initial |= {
        "your_reference": bid.source_reference,
        "recipient": bid.recipient_as_written,
        "register": bid.recipient.register if bid.recipient else "",
        "register_number": bid.recipient.number if bid.recipient else "",
        "costs": "\n".join(f"{cost.label}: {cost.amount}" for cost in bid.costs.all()),
        "version": bid.version,
    }
    tags = list(bid.tags.all())
    for name, kind in (("themes", "theme"), ("priorities", "priority"), ("objectives", "objective")):
        initial[name] = [tag.code for tag in tags if tag.kind == kind]
    return initial


@allow("take in bid")
def import_bids(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "take in bid")
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = sheets.read(file, file.name)
        except sheets.UnreadableSheet as wrong:
            form.add_error("file", str(wrong))
        else:
            upload = intake.keep_upload(round=found, file_name=file.name, rows=rows, by=request.user, at=timezone.now())
            return redirect("bids:import_preview", upload.reference)
    context = {"form": form, "back": reverse("bids:bids", args=[found.reference])}
    return render(request, "bids/intake/import_bids.html", context)


@allow("take in bid")
def import_preview(request: Request, reference: str) -> HttpResponse:
    own = Upload.objects.filter(uploaded_by=request.user).select_related("round")
    upload = get_object_or_404(own, reference=reference)
    found = round_or_404(request, upload.round.reference, "take in bid")
    return form_page(
        request,
        "bids/intake/import_preview.html",
        ConfirmForm(request.POST or None),
        lambda data: intake.take_in_upload(upload=upload, by=request.user, at=timezone.now()),
        done=lambda taken: f"{len(taken)} bids are taken in",
        to=reverse("bids:bids", args=[found.reference]),
        upload=upload,
        preview=intake.check(found, upload.read()),
    )


@allow("check eligibility")
def eligibility(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "check eligibility")
    waiting = Bid.objects.filter(round=found, state=Bid.State.RECEIVED)
    return form_page(
        request,
        "bids/intake/eligibility.html",
        EligibilityForm(request.POST or None, round=found),
        lambda data: intake.check_eligibility(**data, by=request.user, at=timezone.now()),
        done=lambda changed: f"{changed} bids are checked",
        to=reverse("bids:bids", args=[found.reference]),
        totals=waiting.counted(),
    )
