"""Addresses of bids: lists, forms, spreadsheets."""

from bids.intake import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/bids/", views.bids, name="bids"),
    path("rounds/<reference:round>/bids/export/", views.export_bids, name="export_bids"),
    path("rounds/<reference:round>/bids/template/", views.bid_template, name="bid_template"),
    path("rounds/<reference:round>/bids/add/", views.add_bid, name="add_bid"),
    path("rounds/<reference:round>/bids/import/", views.import_bids, name="import_bids"),
    path("rounds/<reference:round>/bids/eligibility/", views.eligibility, name="eligibility"),
    path("imports/<str:reference>/", views.import_preview, name="import_preview"),
    path("imports/<str:reference>/recipients/", views.import_questions, name="import_questions"),
    path("bids/<str:reference>/", views.bid, name="bid"),
    path("bids/<str:reference>/change/", views.change_bid, name="change_bid"),
    path("trail/bids/<str:reference>/", views.bid_trail, name="bid_trail"),
]
