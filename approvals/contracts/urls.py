"""Addresses of single tender actions."""

from django.urls import path

from approvals.contracts import views

urlpatterns = [
    path("rounds/<slug:round>/contracts/", views.single_tender_actions, name="single_tender_actions"),
    path("rounds/<slug:round>/contracts/add/", views.add_single_tender_action, name="add_single_tender_action"),
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
