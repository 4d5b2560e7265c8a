"""`path` of Django with the converter `reference`, for what a person chose as the reference of a round or decision."""

from django.urls import path, register_converter

from grants.references import InAddress

__all__ = ["path"]

register_converter(InAddress, "reference")
