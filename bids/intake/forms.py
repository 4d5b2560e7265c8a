"""The forms of bids and of the panel. BidForm is the one set of rules for a bid, typed or from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from bids.fields import BidsField
from bids.intake.content import Late
from bids.intake.recipients import Question, Recipients, keeps_recipient, named
from bids.models import Bid, Tag
from grants import money, registers
from grants.bodies import Body
from grants.characters import refusal_of
from grants.forms import Checkboxes, DayField, Form, MoneyField, Radios, text_area, yes_no
from grants.formulas import no_formula
from grants.layout import Piece, Reveal, Section
from grants.models import Organisation, Round
from grants.names import is_placeholder, mixed_word, plain_name


def in_words_of(body: Body, fields: dict[str, forms.Field]) -> None:
    """Give the fields whose words or choices belong to a body those of this one."""
    boroughs = fields["boroughs"]
    assert isinstance(boroughs, forms.MultipleChoiceField)
    boroughs.label, boroughs.choices = body.areas.many.capitalize(), body.areas.choices
    boroughs.error_messages["required"] = f"Select {body.areas.many}"
    fields["sponsoring_unit"].help_text = f"The unit of the force behind the bid, such as {body.unit_example}."
    fields["london_living_wage"].label = f"Are they paid at least the {body.living_wage}?"


class TagsField(forms.MultipleChoiceField):
    """Tags of a round to tick, by their codes. `tags` are those of one kind; the value is a list of them."""

    widget = Checkboxes
    tags: Mapping[str, Tag] = {}

    def clean(self, value: Any) -> list[Tag]:
        return [self.tags[code] for code in super().clean(value)]


def visible(text: str) -> None:
    """Refuse a title or a name in which something cannot be seen, or changes the direction of what can."""
    if refusal := refusal_of(text):
        raise forms.ValidationError(refusal)


def name_of_organisation(text: str, body: Body) -> str:
    """Return the name of a recipient with single spaces. Raises ValidationError for what is no name of one."""
    name = " ".join(text.split())
    if name and not plain_name(name):
        raise forms.ValidationError("Enter a name with letters or numbers in it")
    if is_placeholder(name):
        raise forms.ValidationError(f"“{name}” is no name of an organisation. Enter the one that is to be paid")
    if mixed := mixed_word(name):
        raise forms.ValidationError(f"“{mixed}” mixes letters of two alphabets that look alike. Type it again")
    if body.is_police(name):
        raise forms.ValidationError("A unit of the force cannot take a grant. Name it as the sponsoring unit")
    return name


def check_number(form: Form, data: dict[str, Any]) -> None:
    """Put the register and the number of a recipient into their one spelling, or an error on the form."""
    register, number = data["register"], data.get("register_number", "")
    if (register == Organisation.Register.NOT_STATED) != (not number):
        form.add_error("register_number", "Enter both the register and the number, or neither")
    elif number:
        try:
            data["register"], data["register_number"] = registers.normal(register, number)
        except registers.NotANumber as wrong:
            form.add_error("register_number", str(wrong))


def ask_which(form: Form, data: dict[str, Any], kept: Bid | None = None) -> None:
    """Ask which organisation is meant where the name and the number of cleaned data leave it open.

    `kept` is the row whose recipient stays as it is while its name, register and number do.
    """
    data["recipient_answer"] = form.data.get("recipient_answer", "")
    wrong = {"led_by", "recipient", "register", "register_number"} & form.errors.keys()
    if wrong or not data.get("recipient") or (kept and keeps_recipient(kept, data)):
        return
    question = Recipients().place(named(data), data["recipient_answer"]).question
    if question:
        form.fields["recipient_answer"] = forms.ChoiceField(
            label="Which organisation is meant?",
            choices=question.choices,
            widget=Radios,
            required=False,
            help_text=question.otherwise,
        )
        form.add_error("recipient_answer", question.sentence)


class BidForm(Form):
    """One bid. `cleaned_data["costs"]` is a list of (label, amount in pounds) that sums to `amount`."""

    pieces: Sequence[Piece] = (
        Section("The bid", "your_reference", "title"),
        Section(
            "The bidder",
            Reveal("led_by", {"external": ["recipient", "register", "register_number"]}),
            "sponsoring_unit",
            "contact",
            "contact_email",
        ),
        Section("The money", "amount", "costs"),
        Section("What it is for", "summary", "beneficiaries", "boroughs", "themes", "priorities", "objectives"),
        Section("When it runs", "starts_on", "ends_on"),
        Section("Results and evaluation", "outputs", "outcomes", "evaluation_plan", "track_record"),
        Section("Staff and personal data", Reveal("employs_staff", {"yes": ["london_living_wage"]}), "personal_data"),
        Section("After the grant", Reveal("future_cost", {"yes": ["future_cost_note"]})),
    )

    your_reference = forms.CharField(
        label="Your reference",
        max_length=40,
        validators=[visible],
        help_text="The number that the bidder or your unit gave it.",
    )
    title = forms.CharField(label="Title", max_length=150, validators=[visible, no_formula])
    led_by = forms.ChoiceField(label="Who leads the project", choices=Bid.LEADING, widget=Radios)
    recipient = forms.CharField(
        label="Recipient organisation",
        max_length=150,
        required=False,
        validators=[visible, no_formula],
        help_text="The organisation to be paid. Leave empty for a bid led by a unit of the force.",
    )
    register = forms.ChoiceField(
        label="Registered as", choices=Organisation.Register.choices, required=False, widget=forms.Select
    )
    register_number = forms.CharField(
        label="Register number", max_length=40, required=False, help_text="Spaces and zeros at the front do not matter."
    )
    sponsoring_unit = forms.CharField(
        label="Sponsoring unit", max_length=80, validators=[visible], help_text="The unit of the force behind the bid."
    )
    contact = forms.CharField(
        label="Contact person",
        max_length=150,
        required=False,
        validators=[visible],
        help_text="The person the bidder named. Only leads and auditors can see this, and it is never published.",
    )
    contact_email = forms.EmailField(label="Contact’s email address", max_length=254, required=False)
    amount = MoneyField(label="Amount asked for")
    costs = text_area(
        "Costs",
        hint="One cost on each line, like “Youth workers: 24,000”. The costs must add up to the amount.",
        longest=2000,
    )
    summary = text_area("Summary", validators=[no_formula])
    beneficiaries = text_area("Who benefits", rows=2, longest=2000)
    boroughs = forms.MultipleChoiceField(widget=Checkboxes)
    themes = TagsField(label="Themes")
    priorities = TagsField(label="Plan priorities")
    objectives = TagsField(label="Objectives", required=False)
    starts_on = DayField(label="Start date")
    ends_on = DayField(label="End date")
    outputs = text_area("Outputs")
    outcomes = text_area("Outcomes")
    evaluation_plan = text_area("Evaluation plan")
    track_record = text_area("Track record")
    employs_staff = yes_no("Does it pay staff?")
    london_living_wage = yes_no(
        "Are they paid at least the living wage?", required=False, hint="Answer this if the project pays staff."
    )
    personal_data = yes_no("Does it use personal data of the public?")
    future_cost = yes_no("Does it leave a future or ongoing cost?")
    future_cost_note = text_area("What the future cost is", rows=2, required=False, longest=2000)
    illustrative = forms.CharField(label="What is invented", max_length=300, required=False, validators=[no_formula])

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body = round.body
        in_words_of(self.body, self.fields)
        # A spreadsheet makes a form for each row, so the tags are those that its round was fetched with.
        tags = list(round.tags.all())
        for name, kind in (("themes", "theme"), ("priorities", "priority"), ("objectives", "objective")):
            field = self.fields[name]
            assert isinstance(field, TagsField)
            field.tags = {tag.code: tag for tag in tags if tag.kind == kind}
            field.choices = [(tag.code, tag.label) for tag in field.tags.values()]

    def clean_costs(self) -> list[tuple[str, Decimal]]:
        lines = []
        for part in self.cleaned_data["costs"].replace("\n", ";").split(";"):
            if not part.strip():
                continue
            label, colon, amount = part.rpartition(":")
            if not colon or not label.strip():
                raise forms.ValidationError(f"“{part.strip()[:60]}” must be a label, a colon and an amount")
            try:
                lines.append((label.strip()[:120], money.parse(amount)))
            except money.NotMoney as wrong:
                raise forms.ValidationError(f"{label.strip()[:60]}: {wrong}") from None
            if not lines[-1][1]:
                raise forms.ValidationError(f"{label.strip()[:60]}: amount must be more than £0")
        if not lines:
            raise forms.ValidationError("Enter at least one cost, like “Youth workers: 24,000”")
        return lines

    def clean_recipient(self) -> str:
        return name_of_organisation(self.cleaned_data["recipient"], self.body)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_recipient(data)
        amount, costs = data.get("amount"), data.get("costs")
        if amount and costs and money.total([part for _, part in costs]) != amount:
            total = money.pounds(money.total([part for _, part in costs]))
            self.add_error("costs", f"The costs add up to {total}, but the amount asked for is {money.pounds(amount)}")
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "End date must be on or after the start date")
        if data.get("employs_staff") and data.get("london_living_wage") is None:
            self.add_error("london_living_wage", f"Say whether staff are paid at least the {self.body.living_wage}")
        if data.get("future_cost") and not data.get("future_cost_note"):
            self.add_error("future_cost_note", "Enter what the future cost is")
        return data

    def _check_recipient(self, data: dict[str, Any]) -> None:
        name, number = data.get("recipient", ""), data.get("register_number", "")
        register = data.get("register") or Organisation.Register.NOT_STATED
        data["register"], data["as_written"] = register, (register, number)
        if data.get("led_by") == Bid.Led.INTERNAL:
            if name or number:
                self.add_error("recipient", "A bid led by a unit of the force has no recipient. Leave it empty")
        elif data.get("led_by") and "recipient" not in self.errors:
            if not name:
                self.add_error("recipient", "Enter the recipient organisation")
            check_number(self, data)


class LateForm(Form):
    """What is asked where the closing day is over: when the bids came in, and why they are entered now."""

    received_on = DayField(label="Received on", called="The day on which it came in")
    late_reason = text_area("Why it is entered after the closing day", rows=2, longest=1000)

    @classmethod
    def add_to(cls, form: Form, round: Round, today: date) -> None:
        """Add these questions to a form of a round whose closing day is over, but not the days of grace."""
        if round.closes_on < today <= round.last_entry_on:
            form.fields |= {name: deepcopy(field) for name, field in cls.base_fields.items()}
            form.fields["received_on"].help_text = f"Bids closed on {round.closes_on:%-d %B %Y}."


def late(data: dict[str, Any]) -> Late | None:
    """Take the answers of `LateForm` out of cleaned data, where they were asked for."""
    received_on, reason = data.pop("received_on", None), data.pop("late_reason", "")
    return Late(received_on, reason) if received_on else None


class AddBidForm(BidForm):
    """One bid typed by a person, who is asked which organisation is meant where its name and number leave it open.

    `kept` is the bid whose recipient stays as it is while its name, register and number do.
    """

    kept: Bid | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        ask_which(self, data, self.kept)
        return data


class ChangeBidForm(AddBidForm):
    """An existing bid: its reference stays, and the reason for the change is recorded in the trail."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = text_area("Reason for the change", rows=2)

    def __init__(self, *args: Any, bid: Bid, **kwargs: Any) -> None:
        super().__init__(*args, round=bid.round, **kwargs)
        self.kept = bid


