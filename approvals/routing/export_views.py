"""The file of the grants of a round, with their routes, approvals and payments."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from approvals.routing import exporting
from grants import tables
from grants.access import Request, allow, round_or_404
from grants.pages import file_response


@allow("export grants")
@require_POST
def export_grants(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "export grants")
    made = exporting.workbook(round=this_round, by=request.user, at=timezone.now())
    return file_response(made, tables.XLSX, f"grants-{this_round.reference}.xlsx")
