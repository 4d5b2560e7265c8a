"""Addresses of rounds, budget lines, income and virements."""

from grants.addresses import path
from grants.rounds import income_views, over_allocation_views, views, virement_views

urlpatterns = [
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/add/", views.add_round, name="add_round"),
    path("rounds/<reference:reference>/", views.round, name="round"),
    path("rounds/<reference:reference>/closing/", views.extend_bids, name="extend_bids"),
    path("rounds/<reference:reference>/scoring-closes/", views.extend_scoring, name="extend_scoring"),
    path("rounds/<reference:reference>/lines/add/", views.add_budget_line, name="add_budget_line"),
    path("lines/<str:reference>/", views.change_budget_line, name="change_budget_line"),
    path("rounds/<reference:round>/income/", income_views.round_income, name="round_income"),
    path("rounds/<reference:round>/income/add/", income_views.add_income, name="add_income"),
    path("income/<str:reference>/", income_views.income, name="income"),
    path("income/<str:reference>/change/", income_views.change_income, name="change_income"),
    path("income/<str:reference>/withdraw/", income_views.withdraw_income, name="withdraw_income"),
    path("rounds/<reference:round>/over-allocations/", over_allocation_views.over_allocations, name="over_allocations"),
    path(
        "rounds/<reference:round>/over-allocations/propose/",
        over_allocation_views.propose_over_allocation,
        name="propose_over_allocation",
    ),
    path("over-allocations/<str:reference>/", over_allocation_views.over_allocation, name="over_allocation"),
    path(
        "over-allocations/<str:reference>/agree/",
        over_allocation_views.agree_over_allocation,
        name="agree_over_allocation",
    ),
    path(
        "over-allocations/<str:reference>/refuse/",
        over_allocation_views.refuse_over_allocation,
        name="refuse_over_allocation",
    ),
    path(
        "over-allocations/<str:reference>/withdraw/",
        over_allocation_views.withdraw_over_allocation,
        name="withdraw_over_allocation",
    ),
    path("rounds/<reference:round>/virements/", virement_views.virements, name="virements"),
    path("rounds/<reference:round>/virements/propose/", virement_views.propose_virement, name="propose_virement"),
    path("virements/<str:reference>/", virement_views.virement, name="virement"),
    path("virements/<str:reference>/confirm/", virement_views.confirm_virement, name="confirm_virement"),
    path("virements/<str:reference>/refuse/", virement_views.refuse_virement, name="refuse_virement"),
    path("virements/<str:reference>/withdraw/", virement_views.withdraw_virement, name="withdraw_virement"),
]
