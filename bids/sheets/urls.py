"""Addresses of an uploaded file: its sheet, its columns, its rows."""

from django.urls import path

from bids.sheets import views

urlpatterns = [
    path("imports/<str:reference>/sheet/", views.choose_sheet, name="choose_sheet"),
    path("imports/<str:reference>/columns/", views.map_columns, name="map_columns"),
    path("imports/<str:reference>/rows/", views.choose_rows, name="choose_rows"),
]
