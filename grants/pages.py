"""The common steps of pages: paginate a list, and draw a form, call its transition and redirect or show errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from grants.forms import attempt
from grants.references import file_name

PAGE = 50
# For rows of one line, or that are worked through from top to bottom.
LONG_PAGE = 100


def page_of(request: HttpRequest, rows: Any, size: int = PAGE, *, name: str = "page") -> Any:
    """Return the page of a list that the address asks for by `name`, or the nearest one that exists."""
    return Paginator(rows, size).get_page(request.GET.get(name))


def whole_number(text: str) -> int:
    """Return a number that a page sent back, such as a version, or 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def file_response(content: bytes, kind: str, name: str) -> HttpResponse:
    """Return a response that the browser saves under a file name."""
    response = HttpResponse(content, kind)
    response["Content-Disposition"] = saved_as(name)
    return response


def saved_as(name: str) -> str:
    """Return the header by which a browser saves a response under a file name, whatever the name is made of."""
    return str(content_disposition_header(True, file_name(name)))


def form_page(
    request: HttpRequest,
    template: str,
    form: forms.BaseForm,
    call: Callable[[dict[str, Any]], Any],
    *,
    done: str | Callable[[Any], str],
    to: str | Callable[[Any], str],
    **context: Any,
) -> HttpResponse:
    """Return the response of a page whose form leads to one transition.

    `call` gets a copy of the cleaned data. If it raises Refused, the page shows the message at its field and keeps
    what was typed. If it succeeds, the page redirects to `to` with the banner `done`; both may be functions of the
    result.
    """
    if request.method == "POST" and form.is_valid():
        result = attempt(form, lambda: call(dict(form.cleaned_data)))
        if form.is_valid():
            messages.success(request, done(result) if callable(done) else done)
            return redirect(to(result) if callable(to) else to)
    return render(request, template, {"form": form, "back": to if isinstance(to, str) else "", **context})
