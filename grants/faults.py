"""What a person meets where the service could not answer: a page that still holds what they typed."""

import logging
import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from grants import typed

log = logging.getLogger(__name__)

BUSY = "The service is busy"
FAULT = "The service has a fault"
_WAIT = "5"


def fault(request: HttpRequest) -> HttpResponse:
    """Answer a request that failed. What a form sent stands on the page, with a button that sends it again.

    Nothing here asks the database, which may be what failed. A busy one, or none, gives 503 and when to try again.
    """
    busy = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status = HTTPStatus.SERVICE_UNAVAILABLE if busy else HTTPStatus.INTERNAL_SERVER_ERROR
    if typed.SCRIPT_HEADER in request.headers:
        response: HttpResponse = JsonResponse({"error": BUSY if busy else FAULT}, status=status)
    else:
        response = HttpResponse(render_to_string("500.html", {"busy": busy, **_again(request)}), status=status)
    if busy:
        response["Retry-After"] = _WAIT
    return response


def _again(request: HttpRequest) -> dict[str, object]:
    """Return what the page needs to send a form again, empty where it was no form of ours."""
    if request.method != "POST":
        return {}
    try:
        fields = typed.fields_of(request)
        named = typed.named_in(request.POST.get(typed.FIELD, ""))
    except Exception:
        # What cannot be read cannot be sent again; the page must come all the same.
        log.exception("A form that met a fault could not be read")
        return {}
    if fields is None or named is None or named[1] != request.get_full_path():
        return {}
    tokens = [(name, request.POST.get(name, "")) for name in (typed.FIELD, "csrfmiddlewaretoken")]
    pairs = [(name, each) for name, value in fields.items() for each in (value if isinstance(value, list) else [value])]
    return {
        "to": request.get_full_path(),
        "fields": [*tokens, *pairs],
        "texts": [text for _, text in pairs if " " in text.strip()],
        "files": bool(request.FILES),
    }
