"""Addresses of direct awards."""

from bids.direct import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/direct-awards/", views.direct_awards, name="direct_awards"),
    path("rounds/<reference:round>/direct-awards/add/", views.enter_direct_award, name="enter_direct_award"),
    path("direct-awards/<str:reference>/", views.direct_award, name="direct_award"),
    path("direct-awards/<str:reference>/change/", views.change_direct_award, name="change_direct_award"),
]
