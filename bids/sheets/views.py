"""Pages about an uploaded file: which sheet holds the bids, which column holds what, which odd rows come in."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from bids.access import upload_or_404
from bids.intake import uploads
from bids.intake.rows import columns_of
from bids.models import Upload
from bids.sheets.book import Book, book_of
from bids.sheets.encodings import choices
from bids.sheets.forms import ColumnsForm, LeftOutForm, SheetForm
from bids.sheets.mapping import Answers, answers_of
from grants.access import Request, allow
from grants.pages import form_page, whole_number


def _with_book(request: Request, reference: str) -> tuple[Upload, Book]:
    """The person's own upload with what its file holds."""
    upload = upload_or_404(request, reference)
    if upload.book is None:
        raise Http404
    return upload, book_of(upload.book)


@allow("take in bid")
def choose_sheet(request: Request, reference: str) -> HttpResponse:
    upload, book = _with_book(request, reference)
    initial = {"sheet": str(_answers(request, upload, book).sheet)}
    form = SheetForm(request.POST or None, book=book, initial=initial)
    if form.is_valid():
        chosen = {"sheet": form.cleaned_data["sheet"], "header": form.cleaned_data["header"] or ""}
        return redirect(f"{reverse('bids:map_columns', args=[reference])}?{urlencode(chosen)}")
    context = {
        "form": form,
        "upload": upload,
        "sheets": [(sheet, sheet.rows[:3]) for sheet in book.sheets if sheet.rows],
        "back": reverse("bids:import_bids", args=[upload.round.reference]),
    }
    return render(request, "bids/sheets/choose_sheet.html", context)


@allow("take in bid")
def map_columns(request: Request, reference: str) -> HttpResponse:
    upload, book = _with_book(request, reference)
    answers = _answers(request, upload, book)
    sheet = book.sheets[answers.sheet]
    form = ColumnsForm(
        request.POST or None,
        columns=columns_of(upload.round),
        sheet=sheet,
        answers=answers,
        encodings=choices(bytes(upload.content or b""), book.encoding),
    )
    return form_page(
        request,
        "bids/sheets/map_columns.html",
        form,
        lambda data: uploads.settle(
            upload=upload,
            answers=data["answers"],
            encoding=data.get("encoding", ""),
            by=request.user,
            at=timezone.now(),
        ),
        done="You chose the columns",
        to=lambda settled: reverse("bids:import_preview", args=[settled.reference]),
        upload=upload,
        sheet=sheet,
        answers=answers,
        several=len(book.sheets) > 1,
        back=reverse("bids:choose_sheet", args=[reference]),
    )


@allow("take in bid")
def choose_rows(request: Request, reference: str) -> HttpResponse:
    upload, book = _with_book(request, reference)
    taken = answers_of(upload.answers).taken if upload.answers else ()
    return form_page(
        request,
        "bids/sheets/choose_rows.html",
        LeftOutForm(
            request.POST or None, rows=uploads.odd_rows(upload, book), initial={"rows": [str(at) for at in taken]}
        ),
        lambda data: uploads.choose_rows(upload=upload, numbers=[int(number) for number in data["rows"]]),
        done="You chose the rows",
        to=reverse("bids:import_preview", args=[reference]),
        upload=upload,
    )


def _answers(request: Request, upload: Upload, book: Book) -> Answers:
    """What was settled about the file, or what its headings say of the sheet and the row that the address names."""
    number, header = request.GET.get("sheet", ""), whole_number(request.GET.get("header", ""))
    settled = answers_of(upload.answers) if upload.answers else None
    if settled and not number:
        return settled
    headers = {whole_number(number): header} if header else {}
    proposals = uploads.proposals(upload.round, book, columns_of(upload.round), headers)
    if number:
        if not number.isdigit() or whole_number(number) >= len(book.sheets):
            raise Http404
        return proposals[whole_number(number)].answers
    likely = sorted(proposals, key=lambda own: (not own.of_bids, book.sheets[own.answers.sheet].hidden))
    with_rows = [own for own in likely if book.sheets[own.answers.sheet].rows]
    return with_rows[0].answers
