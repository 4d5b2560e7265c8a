"""Addresses of the panel and its members."""

from django.urls import path

from bids.panel import assigning_views, practice_views, score_views, views

urlpatterns = [
    path("rounds/<slug:round>/scoring/", score_views.scoring, name="scoring"),
    path("rounds/<slug:round>/interests/", score_views.interests, name="interests"),
    path("bids/<str:reference>/score/", score_views.score, name="score"),
    path("rounds/<slug:round>/panel/", views.panel, name="panel"),
    path("rounds/<slug:round>/panel/plan/", assigning_views.plan_assignments, name="plan_assignments"),
    path("plans/<str:reference>/", assigning_views.assignment_plan, name="assignment_plan"),
    path("plans/<str:reference>/undo/", assigning_views.undo_plan, name="undo_plan"),
    path("rounds/<slug:round>/panel/assign/", assigning_views.assign_bid, name="assign_bid"),
    path(
        "bids/<str:reference>/scorers/<str:username>/withdraw/",
        assigning_views.withdraw_assignment,
        name="withdraw_assignment",
    ),
    path("bids/<str:reference>/decline/", assigning_views.decline_assignment, name="decline_assignment"),
    path("rounds/<slug:round>/panel/members/<str:username>/", assigning_views.knowledge, name="knowledge"),
    path("rounds/<slug:round>/panel/chase/", assigning_views.chase, name="chase"),
    path("rounds/<slug:round>/panel/interests/", assigning_views.declared_interests, name="declared_interests"),
    path("bids/<str:reference>/interests/<str:username>/", assigning_views.waive_interest, name="waive_interest"),
    path("rounds/<slug:round>/practice/", practice_views.practice, name="practice"),
    path("rounds/<slug:round>/practice/set-up/", practice_views.keep_practice, name="keep_practice"),
    path("rounds/<slug:round>/practice/compare/", practice_views.compare_practice, name="compare_practice"),
    path("rounds/<slug:round>/panel/close/", views.close_scoring, name="close_scoring"),
    path("bids/<str:reference>/outcome/", views.record_outcome, name="record_outcome"),
]
