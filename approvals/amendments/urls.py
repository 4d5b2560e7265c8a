"""Addresses of amendments."""

from django.urls import path

from approvals.amendments import views

urlpatterns = [
    path("decisions/<str:reference>/amend/", views.amend_grant, name="amend_grant"),
    path("decisions/<str:reference>/amend/<str:award>/leave/", views.leave_grant, name="leave_grant"),
]
