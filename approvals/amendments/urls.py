"""Addresses of amendments."""

from approvals.amendments import views
from grants.addresses import path

urlpatterns = [
    path("decisions/<reference:reference>/amend/", views.amend_grant, name="amend_grant"),
    path("decisions/<reference:reference>/amend/<str:award>/leave/", views.leave_grant, name="leave_grant"),
]
