"""The forms of review, routes, approvals, contracts, rules and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from approvals import awards, places
from approvals.deciding import Answer
from approvals.funding import Place
from approvals.models import Award, Decision, DecisionItem, DelegationRule, SignOff, SingleTenderAction
from bids.forms import BidsField
from bids.models import Bid
from grants import money
from grants.forms import Checkbox, Checkboxes, DayField, Form, MoneyField, Radios, VersionedForm, text_area, yes_no
from grants.models import Organisation, Round, User


class AgreeForm(Form):
    """Agree several recommended bids as they are, for the amounts that they ask for."""

    bids = BidsField(label="Bids", queryset=Bid.objects.none(), widget=Checkboxes)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bids"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Bid.objects.filter(round=round, state__in=awards.reviewable(round))
        field.to_field_name = "reference"
        field.error_messages["required"] = "Select at least one bid"


class ReviewForm(VersionedForm):
    answer = forms.ChoiceField(
        label="What the leadership says",
        choices=[("agree", "Agree, for the amount below"), ("return", "Send back to the panel")],
        widget=Radios,
    )
    amount = MoneyField(label="Recommended amount", required=False)
    reason = text_area(
        "Why", rows=3, required=False, longest=2000, hint="Needed for another amount, and to send the bid back."
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "agree" and "amount" not in self.errors and not data.get("amount"):
            self.add_error("amount", "Enter the recommended amount")
        if data.get("answer") == "return" and not data.get("reason"):
            self.add_error("reason", "Say why the bid goes back to the panel")
        return data


class ScenarioForm(Form):
    name = forms.CharField(label="Name of the scenario", max_length=80, help_text="Such as “More for the east”.")


class LineForm(Form):
    """Where the funding line of a scenario is drawn."""

    places = forms.IntegerField(label="Draw the line below this many bids", min_value=0, max_value=99_999)


class ScenarioRowForm(Form):
    """What a scenario does with one bid, one of many on a page. `answer` gives its place and an amount in pounds."""

    place = forms.ChoiceField(
        label="Place",
        choices=[(Place.FUND, "Fund"), (Place.RESERVE, "Reserve list"), (Place.NONE, "Not")],
        widget=forms.Select,
    )
    amount = MoneyField(label="Amount", required=False)

    def __init__(self, *args: Any, asked: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked

    def clean_amount(self) -> Decimal:
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount > self.asked:
            raise forms.ValidationError(f"Amount must be no more than the {money.pounds(self.asked)} asked for")
        return self.asked if amount is None else amount

    @property
    def answer(self) -> tuple[Place, Decimal]:
        return Place(self.cleaned_data["place"]), self.cleaned_data["amount"]


class ApproveForm(Form):
    """Check your answers: the grants and the version of each that the page showed."""

    awards = forms.ModelMultipleChoiceField(
        label="Grants", queryset=Award.objects.none(), widget=forms.MultipleHiddenInput
    )
    conditions = text_area("Conditions", rows=2, required=False, longest=2000)
    reason = text_area("Reason", rows=2, longest=2000)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["awards"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Award.objects.filter(round=round).select_related("bid__recipient", "round")
        field.to_field_name = "reference"
        field.error_messages["required"] = "Select at least one grant"


class SeenReasonForm(VersionedForm):
    reason = text_area("Reason", rows=3, longest=2000)


class EscalateForm(VersionedForm):
    reason = text_area("Reason", rows=3, longest=300)


class PaymentForm(VersionedForm):
    amount = MoneyField(label="Amount paid")
    paid_on = DayField(label="Date of payment")
    reason = text_area(
        "Why it was paid before approval", rows=3, required=False, longest=2000, hint="Only where it was."
    )
    impact_assessed = yes_no(
        "Is the data protection impact assessment finished?",
        required=False,
        hint="Needed where the project uses personal data of the public.",
    )


class ContractForm(Form):
    supplier = forms.ModelChoiceField(
        # One that another took over goes by no name any more.
        label="Supplier",
        queryset=Organisation.objects.filter(aliases__isnull=False).distinct(),
        empty_label="Choose an organisation",
    )
    title = forms.CharField(label="What is bought", max_length=150)
    amount = MoneyField(label="Whole-life value")
    profile = text_area("Years", rows=2, hint="One a line, like “2019/20: 200,000”. Together they equal the value.")
    charged_to = forms.RegexField(
        r"^20\d\d/\d\d$",
        label="Charged to the financial year",
        error_messages={"invalid": "Financial year must be like 2026/27"},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    ground = forms.ChoiceField(label="Primary ground", choices=SingleTenderAction.Ground.choices, widget=Radios)
    evidence = text_area("Evidence for the primary ground")
    other_grounds = text_area("Other grounds, noted and not relied on", rows=2, required=False, longest=2000)
    proposal = text_area("Proposal (appendix 3)", rows=6, longest=8000)
    performance = text_area("Performance framework (appendix 4)", rows=6, longest=8000)

    def clean_profile(self) -> list[tuple[str, Decimal]]:
        years = []
        for line in self.cleaned_data["profile"].splitlines():
            if not line.strip():
                continue
            year, colon, amount = line.partition(":")
            try:
                if not colon:
                    raise money.NotMoney(f"“{line[:40]}” must be a year, a colon and an amount")
                years.append((year.strip(), money.parse(amount)))
            except money.NotMoney as wrong:
                raise forms.ValidationError(str(wrong)) from None
        return years


class ChangeContractForm(ContractForm, VersionedForm):
    reason = text_area("Why it changes", rows=2, longest=2000)


class RuleForm(Form):
    kind = forms.ChoiceField(label="What the limit is for", choices=DelegationRule.Kind.choices, widget=Radios)
    limit = MoneyField(label="Limit")
    below = forms.CharField(label="Who approves below it", max_length=120)
    at_or_above = forms.CharField(label="Who approves at or above it", max_length=120)
    citation = forms.CharField(label="Citation", max_length=120, help_text="Such as Scheme 4.8.")
    valid_from = DayField(label="In force from", called="The first day in force")
    valid_to = DayField(label="In force until", called="The last day in force", required=False)


class ConfirmRuleForm(Form):
    verified = yes_no("Did you check the citation against the scheme?")
    reason = text_area("Reason", rows=2)


class DecisionForm(Form):
    reference = forms.RegexField(
        r"^[A-Z]{2,6}-\d{1,6}$",
        label="Reference",
        help_text="Such as PCD-681.",
        error_messages={"invalid": "Reference must be like PCD-681"},
    )
    title = forms.CharField(label="Title", max_length=200)
    decision_by = forms.CharField(label="Decision by", max_length=150, initial="Deputy Mayor for Policing and Crime")
    amends = forms.ModelChoiceField(
        label="Amends",
        queryset=Decision.objects.none(),
        required=False,
        empty_label="No earlier decision",
        help_text="Only where this paper changes a grant that a signed decision settled.",
    )

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amends = self.fields["amends"]
        assert isinstance(amends, forms.ModelChoiceField)
        amends.queryset = Decision.objects.filter(round=round, signed_at__isnull=False)
        amends.to_field_name = "reference"


class AmendForm(Form):
    award = forms.ModelChoiceField(label="Grant", queryset=Award.objects.none(), empty_label="Choose a grant")
    amount = MoneyField(label="New amount")
    reason = text_area("Reason", rows=3, longest=2000, hint="Printed nowhere; it stands in the trail.")

    def __init__(self, *args: Any, grants: Sequence[Award], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        award = self.fields["award"]
        assert isinstance(award, forms.ModelChoiceField)
        award.queryset = Award.objects.filter(pk__in=[each.pk for each in grants])
        award.to_field_name = "reference"
        award.choices = [
            ("", "Choose a grant"),
            *((each.reference, f"{each.bid.title}, {money.pounds(each.amount)}") for each in grants),
        ]


class SectionForm(VersionedForm):
    text = forms.CharField(
        label="Text",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="A blank line begins a new paragraph. Put figures in by name, like {grants above the threshold}.",
    )


class SourcesForm(VersionedForm):
    lines = text_area(
        "Figures from elsewhere",
        required=False,
        hint="One a line: the sum or count as it is typed in the text, a colon, where it comes from.",
    )


class SignOffForm(Form):
    """An adviser's answer. What they saw travels beside it, drawn anew each time the page is."""

    answer = forms.ChoiceField(label="Your answer", choices=SignOff.Answer.choices, widget=Radios)
    comment = text_area(
        "Comment", rows=3, required=False, longest=2000, hint="Printed in the paper. Needed where you do not sign off."
    )


