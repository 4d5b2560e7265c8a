"""Addresses of the ranking and the files made of it."""

from bids.ranking import export_views, views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/ranking/", views.ranking, name="ranking"),
    path("rounds/<reference:round>/ranking/insight/", views.insight, name="insight"),
    path("rounds/<reference:round>/ranking/coverage/", views.coverage, name="coverage"),
    path("rounds/<reference:round>/ranking/export/", export_views.export_scores, name="export_scores"),
    path("exports/<str:reference>/", export_views.scores_file, name="scores_file"),
    path("bids/<str:reference>/feedback/", export_views.feedback, name="feedback"),
    path("rounds/<reference:round>/ranking/feedback.txt", export_views.feedback_file, name="feedback_file"),
]
