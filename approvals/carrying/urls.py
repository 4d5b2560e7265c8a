"""Addresses of carry-overs."""

from approvals.carrying import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/carry-overs/", views.carry_overs, name="carry_overs"),
    path("rounds/<reference:round>/carry-overs/propose/", views.propose_carry_over, name="propose_carry_over"),
    path("carry-overs/<str:reference>/", views.carry_over, name="carry_over"),
    path("carry-overs/<str:reference>/confirm/", views.confirm_carry_over, name="confirm_carry_over"),
    path("carry-overs/<str:reference>/refuse/", views.refuse_carry_over, name="refuse_carry_over"),
    path("carry-overs/<str:reference>/withdraw/", views.withdraw_carry_over, name="withdraw_carry_over"),
]
