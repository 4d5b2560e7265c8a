"""Forms of families: bids grouped by hand, and answers to suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML
from django import forms

from approvals.families.workbench import Listed, amount, candidates
from bids.fields import BidsField, bid_label
from bids.models import Bid
from grants import money
from grants.forms import Checkboxes, FilterForm, Form, Radios, VersionedForm, text_area
from grants.layout import Reveal
from grants.models import Organisation, Round


class CountedBidsField(BidsField):
    """Checkboxes of bids, each with its amount."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Bid.rows.none(), to_field_name="reference", widget=Checkboxes, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{bid_label(obj)}, {money.pounds(amount(obj))}"


def as_typed(form: forms.BaseForm) -> dict[str, Any]:
    """Return the unchecked values typed into a form, as initial values of another form."""
    return {name: field.widget.value_from_datadict(form.data, form.files, name) for name, field in form.fields.items()}


class OrganisationSearchForm(FilterForm):
    q = forms.CharField(label="Search", required=False, help_text="Any of its names, or its register number")


class FamilyForm(Form):
    """Bids grouped by hand; an empty name separates them.

    Any bid that is `visible` can be sent. The page lists some of them, after `list_bids`.
    """

    pieces = (
        "name",
        "reason",
        "q",
        HTML('{% include "approvals/families/_find_bids.html" %}'),
        "bids",
        HTML('{% include "approvals/families/_other_bids.html" %}'),
    )

    name = forms.CharField(
        label="Project family", max_length=120, required=False, help_text="Leave empty to separate the bids."
    )
    reason = text_area("Reason", rows=2)
    q = forms.CharField(
        label="Find bids",
        required=False,
        help_text="Words of a reference, a title or a bidder. Ticked bids stay ticked.",
    )
    bids = CountedBidsField(label="Bids", error_messages={"required": "Select at least one bid"})
    number = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, round: Round, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bids"]
        assert isinstance(field, CountedBidsField)
        field.queryset = candidates(round).filter(pk__in=visible)

    def list_bids(self, listed: Listed) -> None:
        """Let the page list these bids, and know which page of them it is."""
        field = self.fields["bids"]
        assert isinstance(field, CountedBidsField)
        field.widget.choices = [(bid.reference, field.label_from_instance(bid)) for bid in listed.bids]
        self.initial["number"] = listed.page.number


class LikenessForm(VersionedForm):
    """An answer to a suggestion of bids. `grouping` checks what the answer needs."""

    pieces = (Reveal("answer", {"confirm": ["bids", "name"]}),)
    may_be_incomplete = True

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[("confirm", "Lots of one project"), ("dismiss", "Not one project")],
        widget=Radios,
        error_messages={"required": "Select an answer"},
    )
    bids = CountedBidsField(
        label="Which of them are one project",
        required=False,
        help_text="Bids that you leave out are not suggested again.",
    )
    name = forms.CharField(
        label="Project family",
        max_length=120,
        required=False,
        help_text="Needed if they are one project. To add them to an existing family, enter its name.",
    )
    reason = text_area("Reason", rows=3)

    def __init__(self, *args: Any, alike: Sequence[Bid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bids"]
        assert isinstance(field, CountedBidsField)
        field.queryset = Bid.rows.filter(pk__in=[bid.pk for bid in alike]).select_related("recipient", "award")


class SameBodyForm(Form):
    """An answer to a suggestion of organisations. `grouping` checks what the answer needs."""

    pieces = (Reveal("answer", {"merge": ["bodies", "kept"]}),)
    may_be_incomplete = True

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[("merge", "One organisation"), ("dismiss", "Different organisations")],
        widget=Radios,
        error_messages={"required": "Select an answer"},
    )
    bodies = forms.ModelMultipleChoiceField(
        label="Which of them are one organisation",
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
        help_text="It takes over the names of the others, and their bids and contracts in this round.",
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
