"""Addresses of families and organisations."""

from approvals.families import body_views, views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/families/", views.families, name="families"),
    path("rounds/<reference:round>/families/group/", views.group_bids, name="group_bids"),
    path("rounds/<reference:round>/families/bids/<slug:key>/", views.likeness, name="likeness"),
    path("rounds/<reference:round>/families/bodies/<slug:key>/", views.same_body, name="same_body"),
    path("rounds/<reference:round>/families/<slug:kind>/<slug:key>/undo/", views.undo_dismissal, name="undo_dismissal"),
    path("rounds/<reference:round>/organisations/", body_views.organisations, name="organisations"),
    path("rounds/<reference:round>/organisations/<int:pk>/", body_views.organisation, name="organisation"),
    path("rounds/<reference:round>/organisations/<int:pk>/separate/", body_views.separate_body, name="separate_body"),
    path("rounds/<reference:round>/organisations/<int:pk>/number/", body_views.correct_number, name="correct_number"),
]
