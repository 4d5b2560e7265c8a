"""Addresses of the files of a bid."""

from django.urls import path

from bids.files import views

urlpatterns = [
    path("bids/<str:reference>/files/add/", views.add_files, name="add_files"),
    path("bids/<str:reference>/files/<str:file>/", views.bid_file, name="bid_file"),
    path("bids/<str:reference>/files/<str:file>/remove/", views.remove_file, name="remove_file"),
]
