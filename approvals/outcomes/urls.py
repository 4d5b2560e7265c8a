"""Addresses of the outcomes of many bids."""

from approvals.outcomes import views
from grants.addresses import path

urlpatterns = [path("rounds/<reference:round>/outcomes/", views.outcomes, name="outcomes")]
