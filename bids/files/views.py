"""Pages of the files of a bid: adding, removing, and the file itself as a download."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids.access import bid_or_404
from bids.files import adding, kinds
from bids.files.forms import AddFilesForm, RemoveFileForm
from bids.models import BidFile
from grants.access import Request, allow
from grants.counting import counted
from grants.pages import form_page
from grants.refusal import Changed


@allow("add file")
def add_files(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "add file")
    return form_page(
        request,
        "bids/files/add_files.html",
        AddFilesForm(request.POST or None, request.FILES or None),
        lambda data: adding.add_files(bid=bid, files=data["uploads"], by=request.user, at=timezone.now()),
        done=lambda added: f"You added {counted(len(added), 'file')}",
        to=reverse("bids:bid", args=[bid.reference]),
        bid=bid,
        closed=adding.closed(bid),
        most=BidFile.MOST,
    )


@allow("remove file")
def remove_file(request: Request, reference: str, file: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "remove file")
    this_file = get_object_or_404(bid.files, reference=file)
    return form_page(
        request,
        "bids/files/remove_file.html",
        RemoveFileForm(request.POST or None),
        lambda data: adding.remove_file(file=this_file, **data, by=request.user, at=timezone.now()),
        done=f"You removed {this_file.name}",
        to=reverse("bids:bid", args=[bid.reference]),
        file=this_file,
        closed=adding.closed(bid),
    )


@allow("see bids")
@require_GET
def bid_file(request: Request, reference: str, file: str) -> FileResponse:
    bid = bid_or_404(request, reference, "see bids")
    return _download(get_object_or_404(bid.files, reference=file))


def _download(file: BidFile) -> FileResponse:
    """Return the file as something to save, which no browser opens as a page of this service.

    Raises Changed if the content is gone or of another length.
    """
    store = storages[adding.STORE]
    try:
        if store.size(file.stored_as) != file.size:
            raise Changed
        content = store.open(file.stored_as)
    except FileNotFoundError:
        raise Changed from None
    content_type = kinds.KINDS[file.kind].content_type
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=content_type)
    response.block_size = 64 * 1024
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
