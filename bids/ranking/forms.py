"""The form that asks for every mark as a file."""

from __future__ import annotations

from django import forms

from bids.models import Export
from grants.forms import Form, Radios


class ExportForm(Form):
    kind = forms.ChoiceField(label="File", choices=Export.Kind.choices, widget=Radios, initial=Export.Kind.XLSX)
