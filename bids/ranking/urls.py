"""Addresses of the ranking and the files made of it."""

from django.urls import path

from bids.ranking import export_views, views

urlpatterns = [
    path("rounds/<slug:round>/ranking/", views.ranking, name="ranking"),
    path("rounds/<slug:round>/ranking/insight/", views.insight, name="insight"),
    path("rounds/<slug:round>/ranking/coverage/", views.coverage, name="coverage"),
    path("rounds/<slug:round>/ranking/export/", export_views.export_scores, name="export_scores"),
    path("exports/<str:reference>/", export_views.scores_file, name="scores_file"),
    path("bids/<str:reference>/feedback/", export_views.feedback, name="feedback"),
    path("rounds/<slug:round>/ranking/feedback.txt", export_views.feedback_file, name="feedback_file"),
]
