"""Addresses of the items of a paper."""

from django.urls import path

from approvals.items import views

urlpatterns = [
    path("decisions/<str:reference>/items/add/", views.ask_item, name="ask_item"),
    path("decisions/<str:reference>/items/<str:item>/", views.change_item, name="change_item"),
    path("decisions/<str:reference>/items/<str:item>/withdraw/", views.withdraw_item, name="withdraw_item"),
]