def initial_of(bid: Bid) -> dict[str, Any]:
    """Return what the form of a bid, or of a direct award, shows of it before somebody changes it."""
    answers = {True: "yes", False: "no", None: ""}
    initial = {name: getattr(bid, name) for name in BidForm.base_fields if hasattr(bid, name)}
    yes_no = ("employs_staff", "london_living_wage", "personal_data", "future_cost")
    initial |= {name: answers[getattr(bid, name)] for name in yes_no}
    initial |= {
        "your_reference": bid.source_reference,
        "recipient": bid.recipient_as_written,
        "register": bid.register_as_written or (bid.recipient.register if bid.recipient else ""),
        # Bids of before kept no number of their own.
        "register_number": bid.number_as_written
        if bid.register_as_written
        else (bid.recipient.number if bid.recipient else ""),
        "costs": "\n".join(f"{cost.label}: {cost.amount}" for cost in bid.costs.all()),
        "version": bid.version,
    }
    tags = list(bid.tags.all())
    for name, kind in (("themes", "theme"), ("priorities", "priority"), ("objectives", "objective")):
        initial[name] = [tag.code for tag in tags if tag.kind == kind]
    return initial


class QuestionsForm(Form):
    """The questions about recipients that the rows of a spreadsheet leave open, each with its answers."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = forms.ChoiceField(
                label=question.sentence,
                choices=question.choices,
                widget=Radios,
                help_text=question.otherwise,
                error_messages={"required": "Select which organisation is meant"},
            )


# Workbooks of other programs, of older ones and with macros.
OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".fods", ".numbers", ".gsheet")


class UploadForm(Form):
    file = forms.FileField(
        label="Spreadsheet of bids",
        help_text="An .xlsx or .csv file of at most 10 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx")):
            advice = ". Save it as an Excel workbook (.xlsx)" if file.name.lower().endswith(OTHER_SHEETS) else ""
            raise forms.ValidationError(f"The file must be an .xlsx or a .csv{advice}")
        if file.size > 10 * 1024 * 1024:
            raise forms.ValidationError("The file must be smaller than 10 MB")
        return file


class EligibilityForm(Form):
    bids = BidsField(label="Bids", queryset=Bid.objects.none(), widget=Checkboxes)
    eligible = yes_no("Are they eligible?")
    reason = text_area("Reason", rows=2)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bids"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Bid.objects.filter(round=round, state=Bid.State.RECEIVED).select_related("recipient")
        field.to_field_name = "reference"
