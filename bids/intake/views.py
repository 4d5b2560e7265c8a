"""Pages of bids: the list, a bid, taking in by form and by spreadsheet, eligibility."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_POST

from bids.access import bid_or_404, row_or_404, upload_or_404
from bids.files import reading as files
from bids.intake import checking, exports, finding, intake, uploads
from bids.intake.filters import BidFilter
from bids.intake.forms import (
    AddBidForm,
    ChangeBidForm,
    EligibilityForm,
    LateForm,
    QuestionsForm,
    UploadForm,
    initial_of,
    late,
)
from bids.intake.rows import columns_of
from bids.models import Bid, Scorecard, Upload
from bids.panel import reading
from bids.panel.blindness import Part, Phase, may_see
from bids.panel.hidden import hidden_events
from bids.sheets import values
from bids.sheets.book import Book, UnreadableSheet
from bids.sheets.reading import read_book
from bids.sheets.template import template_workbook
from grants import tables
from grants.access import Request, allow, holdings, round_or_404
from grants.counting import counted
from grants.days import day_of
from grants.forms import ConfirmForm
from grants.lists import keeps_filter, shown
from grants.models import AuditEvent, Round
from grants.pages import file_response, form_page, page_of


@allow("see bids")
@require_GET
@keeps_filter
def bids(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see bids")
    filtered = _filtered(request, this_round)
    page, totals = finding.page_of_bids(request, filtered.qs)
    context = {
        **shown(request, filtered.form),
        "page": page,
        "totals": totals,
        "hits": finding.Hits(filtered.sought, page.object_list) if filtered.sought else None,
        "shows_state": _shows_state(request, this_round),
    }
    return render(request, "bids/intake/bids.html", context)


def _shows_state(request: Request, round: Round) -> bool:
    return may_see(Part.OUTCOME, holdings(request.user).in_round(round.pk), Phase.OPEN)


def _filtered(request: Request, round: Round) -> BidFilter:
    visible = Bid.objects.visible_to(request.user).filter(round=round)
    shows_route = holdings(request.user).may("see routes", round)
    shows_state = _shows_state(request, round)
    return BidFilter(request.GET, visible, round=round, shows_route=shows_route, shows_state=shows_state)


@allow("export bids")
@require_POST
def export_bids(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "export bids")
    made = exports.workbook(this_round, _filtered(request, this_round).qs, by=request.user, at=timezone.now())
    return file_response(made, tables.XLSX, f"bids-{this_round.reference}.xlsx")


@allow("take in bid")
@require_GET
def bid_template(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "take in bid")
    return file_response(template_workbook(columns_of(this_round)), tables.XLSX, "bids-template.xlsx")


@allow("see bids")
@require_GET
def bid(request: Request, reference: str) -> HttpResponse:
    this_bid = bid_or_404(request, reference, "see bids")
    own = Scorecard.objects.filter(bid=this_bid, member=request.user, state=Scorecard.State.SUBMITTED).exists()
    seen = reading.parts_seen(request.user, this_bid, own_submitted=own)
    cards = reading.marks_of(this_bid) if Part.OTHERS_MARKS in seen else []
    context = {
        "bid": this_bid,
        "costs": this_bid.costs.all(),
        "tags": this_bid.tags.all(),
        **files.shown(this_bid, request.user),
        "outcome": getattr(this_bid, "outcome", None) if Part.OUTCOME in seen else None,
        "shows_internal": Part.INTERNAL_REASON in seen,
        # A member sees the same page before and after an outcome.
        "shows_path": _shows_state(request, this_bid.round),
        "criteria": reading.by_criterion(this_bid.round, cards) if cards else [],
        "cards": cards,
        "extra": import_string(settings.ON_BID)(user=request.user, bid=this_bid),
        "may_score": Bid.objects.visible_to(request.user, "score bid").filter(pk=this_bid.pk).exists(),
    }
    return render(request, "bids/intake/bid.html", context)


@allow("see trail")
@require_GET
def bid_trail(request: Request, reference: str) -> HttpResponse:
    bid = row_or_404(request, reference, "see trail")
    hidden = hidden_events(round=bid.round)
    events = AuditEvent.objects.filter(round=bid.round, bid=bid.reference).order_by("-number")
    page = page_of(request, events.exclude(action__in=hidden))
    return render(request, "bids/intake/bid_trail.html", {"bid": bid, "page": page, "held_back": bool(hidden)})


@allow("take in bid")
def add_bid(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "take in bid")
    form = AddBidForm(request.POST or None, round=this_round)
    LateForm.add_to(form, this_round, day_of(timezone.now()))
    return form_page(
        request,
        "bids/intake/add_bid.html",
        form,
        lambda draft: intake.take_in(
            round=this_round, late=late(draft), draft=draft, by=request.user, at=timezone.now()
        ),
        done=lambda taken: f"You added {taken.source_reference} as {taken.reference}",
        to=reverse("bids:bids", args=[this_round.reference]),
    )


@allow("change bid")
def change_bid(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "change bid")

    def call(draft: dict[str, Any]) -> None:
        seen, reason = draft.pop("version"), draft.pop("reason")
        intake.change_bid(bid=bid, draft=draft, seen=seen, reason=reason, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/intake/change_bid.html",
        ChangeBidForm(request.POST or None, initial=initial_of(bid), bid=bid),
        call,
        done=f"You changed {bid.source_reference}",
        to=reverse("bids:bid", args=[bid.reference]),
        bid=bid,
    )


@allow("take in bid")
def import_bids(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "take in bid")
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            content = file.read()
            book = read_book(content, file.name)
            upload = uploads.keep(
                round=this_round,
                file_name=file.name,
                book=book,
                content=content,
                by=request.user,
                at=timezone.now(),
            )
        except UnreadableSheet as wrong:
            form.add_error("file", str(wrong))
        else:
            return redirect(f"bids:{_next_page(upload, book)}", upload.reference)
    context = {"form": form, "back": reverse("bids:bids", args=[this_round.reference])}
    return render(request, "bids/intake/import_bids.html", context)


def _next_page(upload: Upload, book: Book) -> str:
    """The preview where the file says all, else the page that asks which sheet or which columns."""
    if upload.answers:
        return "import_preview"
    return "choose_sheet" if sum(bool(sheet.rows) for sheet in book.sheets) > 1 else "map_columns"


@allow("take in bid")
def import_preview(request: Request, reference: str) -> HttpResponse:
    upload = upload_or_404(request, reference)
    if upload.book and not upload.answers:
        return redirect("bids:map_columns", upload.reference)
    rows = upload.read()
    preview = checking.check(upload.round, rows, upload.recipients)
    if preview.questions and not preview.wrong:
        return redirect("bids:import_questions", upload.reference)
    form = ConfirmForm(request.POST or None)
    LateForm.add_to(form, upload.round, day_of(timezone.now()))
    return form_page(
        request,
        "bids/intake/import_preview.html",
        form,
        lambda data: intake.take_in_upload(upload=upload, late=late(data), by=request.user, at=timezone.now()),
        done=lambda taken: f"You imported {counted(len(taken), 'bid')}",
        to=reverse("bids:bids", args=[upload.round.reference]),
        upload=upload,
        preview=preview,
        page=page_of(request, preview.wrong_first, size=100),
        marks={int(row["row"]): row.marks for row in rows},
        sheet=upload.book["sheets"][upload.answers["sheet"]]["name"] if upload.book and upload.answers else "",
        days={
            int(row["row"]): [values.read_day(row.get(name, "")) for name in ("starts_on", "ends_on")] for row in rows
        },
    )


@allow("take in bid")
def import_questions(request: Request, reference: str) -> HttpResponse:
    upload = upload_or_404(request, reference)
    preview = checking.check(upload.round, upload.read(), upload.recipients)
    if not preview.questions:
        return redirect("bids:import_preview", upload.reference)
    return form_page(
        request,
        "bids/intake/import_questions.html",
        QuestionsForm(request.POST if request.method == "POST" else None, questions=preview.questions),
        lambda answers: uploads.keep_answers(upload=upload, answers=answers),
        done="You said which organisations are meant",
        to=reverse("bids:import_preview", args=[upload.reference]),
        upload=upload,
        preview=preview,
    )


@allow("check eligibility")
def eligibility(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "check eligibility")
    waiting = Bid.objects.filter(round=this_round, state=Bid.State.RECEIVED)
    return form_page(
        request,
        "bids/intake/eligibility.html",
        EligibilityForm(request.POST or None, round=this_round),
        lambda data: intake.check_eligibility(**data, by=request.user, at=timezone.now()),
        done=lambda changed: f"You recorded the eligibility of {counted(changed, 'bid')}",
        to=reverse("bids:bids", args=[this_round.reference]),
        totals=waiting.counted(),
    )
