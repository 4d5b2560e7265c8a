"""Addresses of meetings of the panel."""

from bids.meetings import views
from grants.addresses import path

urlpatterns = [
    path("rounds/<reference:round>/meetings/", views.meetings, name="meetings"),
    path("rounds/<reference:round>/meetings/plan/", views.plan_meeting, name="plan_meeting"),
    path("meetings/<str:reference>/", views.meeting, name="meeting"),
    path("meetings/<str:reference>/open/", views.open_meeting, name="open_meeting"),
    path("meetings/<str:reference>/agenda/", views.put_on_agenda, name="put_on_agenda"),
    path("meetings/<str:reference>/bids/<str:bid>/", views.discuss_bid, name="discuss_bid"),
    path("meetings/<str:reference>/now/", views.follow_meeting, name="follow_meeting"),
    path("meetings/<str:reference>/close/", views.close_meeting, name="close_meeting"),
    path("meetings/<str:reference>/minutes/", views.minutes, name="minutes"),
    path("meetings/<str:reference>/minutes.pdf", views.minutes_pdf, name="minutes_pdf"),
]
