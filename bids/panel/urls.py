"""Addresses of the panel and its members."""

from bids.panel import assigning_views, own_views, practice_views, score_views, views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/scoring/", score_views.scoring, name="scoring"),
    path("rounds/<reference:round>/scoring/marks/", own_views.my_marks, name="my_marks"),
    path("rounds/<reference:round>/scoring/print/", own_views.my_scorecards, name="my_scorecards"),
    path("rounds/<reference:round>/scoring/kept/", own_views.kept_scorecards, name="kept_scorecards"),
    path("rounds/<reference:round>/interests/", score_views.interests, name="interests"),
    path("bids/<str:reference>/score/", score_views.score, name="score"),
    path("rounds/<reference:round>/panel/", views.panel, name="panel"),
    path("rounds/<reference:round>/panel/plan/", assigning_views.plan_assignments, name="plan_assignments"),
    path("plans/<str:reference>/", assigning_views.assignment_plan, name="assignment_plan"),
    path("plans/<str:reference>/undo/", assigning_views.undo_plan, name="undo_plan"),
    path("rounds/<reference:round>/panel/assign/", assigning_views.assign_bid, name="assign_bid"),
    path(
        "bids/<str:reference>/scorers/<str:username>/withdraw/",
        assigning_views.withdraw_assignment,
        name="withdraw_assignment",
    ),
    path("bids/<str:reference>/decline/", assigning_views.decline_assignment, name="decline_assignment"),
    path("rounds/<reference:round>/panel/members/<str:username>/", assigning_views.knowledge, name="knowledge"),
    path("rounds/<reference:round>/panel/chase/", assigning_views.chase, name="chase"),
    path("rounds/<reference:round>/panel/interests/", assigning_views.declared_interests, name="declared_interests"),
    path("bids/<str:reference>/interests/<str:username>/", assigning_views.waive_interest, name="waive_interest"),
    path("rounds/<reference:round>/practice/", practice_views.practice, name="practice"),
    path("rounds/<reference:round>/practice/set-up/", practice_views.keep_practice, name="keep_practice"),
    path("rounds/<reference:round>/practice/compare/", practice_views.compare_practice, name="compare_practice"),
    path("rounds/<reference:round>/panel/close/", views.close_scoring, name="close_scoring"),
    path("rounds/<reference:round>/panel/open/", views.open_marks, name="open_marks"),
    path("rounds/<reference:round>/panel/reopen/", views.reopen_scoring, name="reopen_scoring"),
    path("bids/<str:reference>/scorers/<str:username>/reopen/", views.reopen_scorecard, name="reopen_scorecard"),
    path("bids/<str:reference>/scorers/<str:username>/final/", views.end_reopening, name="end_reopening"),
    path("bids/<str:reference>/outcome/", views.record_outcome, name="record_outcome"),
]
