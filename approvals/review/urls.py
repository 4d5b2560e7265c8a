"""Addresses of the leadership's review."""

from approvals.review import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/review/", views.review, name="review"),
    path("direct-awards/<str:reference>/withdraw/", views.withdraw_direct_award, name="withdraw_direct_award"),
    path("bids/<str:reference>/review/", views.review_bid, name="review_bid"),
]
