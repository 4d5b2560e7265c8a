"""What a script asks while somebody types: keep the draft of a form, or discard it."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from grants import typed
from grants.access import Request, allow

LONGEST_PATH = 500


@allow("see home")
@require_POST
def keep_typed(request: Request) -> HttpResponse:
    """Keep what a person is typing in the form that the ticket names, in place of what they typed in it before."""
    path = typed.path_of(request)
    if path is None:
        return JsonResponse({"error": typed.OUT_OF_DATE}, status=403)
    fields = typed.fields_of(request)
    if fields is None or len(path) > LONGEST_PATH:
        return JsonResponse({"error": "This is too long to keep as a draft"}, status=413)
    now = timezone.now()
    if not typed.keep_draft(request, path, fields, now):
        return JsonResponse({"error": "You sent this form already"}, status=409)
    return JsonResponse({"kept": f"Draft saved {timezone.localtime(now):%H:%M}"})


@allow("see home")
@require_POST
def discard_typed(request: Request) -> HttpResponse:
    """Delete what a person typed in a form and never sent, and show the form without it."""
    path = typed.path_of(request)
    if path is None:
        return redirect("grants:home")
    typed.end_draft(request, path)
    return redirect(path)
