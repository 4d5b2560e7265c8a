"""Addresses of scenarios."""

from django.urls import path

from approvals.scenarios import views

urlpatterns = [
    path("rounds/<slug:round>/scenarios/", views.scenarios, name="scenarios"),
    path("rounds/<slug:round>/scenarios/add/", views.add_scenario, name="add_scenario"),
    path("rounds/<slug:round>/scenarios/compare/", views.compare_scenarios, name="compare_scenarios"),
    path("scenarios/<str:reference>/", views.scenario, name="scenario"),
    path("scenarios/<str:reference>/propose/", views.propose_scenario, name="propose_scenario"),
]
