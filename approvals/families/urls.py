"""Addresses of families and organisations."""

from django.urls import path

from approvals.families import body_views, views

urlpatterns = [
    path("rounds/<slug:round>/families/", views.families, name="families"),
    path("rounds/<slug:round>/families/group/", views.group_bids, name="group_bids"),
    path("rounds/<slug:round>/families/bids/<slug:key>/", views.likeness, name="likeness"),
    path("rounds/<slug:round>/families/bodies/<slug:key>/", views.same_body, name="same_body"),
    path("rounds/<slug:round>/families/<slug:kind>/<slug:key>/undo/", views.undo_dismissal, name="undo_dismissal"),
    path("rounds/<slug:round>/organisations/", body_views.organisations, name="organisations"),
    path("rounds/<slug:round>/organisations/<int:pk>/", body_views.organisation, name="organisation"),
    path("rounds/<slug:round>/organisations/<int:pk>/separate/", body_views.separate_body, name="separate_body"),
    path("rounds/<slug:round>/organisations/<int:pk>/number/", body_views.correct_number, name="correct_number"),
]
