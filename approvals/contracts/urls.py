"""Addresses of single tender actions."""

from approvals.contracts import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/contracts/", views.single_tender_actions, name="single_tender_actions"),
    path("rounds/<reference:round>/contracts/add/", views.add_single_tender_action, name="add_single_tender_action"),
    path("contracts/<str:reference>/", views.single_tender_action, name="single_tender_action"),
    path(
        "contracts/<str:reference>/change/",
        views.change_single_tender_action,
        name="change_single_tender_action",
    ),
    path(
        "contracts/<str:reference>/approve/",
        views.approve_single_tender_action,
        name="approve_single_tender_action",
    ),
]
