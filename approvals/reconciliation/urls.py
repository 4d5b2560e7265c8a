"""Addresses of the reconciliation."""

from django.urls import path

from approvals.reconciliation import views

urlpatterns = [
    path("rounds/<slug:round>/reconciliation/", views.reconciliation, name="reconciliation"),
    path(
        "rounds/<slug:round>/reconciliation/<slug:part>/",
        views.reconciliation_part,
        name="reconciliation_part",
    ),
    path("rounds/<slug:round>/what-if/", views.what_if, name="what_if"),
]
