"""Addresses of bids and of the panel."""

from django.urls import path

from bids import panel_views, views

app_name = "bids"
urlpatterns = [
    path("rounds/<slug:round>/bids/", views.bids, name="bids"),
    path("rounds/<slug:round>/bids/export/", views.export_bids, name="export_bids"),
    path("rounds/<slug:round>/bids/template/", views.bid_template, name="bid_template"),
    path("rounds/<slug:round>/bids/add/", views.add_bid, name="add_bid"),
    path("rounds/<slug:round>/bids/import/", views.import_bids, name="import_bids"),
    path("rounds/<slug:round>/bids/eligibility/", views.eligibility, name="eligibility"),
    path("imports/<str:reference>/", views.import_preview, name="import_preview"),
    path("bids/<str:reference>/", views.bid, name="bid"),
    path("bids/<str:reference>/change/", views.change_bid, name="change_bid"),
    path("trail/bids/<str:reference>/", views.bid_trail, name="bid_trail"),
    path("rounds/<slug:round>/scoring/", panel_views.scoring, name="scoring"),
    path("rounds/<slug:round>/interests/", panel_views.interests, name="interests"),
    path("bids/<str:reference>/score/", panel_views.score, name="score"),
    path("rounds/<slug:round>/panel/", panel_views.panel, name="panel"),
    path("rounds/<slug:round>/panel/assign-evenly/", panel_views.assign_evenly, name="assign_evenly"),
    path("rounds/<slug:round>/panel/assign/", panel_views.assign_bid, name="assign_bid"),
    path(
        "bids/<str:reference>/scorers/<str:username>/withdraw/",
        panel_views.withdraw_assignment,
        name="withdraw_assignment",
    ),
    path("rounds/<slug:round>/panel/close/", panel_views.close_scoring, name="close_scoring"),
    path("rounds/<slug:round>/ranking/", panel_views.ranking, name="ranking"),
    path("bids/<str:reference>/outcome/", panel_views.record_outcome, name="record_outcome"),
]
