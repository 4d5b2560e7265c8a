"""Addresses of rounds, budget lines and virements."""

from grants.addresses import path
from grants.rounds import views, virement_views

urlpatterns = [
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/add/", views.add_round, name="add_round"),
    path("rounds/<reference:reference>/", views.round, name="round"),
    path("rounds/<reference:reference>/closing/", views.extend_bids, name="extend_bids"),
    path("rounds/<reference:reference>/scoring-closes/", views.extend_scoring, name="extend_scoring"),
    path("rounds/<reference:reference>/lines/add/", views.add_budget_line, name="add_budget_line"),
    path("lines/<str:reference>/", views.change_budget_line, name="change_budget_line"),
    path("rounds/<reference:round>/virements/", virement_views.virements, name="virements"),
    path("rounds/<reference:round>/virements/propose/", virement_views.propose_virement, name="propose_virement"),
    path("virements/<str:reference>/", virement_views.virement, name="virement"),
    path("virements/<str:reference>/confirm/", virement_views.confirm_virement, name="confirm_virement"),
    path("virements/<str:reference>/refuse/", virement_views.refuse_virement, name="refuse_virement"),
    path("virements/<str:reference>/withdraw/", virement_views.withdraw_virement, name="withdraw_virement"),
]
