"""The forms of the workbench of families: bids grouped by hand, and answers to what is alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from approvals.families.workbench import amount, candidates
from bids.fields import BidsField, bid_label
from bids.models import Bid
from grants import money
from grants.forms import Checkboxes, Form, Radios, VersionedForm, text_area
from grants.models import Organisation, Round


class CountedBidsField(BidsField):
    """Bids to tick, each with what it counts with."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Bid.objects.none(), to_field_name="reference", widget=Checkboxes, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{bid_label(obj)}, {money.pounds(amount(obj))}"


def as_typed(form: forms.BaseForm) -> dict[str, Any]:
    """What was typed into a form, to begin another with: nothing of it is checked yet."""
    return {name: field.widget.value_from_datadict(form.data, form.files, name) for name, field in form.fields.items()}


class FamilyForm(Form):
    name = forms.CharField(
        label="Project family", max_length=120, required=False, help_text="Leave empty to take the bids apart again."
    )
    bids = CountedBidsField(label="Bids", error_messages={"required": "Select at least one bid"})
    reason = text_area("Reason", rows=2)

    def __init__(self, *args: Any, round: Round, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bids"]
        assert isinstance(field, CountedBidsField)
        field.queryset = candidates(round).filter(pk__in=visible).select_related("recipient", "award")


class LikenessForm(VersionedForm):
    """What a person says of bids that are alike. What an answer needs, it asks for itself."""

    may_be_incomplete = True

    answer = forms.ChoiceField(
        label="What they are",
        choices=[("confirm", "Lots of one project"), ("dismiss", "Not one project, no two of them")],
        widget=Radios,
        error_messages={"required": "Select what they are"},
    )
    bids = CountedBidsField(
        label="Which of them are one project", required=False, help_text="Those that you leave out are not asked again."
    )
    name = forms.CharField(
        label="Project family",
        max_length=120,
        required=False,
        help_text="Needed where they are one project. The name of a family that is there joins them to it.",
    )
    reason = text_area("Reason", rows=3)

    def __init__(self, *args: Any, alike: Sequence[Bid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bids"]
        assert isinstance(field, CountedBidsField)
        field.queryset = Bid.objects.filter(pk__in=[bid.pk for bid in alike]).select_related("recipient", "award")


class SameBodyForm(Form):
    """What a person says of organisations that look like one. What an answer needs, it asks for itself."""

    may_be_incomplete = True

    answer = forms.ChoiceField(
        label="What they are",
        choices=[("merge", "One organisation"), ("dismiss", "Not one, no two of them")],
        widget=Radios,
        error_messages={"required": "Select what they are"},
    )
    bodies = forms.ModelMultipleChoiceField(
        label="Which of them are one",
        queryset=Organisation.objects.none(),
        widget=Checkboxes,
        required=False,
    )
    kept = forms.ModelChoiceField(
        label="The record to keep",
        queryset=Organisation.objects.none(),
        widget=Radios,
        empty_label=None,
        required=False,
        help_text="It takes over the names of the others, and their bids and contracts of this round.",
    )
    reason = text_area("Reason", rows=3)

    def __init__(self, *args: Any, alike: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("bodies", "kept"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Organisation.objects.filter(pk__in=[body.pk for body in alike])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "merge" and not data.get("kept"):
            self.add_error("kept", "Select the record to keep")
        return data
