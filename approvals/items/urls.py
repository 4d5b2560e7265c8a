"""Addresses of the items of a paper."""

from approvals.items import views
from grants.addresses import path

urlpatterns = [
    path("decisions/<reference:reference>/items/add/", views.ask_item, name="ask_item"),
    path("decisions/<reference:reference>/items/<str:item>/", views.change_item, name="change_item"),
    path("decisions/<reference:reference>/items/<str:item>/withdraw/", views.withdraw_item, name="withdraw_item"),
]
