"""Addresses of signing in, people and deputies."""

from django.urls import path

from grants.people import deputy_views, power_views, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("signed-in/", views.signed_in, name="signed_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/end-sessions/", views.end_sessions, name="end_sessions"),
    path("set-password/<str:uid>/<str:token>/", views.set_password, name="set_password"),
    path("people/", views.people, name="people"),
    path("people/add/", views.add_person, name="add_person"),
    path("people/<str:username>/", views.person, name="person"),
    path("people/<str:username>/email/", views.change_email, name="change_email"),
    path("people/<str:username>/roles/give/", views.give_role, name="give_role"),
    path("people/<str:username>/roles/end/", views.end_role, name="end_role"),
    path("people/<str:username>/password-link/", views.password_link, name="password_link"),
    path(
        "people/<str:username>/propose-password-link/", power_views.propose_password_link, name="propose_password_link"
    ),
    path("powers/<reference:reference>/", power_views.power, name="power"),
    path("powers/<reference:reference>/confirm/", power_views.confirm_power, name="confirm_power"),
    path("powers/<reference:reference>/refuse/", power_views.refuse_power, name="refuse_power"),
    path("powers/<reference:reference>/withdraw/", power_views.withdraw_power, name="withdraw_power"),
    path("deputies/", deputy_views.deputies, name="deputies"),
    path("deputies/name/", deputy_views.name_deputy, name="name_deputy"),
    path("deputies/end/", deputy_views.end_deputation, name="end_deputation"),
]
