"""Addresses of the leadership's review."""

from django.urls import path

from approvals.review import views

urlpatterns = [
    path("rounds/<slug:round>/review/", views.review, name="review"),
    path("bids/<str:reference>/review/", views.review_bid, name="review_bid"),
]