class PartTwoForm(VersionedForm):
    text = text_area("Part 2", rows=12, longest=20_000)
    exemption = forms.CharField(label="Why it is exempt from publication", max_length=300)


class QueryForm(Form):
    about = forms.ChoiceField(label="What it is about", widget=forms.Select)
    question = text_area("Question", rows=3, longest=2000)

    def __init__(self, *args: Any, found: Sequence[places.Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField)
        about.choices = [("", "Choose a place in the paper"), *places.grouped(found)]


class DeferForm(VersionedForm):
    until = DayField(label="Do not publish before", called="The day of publication")
    reason = text_area("Reason", rows=3, longest=1000, hint="The register shows it to the public.")


class AnswerForm(Form):
    answer = text_area("Answer", rows=4, longest=2000)


class SignForm(VersionedForm):
    password = forms.CharField(
        label="Your password",
        strip=False,
        help_text="You sign as the person who is signed in.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PlainVersionForm(VersionedForm):
    """A confirmation of what the page shows."""


class DecideForm(VersionedForm):
    """Every item of a pack with its answer. The items to note are noted together with the signature."""

    # The transition asks for all that is missing at once.
    may_be_incomplete = True

    def __init__(self, *args: Any, items: list[DecisionItem], theirs: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            if item.verb == DecisionItem.Verb.NOTE:
                choices = [(DecisionItem.Answer.NOTED.value, "Noted")]
            else:
                kept = [answer for answer in DecisionItem.Answer if answer != DecisionItem.Answer.NOTED]
                choices = [(answer.value, str(answer.label)) for answer in kept]
            self.fields[f"answer_{item.number}"] = forms.ChoiceField(
                label=f"Item {item.number}",
                choices=choices,
                widget=Radios(attrs={"inline": True}),
                required=False,
                initial=item.answer or None,
            )
            if item.verb == DecisionItem.Verb.APPROVE:
                for name, label, value in (
                    ("conditions", "Conditions", item.conditions),
                    ("reason", "Reason", item.reason),
                ):
                    self.fields[f"{name}_{item.number}"] = forms.CharField(
                        label=f"{label} for item {item.number}", required=False, max_length=2000, initial=value
                    )
        self.fields["interests"] = text_area(
            "Interests that you declare", rows=2, required=False, hint="Write “None” where there is none.", longest=2000
        )
        if theirs:
            self.fields["replaces"] = forms.BooleanField(
                label="Answers of somebody else",
                required=False,
                widget=Checkbox(attrs={"label": f"My answers take the place of those of {theirs.name}"}),
            )

    @property
    def answers(self) -> dict[int, Answer]:
        """What is decided about each item, by its number."""
        data = self.cleaned_data
        return {
            item.number: Answer(
                data[f"answer_{item.number}"],
                data.get(f"conditions_{item.number}", ""),
                data.get(f"reason_{item.number}", ""),
            )
            for item in self.items
        }

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each item with its bound fields, for the page."""
        return [
            {
                "item": item,
                "answer": self[f"answer_{item.number}"],
                "texts": (texts := self._texts(item)),
                "open": any(text.errors or text.value() for text in texts),
            }
            for item in self.items
        ]

    def _texts(self, item: DecisionItem) -> list[BoundField]:
        names = (f"{name}_{item.number}" for name in ("conditions", "reason"))
        return [self[name] for name in names if name in self.fields]
