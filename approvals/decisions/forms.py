"""The forms of decision papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import Truncator

from approvals.decisions import standing
from approvals.decisions.deciders import Minutes
from approvals.decisions.deciding import Answer, Particulars
from approvals.decisions.deferral import OnDeferral
from approvals.models import Decision, DecisionItem, DelegationRule, SignOff
from approvals.paper import places
from approvals.paper.spellings import Unprinted
from approvals.prose import marking, nearest
from approvals.prose.known import Known
from approvals.routing import limits
from grants import money, references
from grants.days import day_of
from grants.forms import Checkbox, DayField, Form, Radios, VersionedForm, text_area
from grants.formulas import no_formula
from grants.layout import Piece, Reveal, Rows
from grants.models import Round, User
from grants.printable import must_print

_STYLES = {
    "exact": "Exactly",
    "m": "In millions, such as £0.95m",
    "m1": "In millions, such as £0.9m",
    "k": "In thousands",
}


class DecisionForm(Form):
    reference = forms.RegexField(
        references.DECISION,
        strip=True,
        label="Reference",
        max_length=references.LONGEST_DECISION,
        help_text="Such as PCD-681 or 42/2024.",
        error_messages={"invalid": "Enter a reference like PCD-681 or 42/2024"},
    )
    title = forms.CharField(label="Title", max_length=200, validators=[must_print])
    decision_by = forms.CharField(label="Decision by", max_length=150)
    amends = forms.ModelChoiceField(
        label="Amends",
        queryset=Decision.objects.none(),
        required=False,
        empty_label="No earlier decision",
        help_text="Choose a decision only if this paper changes a grant in it.",
    )

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = limits.rule_on(round, DelegationRule.Kind.GRANT, day_of(timezone.now()))
        if rule and rule.further:
            levels = [(who, who) for who in rule.deciders]
            hint = "The paper asks for the grants of this level."
            self.fields["decision_by"] = forms.ChoiceField(
                label="Decision by", choices=levels, widget=Radios, help_text=hint
            )
        else:
            self.fields["decision_by"].initial = round.body.offices.decider
        amends = self.fields["amends"]
        assert isinstance(amends, forms.ModelChoiceField)
        amends.queryset = Decision.objects.filter(round=round, signed_at__isnull=False)
        amends.to_field_name = "reference"


class SectionForm(VersionedForm):
    # Its page says itself what it starts from: see `drafts`.
    puts_back = False
    text = forms.CharField(
        label="Text",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="Leave a blank line between paragraphs. Insert figures by name, like {grants above the threshold}.",
    )


class InsertForm(Form):
    """A figure to insert by name. Its fields belong to the form of the section, with which they are sent."""

    figure = forms.CharField(
        label="Name of the figure",
        max_length=300,
        help_text="Such as underspend. If you enter part of a name, you see the figures that have it.",
        error_messages={"required": "Enter the name of a figure"},
        widget=forms.TextInput(attrs={"form": "section-form", "list": "figure-names", "autocomplete": "off"}),
    )
    style = forms.ChoiceField(
        label="How to write it",
        required=False,
        choices=[("", "As usual in prose"), *((style, words) for style, words in _STYLES.items())],
        widget=forms.Select(attrs={"form": "section-form"}),
    )
    paragraph = forms.ChoiceField(
        label="Where to insert it", required=False, widget=forms.Select(attrs={"form": "section-form"})
    )

    def __init__(self, *args: Any, text: str, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        paragraph = self.fields["paragraph"]
        assert isinstance(paragraph, forms.ChoiceField)
        numbered = enumerate((words for _, words in marking.paragraphs(text)), start=1)
        begun = [(str(number), f"After paragraph {number}: {Truncator(words).words(6)}") for number, words in numbered]
        paragraph.choices = [("0", "At the end"), *begun]

    def clean_figure(self) -> str:
        name = " ".join(self.cleaned_data["figure"].casefold().strip(" {}").split())
        figures = self.known.by_name
        if name in figures:
            return name
        near = nearest.named_like(name, figures)
        hint = f" Do you mean {' or '.join(f'“{each}”' for each in near)}?" if near else ""
        raise forms.ValidationError(f"There is no figure called “{name}”.{hint}")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name, style = cleaned.get("figure"), cleaned.get("style", "")
        if name and style and style not in self.known.by_name[name].styles():
            self.add_error("style", "This figure cannot be written so. Choose another way")
        return cleaned


class SourceForm(Form):
    """The source of one figure of a section. Its fields belong to the form of the section, with which they are sent."""

    label_class = ""

    def __init__(self, *args: Any, name: str, figure: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[name] = forms.CharField(
            label=f"Source of {figure}",
            required=False,
            max_length=300,
            help_text="If this comes from elsewhere, enter its source. It is saved with the section.",
            widget=forms.TextInput(attrs={"form": "section-form", "autocomplete": "off"}),
        )


class SpellingForm(VersionedForm):
    """What the paper prints instead of one of the texts that it cannot print."""

    key = forms.ChoiceField(label="What cannot be printed", widget=Radios)
    printed = forms.CharField(
        label="Print instead", max_length=200, required=False, help_text="Leave this empty to leave the text out."
    )
    reason = text_area("Reason", rows=2, longest=1000, hint="This is recorded in the trail.")

    def __init__(self, *args: Any, unprinted: Sequence[Unprinted], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = {each.key: each for each in reversed(unprinted)}
        others = Counter(each.key for each in unprinted)
        key = self.fields["key"]
        assert isinstance(key, forms.ChoiceField)
        key.choices = [
            (name, f"{each.of.whose} {each.why}" + (f", and {others[name] - 1} more" if others[name] > 1 else ""))
            for name, each in reversed(first.items())
        ]


class SignOffForm(Form):
    """An adviser's answer. The page adds a digest of what they saw each time it is rendered."""

    answer = forms.ChoiceField(label="Your answer", choices=SignOff.Answer.choices, widget=Radios)
    comment = text_area(
        "Comment",
        rows=3,
        required=False,
        longest=2000,
        validators=[must_print],
        hint="This is printed in the paper. You must comment if you do not sign off.",
    )


