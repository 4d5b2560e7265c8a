"""The search of the decisions of a round."""

from __future__ import annotations

from django import forms

from grants.forms import FilterForm


class DecisionSearchForm(FilterForm):
    q = forms.CharField(label="Search", required=False, help_text="Words of the title or of a section, or a reference")
