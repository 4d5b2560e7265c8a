"""Addresses of the whole product; those of the apps above are included by name."""

from django.contrib import admin
from django.urls import include

from grants import typed_views, views
from grants.addresses import path
from grants.people import urls as people
from grants.rounds import urls as rounds

pages = [
    path("", views.home, name="home"),
    path("trail/rounds/<reference:reference>/", views.round_trail, name="round_trail"),
    path("trail/people/", views.people_trail, name="people_trail"),
    path("typed/", typed_views.keep_typed, name="keep_typed"),
    path("typed/discard/", typed_views.discard_typed, name="discard_typed"),
    *people.urlpatterns,
    *rounds.urlpatterns,
]

handler500 = "grants.faults.fault"

urlpatterns = [
    path("", include((pages, "grants"))),
    path("", include("bids.urls")),
    path("", include("approvals.urls")),
    path("admin/", admin.site.urls),
]