class PartTwoForm(VersionedForm):
    text = text_area("Part 2", rows=12, longest=20_000)
    exemption = forms.CharField(label="Why it is exempt from publication", max_length=300)


class QueryForm(Form):
    about = forms.ChoiceField(label="What it is about", widget=forms.Select)
    question = text_area("Question", rows=3, longest=2000)

    def __init__(self, *args: Any, pack_places: Sequence[places.Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField)
        about.choices = [("", "Choose a place in the paper"), *places.grouped(pack_places)]


class DeferForm(VersionedForm):
    until = DayField(label="Do not publish before", called="The day of publication")
    reason = text_area("Reason", rows=3, longest=1000, hint="This is shown in the public register.")


class AnswerForm(Form):
    answer = text_area("Answer", rows=4, longest=2000)


class SignForm(VersionedForm):
    """The signature of a decision. A joint signer who did not answer the items declares their own interests."""

    pieces: Sequence[Piece] = ("interests", "password")

    interests = text_area(
        "Your interests", rows=2, hint="Enter “None” if you have none.", longest=2000, validators=[must_print]
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        help_text="You sign as the person who is signed in.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignOwnForm(SignForm):
    """The signature of the person who answered the items, whose interests are declared with the answers."""

    pieces = ("password",)
    interests = None


class PlainVersionForm(VersionedForm):
    """A form with nothing to fill in, to confirm what the page shows."""


class DecideForm(VersionedForm):
    """The answers to every item of a pack. The items to note are noted when the decision is signed."""

    # The transition reports everything that is missing at once.
    may_be_incomplete = True

    def __init__(
        self,
        *args: Any,
        items: list[DecisionItem],
        previous_decider: User | None = None,
        is_committee: bool = False,
        standing_by_item: Mapping[int, Sequence[standing.Term]],
        deferred: Decision | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items, self.standing_by_item = items, standing_by_item
        self.pieces = [
            Rows(
                "approvals/decisions/_items_to_decide.html",
                [(item, _asked_of(item, standing_by_item.get(item.number, ()))) for item in items],
            )
        ]
        for item in items:
            if item.verb == DecisionItem.Verb.NOTE:
                choices = [(DecisionItem.Answer.NOTED.value, str(DecisionItem.Answer.NOTED.label))]
            else:
                answers = [answer for answer in DecisionItem.Answer if answer != DecisionItem.Answer.NOTED]
                choices = [(answer.value, str(answer.label)) for answer in answers]
            self.fields[f"answer_{item.number}"] = forms.ChoiceField(
                label=f"Item {item.number}. {_named(item)}",
                choices=choices,
                widget=Radios,
                required=False,
                initial=item.answer or None,
            )
            if item.verb != DecisionItem.Verb.NOTE:
                self._ask_for_terms(item, standing_by_item.get(item.number, ()))
        if deferred:
            self._ask_about_deferral(deferred)
        self.fields["interests"] = text_area(
            "Your interests",
            rows=2,
            required=False,
            hint="Enter “None” if you have none.",
            longest=2000,
            validators=[must_print],
        )
        if is_committee:
            self._ask_for_minutes()
        if previous_decider:
            self.fields["replaces"] = forms.BooleanField(
                label="Somebody else’s answers",
                required=False,
                widget=Checkbox(attrs={"label": f"My answers replace those of {previous_decider.name}"}),
            )

    def _ask_for_terms(self, item: DecisionItem, terms: Sequence[standing.Term]) -> None:
        """Ask for new conditions and a reason, and what happens to what stands of earlier decisions."""
        number = item.number
        validators = [must_print, no_formula]
        for name, label, hint, value in (
            (
                "before_payment",
                "Conditions before payment",
                "One on each line. Nothing can be paid until they are met.",
                item.before_payment,
            ),
            ("conditions", "Other conditions", "One on each line.", item.conditions),
        ):
            field = text_area(
                f"{label} for item {number}", rows=2, required=False, longest=2000, hint=hint, validators=validators
            )
            field.initial = value
            self.fields[f"{name}_{number}"] = field
        self.fields[f"reason_{number}"] = forms.CharField(
            label=f"Reason for item {number}",
            required=False,
            max_length=2000,
            help_text="Required if you refuse or defer the item",
            initial=item.reason,
            validators=validators,
        )
        choices = standing.choice_by_reference(item)
        for place, term in enumerate(terms):
            choice = choices.get(term.reference, {})
            self.fields[f"choice_{number}_{place}"] = forms.ChoiceField(
                label=f"Item {number}, {term.kind.noun} that stands: “{term.printed}”",
                choices=term.kind.choices,
                widget=Radios,
                required=False,
                initial=choice.get("choice"),
            )
            if standing.CHANGE in dict(term.kind.choices):
                self.fields[f"text_{number}_{place}"] = forms.CharField(
                    label=f"What replaces {term.kind.noun} {place + 1} of item {number}",
                    required=False,
                    max_length=2000,
                    initial=choice.get("text", ""),
                    validators=validators,
                )

    def _ask_about_deferral(self, deferred: Decision) -> None:
        """Ask what happens to the deferral of the decision that the paper amends."""
        assert deferred.deferred_until
        until = f"{deferred.deferred_until.day} {deferred.deferred_until:%B %Y}"
        self.fields["deferral"] = forms.ChoiceField(
            label=f"Publication of {deferred.reference} is deferred until {until}: {deferred.deferral_reason}",
            choices=standing.CHOICES,
            widget=Radios,
            required=False,
            help_text="What you keep or change holds for this decision too.",
        )
        self.fields["deferral_until"] = DayField(
            label="Do not publish before", called="The day of publication", required=False
        )
        self.fields["deferral_reason"] = forms.CharField(
            label="Reason for the deferral",
            required=False,
            max_length=1000,
            help_text="This is shown in the public register.",
            validators=[must_print, no_formula],
        )
        self.pieces = [*self.pieces, Reveal("deferral", {standing.CHANGE: ["deferral_until", "deferral_reason"]})]

    def _choices_of(self, item: DecisionItem) -> dict[str, standing.Choice]:
        data = self.cleaned_data
        return {
            term.reference: {
                "choice": data.get(f"choice_{item.number}_{place}", ""),
                "text": data.get(f"text_{item.number}_{place}", ""),
            }
            for place, term in enumerate(self.standing_by_item.get(item.number, ()))
        }

    def _ask_for_minutes(self) -> None:
        self.fields["met_on"] = DayField(label="Day of the meeting", called="The day of the meeting", required=False)
        self.fields["present"] = text_area(
            "Members present", rows=4, required=False, hint="One on each line.", validators=[must_print]
        )
        self.fields["minutes_reference"] = forms.CharField(
            label="Reference of the minutes", max_length=100, required=False, validators=[must_print]
        )

    @property
    def answers(self) -> dict[int, Answer]:
        """Return the answer to each item, by its number."""
        data = self.cleaned_data
        return {
            item.number: Answer(
                data[f"answer_{item.number}"],
                data.get(f"conditions_{item.number}", ""),
                data.get(f"reason_{item.number}", ""),
                data.get(f"before_payment_{item.number}", ""),
                self._choices_of(item),
            )
            for item in self.items
        }

    @property
    def particulars(self) -> Particulars:
        """Return what was entered of a committee's minutes and of an earlier deferral, where they were asked for."""
        data, minutes, on_deferral = self.cleaned_data, None, None
        if "met_on" in self.fields:
            present = [" ".join(line.split()) for line in data["present"].splitlines() if line.strip()]
            minutes = Minutes(data["met_on"], present, data["minutes_reference"])
        if "deferral" in self.fields:
            on_deferral = OnDeferral(data["deferral"], data["deferral_until"], data["deferral_reason"])
        return Particulars(minutes, on_deferral)


def _named(item: DecisionItem) -> str:
    is_noted = item.verb == DecisionItem.Verb.NOTE
    label = f"To note recommendation {item.recommendation}" if is_noted else item.label
    return label if item.amount is None else f"{label}: {money.pounds(item.amount)}"


def _asked_of(item: DecisionItem, terms: Sequence[standing.Term]) -> Mapping[str, Piece]:
    """Return the fields of an item: its answer and, unless it is only noted, conditions and a reason.

    Conditions belong to one answer and appear under it. A reason can go with any answer, so it shows once there is one.
    """
    answer = f"answer_{item.number}"
    if item.verb == DecisionItem.Verb.NOTE:
        return {"answer": answer}
    number = item.number
    under = {DecisionItem.Answer.CONDITIONS.value: [f"before_payment_{number}", f"conditions_{number}"]}
    choices: dict[str, Piece] = {}
    for place, term in enumerate(terms):
        changes = standing.CHANGE in dict(term.kind.choices)
        under_choice = {standing.CHANGE: [f"text_{number}_{place}"]} if changes else {}
        choices[f"choice_{place}"] = Reveal(f"choice_{number}_{place}", under_choice)
    return {"answer": Reveal(answer, under), **choices, "reason": f"reason_{number}"}
