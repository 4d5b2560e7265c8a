"""Addresses of the recipients of direct awards."""

from approvals.recipients import views
from grants.addresses import path

urlpatterns = [
    path("awards/<str:reference>/recipients/add/", views.identify_recipient, name="identify_recipient"),
    path("recipients/<str:reference>/withdraw/", views.withdraw_recipient, name="withdraw_recipient"),
]
