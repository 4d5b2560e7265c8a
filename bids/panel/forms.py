"""The forms of the panel: assigning, interests, practice, the meeting and outcomes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from django import forms

from bids.criteria import Rule
from bids.fields import BidField
from bids.models import Bid, PanelOutcome, Tag
from bids.panel.reading import PlanGrid
from grants.forms import (
    Checkbox,
    Checkboxes,
    FilterForm,
    Form,
    MoneyField,
    Radios,
    VersionedForm,
    choose,
    text_area,
)
from grants.formulas import no_formula
from grants.layout import Reveal, Rows, Tick
from grants.models import Organisation, Round, User


class AssignForm(Form):
    bid = BidField(label="Bid", queryset=Bid.objects.none(), empty_label="Choose a bid")
    member = forms.ModelChoiceField(label="Panel member", queryset=User.objects.none(), empty_label="Choose a member")
    despite = text_area(
        "Reason, if their unit or a body they belong to is connected with the bid",
        rows=2,
        required=False,
        longest=1000,
        hint="Needed only if there is such a connection. It is recorded in the audit trail.",
    )

    def __init__(self, *args: Any, bids: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bid, member = self.fields["bid"], self.fields["member"]
        assert isinstance(bid, forms.ModelChoiceField) and isinstance(member, forms.ModelChoiceField)
        bid.queryset = bids.filter(state=Bid.State.ELIGIBLE).select_related("recipient")
        bid.to_field_name = "reference"
        member.queryset = members
        member.to_field_name = "username"


class OwnMarksForm(FilterForm):
    """Which of their own scorecards a member sees, and in which order."""

    state = choose(
        "Scorecards", [("submitted", "Submitted"), ("draft", "Drafts"), ("none", "Not scored yet")], "All of them"
    )
    sort = choose("Sort by", [])

    def __init__(self, *args: Any, rules: Sequence[Rule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sort = self.fields["sort"]
        assert isinstance(sort, forms.ChoiceField)
        names = [
            ("mean", "Mean"),
            *((str(rule.number), f"{rule.number}. {rule.label}") for rule in rules if rule.scored),
        ]
        sort.choices = [
            ("", "Reference"),
            *((f"{sign}{name}", f"{label}, {order} first") for name, label in names for sign, order in _ORDERS),
        ]


_ORDERS = (("", "highest"), ("-", "lowest"))


class PlanAssignmentsForm(Form):
    wanted = forms.IntegerField(
        label="Scorers for each bid",
        min_value=1,
        max_value=12,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
    )


class OutcomeForm(VersionedForm):
    pieces = (Reveal("verdict", {"redirect": ["destination"]}),)

    verdict = forms.ChoiceField(label="Outcome", choices=PanelOutcome.Verdict.choices, widget=Radios)
    destination = forms.CharField(
        label="Where it is redirected to", max_length=150, required=False, help_text="Only for a bid that you redirect."
    )
    reason = text_area("Reason that can be published", rows=3, longest=2000, validators=[no_formula])
    internal_reason = text_area(
        "Internal reason", rows=3, required=False, longest=2000, hint="For the panel and the leadership only."
    )


class InterestForm(Form):
    """One bid's declaration, one of many on a page."""

    pieces = (Reveal("conflicted", {"yes": ["nature"]}),)
    # A bid without an answer is left for later.
    may_be_incomplete = True

    conflicted = forms.TypedChoiceField(
        label="Interest",
        choices=[("no", "No interest"), ("yes", "I have an interest")],
        coerce=lambda answer: answer == "yes",
        widget=Radios,
        required=False,
        empty_value=None,
    )
    nature = forms.CharField(label="If you have an interest, what is it?", max_length=1000, required=False)

    def __init__(self, *args: Any, bid: Bid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["conflicted"].label = bid.bidder
        self.fields["conflicted"].help_text = bid.source_reference

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("conflicted") and not data.get("nature"):
            self.add_error("nature", "Enter details of your interest")
        return data

    def answer(self, before: bool | None, *, rest: bool) -> bool | None:
        """Return whether there is an interest, or None if the answer is the same as before or still missing.

        `before` is the earlier answer. With `rest`, a bid that was never answered has no interest.
        """
        conflicted: bool | None = self.cleaned_data["conflicted"]
        if conflicted is None and before is None and rest:
            return False
        return conflicted if conflicted != before else None


class RestForm(Form):
    """One box for all bidders without an answer. It is never ticked beforehand."""

    rest = forms.BooleanField(
        label="I have no interest in any bidder that I have not answered for above",
        required=False,
        widget=Checkbox(attrs={"label": "I have no interest in any bidder that I have not answered for above"}),
    )


class KnowledgeForm(Form):
    """What a member knows about; the tags and bodies are those of the round."""

    themes = forms.ModelMultipleChoiceField(
        label="Themes that they know", queryset=Tag.objects.none(), widget=Checkboxes, required=False
    )
    boroughs = forms.MultipleChoiceField(widget=Checkboxes, required=False)
    organisations = forms.ModelMultipleChoiceField(
        label="Bodies that they belong to",
        queryset=Organisation.objects.none(),
        widget=Checkboxes,
        required=False,
        help_text="They work for it or sit on its board. They are never assigned its bids.",
    )

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = round.body.areas
        themes, boroughs, bodies = (self.fields[name] for name in ("themes", "boroughs", "organisations"))
        assert isinstance(boroughs, forms.MultipleChoiceField)
        boroughs.label, boroughs.choices = f"{areas.many.capitalize()} that they know", areas.choices
        assert isinstance(themes, forms.ModelMultipleChoiceField)
        assert isinstance(bodies, forms.ModelMultipleChoiceField)
        themes.queryset = Tag.objects.filter(round=round, kind=Tag.Kind.THEME)
        themes.to_field_name = "code"
        bodies.queryset = Organisation.objects.filter(bids__round=round).distinct()


class PlanForm(VersionedForm):
    """The members ticked for the bids of one page of a plan. `chosen` gives pairs of reference and user name.

    Once the plan is `applied` they only show.
    """

    # The references of the bids that the page shows, which a later page of the plan may put in another order.
    bids = forms.CharField(widget=forms.HiddenInput, required=False)
    pairs = forms.MultipleChoiceField(
        required=False,
        widget=Checkboxes,
        error_messages={"invalid_choice": "A member you selected may not score the bid. Make a new plan"},
    )

    def __init__(self, *args: Any, grid: PlanGrid, applied: bool, initial: dict[str, Any], **kwargs: Any) -> None:
        ticked = [pair for row in grid.rows for pair, _, _, is_ticked in row.cells if is_ticked]
        super().__init__(*args, initial=initial | {"pairs": ticked, "bids": " ".join(grid.references)}, **kwargs)
        pairs = self.fields["pairs"]
        assert isinstance(pairs, forms.MultipleChoiceField)
        pairs.choices = [(pair, pair) for pair in grid.allowed]
        number = itertools.count()
        lines = []
        for row in grid.rows:
            called = f"{row.bid.source_reference} {row.bid.title}"
            ticks = {
                pair: Tick("pairs", next(number), pair, f"{name} scores {called}", disabled=applied)
                for pair, name, why_not, _ in row.cells
                if not why_not
            }
            lines.append((row, ticks))
        self.pieces = [Rows("bids/panel/_members_to_assign.html", lines, "pairs")]

    @property
    def chosen(self) -> list[tuple[str, str]]:
        pairs = []
        for pair in self.cleaned_data["pairs"]:
            reference, _, username = pair.partition(":")
            pairs.append((reference, username))
        return pairs


class ChaseForm(Form):
    """Whom the chair writes to, and the chair's own words. Everybody who has an address is ticked from the start."""

    members = forms.ModelMultipleChoiceField(
        label="Members",
        queryset=User.objects.none(),
        widget=Checkboxes,
        to_field_name="username",
        error_messages={"required": "Select at least one member"},
    )
    words = text_area(
        "Your own words",
        rows=3,
        required=False,
        longest=1000,
        hint="They stand between the number of bids and the link. Do not mention a bid.",
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["members"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = members
        field.initial = [member.username for member in members if member.email]


class PracticeForm(Form):
    title = forms.CharField(label="Title", max_length=150)
    bidder = forms.CharField(label="Who asks", max_length=150, help_text="A made-up name.")
    amount = MoneyField(label="Amount asked for")
    case = text_area(
        "The case",
        rows=12,
        longest=8000,
        hint="What the bid asks for, who benefits, what it costs and how success is measured.",
    )
