"""Addresses of the whole product; those of the apps above are included by name."""

from django.contrib import admin
from django.urls import include, path

from grants import deputy_views, views, virement_views

pages = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("signed-in/", views.signed_in, name="signed_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("set-password/<str:uid>/<str:token>/", views.set_password, name="set_password"),
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/add/", views.add_round, name="add_round"),
    path("rounds/<slug:reference>/", views.round, name="round"),
    path("rounds/<slug:reference>/lines/add/", views.add_budget_line, name="add_budget_line"),
    path("lines/<str:reference>/", views.change_budget_line, name="change_budget_line"),
    path("rounds/<slug:round>/virements/", virement_views.virements, name="virements"),
    path("rounds/<slug:round>/virements/propose/", virement_views.propose_virement, name="propose_virement"),
    path("virements/<str:reference>/", virement_views.virement, name="virement"),
    path("virements/<str:reference>/confirm/", virement_views.confirm_virement, name="confirm_virement"),
    path("virements/<str:reference>/refuse/", virement_views.refuse_virement, name="refuse_virement"),
    path("virements/<str:reference>/withdraw/", virement_views.withdraw_virement, name="withdraw_virement"),
    path("people/", views.people, name="people"),
    path("people/add/", views.add_person, name="add_person"),
    path("people/<str:username>/", views.person, name="person"),
    path("people/<str:username>/email/", views.change_email, name="change_email"),
    path("people/<str:username>/roles/give/", views.give_role, name="give_role"),
    path("people/<str:username>/roles/end/", views.end_role, name="end_role"),
    path("people/<str:username>/password-link/", views.password_link, name="password_link"),
    path("deputies/", deputy_views.deputies, name="deputies"),
    path("deputies/name/", deputy_views.name_deputy, name="name_deputy"),
    path("deputies/end/", deputy_views.end_deputation, name="end_deputation"),
    path("trail/rounds/<slug:reference>/", views.round_trail, name="round_trail"),
    path("trail/people/", views.people_trail, name="people_trail"),
]

urlpatterns = [
    path("", include((pages, "grants"))),
    path("", include("bids.urls")),
    path("", include("approvals.urls")),
    path("admin/", admin.site.urls),
]
