"""Addresses of the reconciliation."""

from approvals.reconciliation import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/reconciliation/", views.reconciliation, name="reconciliation"),
    path(
        "rounds/<reference:round>/reconciliation/<slug:part>/",
        views.reconciliation_part,
        name="reconciliation_part",
    ),
    path("rounds/<reference:round>/what-if/", views.what_if, name="what_if"),
]
