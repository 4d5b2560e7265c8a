"""Addresses of scenarios."""

from approvals.scenarios import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/scenarios/", views.scenarios, name="scenarios"),
    path("rounds/<reference:round>/scenarios/add/", views.add_scenario, name="add_scenario"),
    path("rounds/<reference:round>/scenarios/compare/", views.compare_scenarios, name="compare_scenarios"),
    path("scenarios/<str:reference>/", views.scenario, name="scenario"),
    path("scenarios/<str:reference>/propose/", views.propose_scenario, name="propose_scenario"),
]
