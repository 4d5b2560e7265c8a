"""Forms as the GOV.UK Design System has them: fields, the error summary, and refusals shown where they belong.

How they are drawn is said by `grants.layout` and `templates/govuk/`, the template pack of crispy forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from grants import money
from grants.layout import Day, Field, Money, Piece, Revealed, Whole
from grants.refusal import Incomplete, Refused, Stale
from grants.roles import ACTIONS

Result = TypeVar("Result")


class GovukBoundField(BoundField):
    """A field that knows its GOV.UK class and the id of its first input, where an error's link must land."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        base = _CLASSES.get(type(widget))
        if base:
            own = widget.attrs.get("class", "")
            attrs["class"] = " ".join(filter(None, [base, own, f"{base}--error" if self.errors else ""]))
        return attrs

    @property
    def first_input(self) -> str:
        nested = isinstance(self.field.widget, (Radios, Checkboxes, DayInput))
        return f"{self.auto_id}_0" if nested else str(self.auto_id)

    @property
    def says_optional(self) -> bool:
        return not self.field.required and not getattr(self.form, "may_be_incomplete", False)

    @property
    def is_checkbox(self) -> bool:
        return isinstance(self.field.widget, Checkbox)


class Radios(forms.RadioSelect):
    """Choices of which one can be made. `revealed` is what stands under each answer; see `layout.Reveal`."""

    template_name = "govuk/radios.html"
    revealed: Mapping[str, Revealed] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["reveal"] = self.revealed.get(str(value))
        return option


class Checkboxes(forms.CheckboxSelectMultiple):
    template_name = "govuk/checkboxes.html"


class Checkbox(forms.CheckboxInput):
    template_name = "govuk/checkbox.html"


class DayInput(forms.MultiWidget):
    """Day, month and year in three boxes."""

    template_name = "govuk/day.html"
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__([forms.TextInput(), forms.TextInput(), forms.TextInput()])

    def decompress(self, value: date | None) -> list[str]:
        return [str(value.day), str(value.month), str(value.year)] if value else ["", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], ("Day", "Month", "Year"), strict=True):
            part["label"] = label
        return context


class FilesInput(forms.FileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


_CLASSES: dict[type, str] = {
    forms.TextInput: "govuk-input",
    forms.PasswordInput: "govuk-input",
    forms.EmailInput: "govuk-input",
    forms.NumberInput: "govuk-input",
    forms.Textarea: "govuk-textarea",
    forms.Select: "govuk-select",
    forms.ClearableFileInput: "govuk-file-upload",
    forms.FileInput: "govuk-file-upload",
    FilesInput: "govuk-file-upload",
}


class DayField(forms.MultiValueField):
    """A date typed as day, month and year; gives a `date`.

    `called` is what a sentence calls it where its label is none, such as “The first day in force”.
    """

    widget = DayInput
    drawn_by = Day

    def __init__(self, *, called: str = "", **kwargs: Any) -> None:
        parts = [forms.CharField(required=False, strip=True) for _ in range(3)]
        super().__init__(fields=parts, require_all_fields=False, **kwargs)
        self.called = called or str(self.label)
        self.asked_for = f"{called[0].lower()}{called[1:]}" if called else f"the {self.called.lower()}"

    def clean(self, value: Any) -> date | None:
        parts = [str(part or "").strip() for part in (value or ["", "", ""])]
        if not any(parts):
            if self.required:
                raise forms.ValidationError(f"Enter {self.asked_for}")
            return None
        for part, name in zip(parts, ("day", "month", "year"), strict=True):
            if not part:
                raise forms.ValidationError(f"{self.called} must include a {name}")
        try:
            day, month, year = (int(part) for part in parts)
            entered_date = date(year, month, day)
        except (ValueError, OverflowError):
            raise forms.ValidationError(f"{self.called} must be a real date, such as 27 3 2027") from None
        if not 2000 <= entered_date.year <= 2100:
            raise forms.ValidationError(f"{self.called} must be between 2000 and 2100")
        return entered_date


class MoneyField(forms.CharField):
    """An amount in pounds as people type it; gives a Decimal with two places."""

    drawn_by = Money

    def __init__(self, *, above_zero: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.above_zero = above_zero

    def prepare_value(self, value: Any) -> Any:
        return money.pounds(value).removeprefix("£") if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            amount = money.parse(str(value))
        except money.NotMoney as wrong:
            raise forms.ValidationError(str(wrong)) from None
        if self.above_zero and not amount:
            raise forms.ValidationError("Amount must be more than £0")
        return amount

    def run_validators(self, value: Any) -> None:
        """The bounds of an amount are checked above; the text validators of CharField do not apply."""


class Lines(forms.CharField):
    """A text of several lines, with each break counted and kept as one character, as the browser counts it."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


def text_area(
    label: str,
    *,
    rows: int = 4,
    required: bool = True,
    hint: str = "",
    longest: int = 4000,
    validators: Sequence[Callable[[str], None]] = (),
) -> Any:
    """Return a field of several lines. If it is left empty, the error names its label."""
    return Lines(
        label=label,
        required=required,
        help_text=hint,
        max_length=longest,
        validators=validators,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"Enter {label[0].lower()}{label[1:]}"},
    )


def yes_no(label: str, *, required: bool = True, hint: str = "") -> forms.TypedChoiceField:
    """A question with the answers yes and no; gives True, False or, unanswered, None."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=required,
        help_text=hint,
        widget=Radios(attrs={"inline": True}),
    )


class Form(forms.Form):
    """A form in GOV.UK markup, drawn by `{% crispy form %}`, whose fields are named in their error messages.

    `pieces` is its layout; see `grants.layout`. `label_class` is how its labels are set. `puts_back` says whether it
    starts from what a person typed in it before and could not save; see `grants.typed`.
    """

    bound_field_class = GovukBoundField
    puts_back = True
    pieces: Sequence[Piece] = ()
    label_class = "govuk-label--s"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            label = str(field.label or "")
            if field.error_messages.get("required") == "This field is required.":
                verb = "Select" if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)) else "Enter"
                field.error_messages["required"] = f"{verb} {label[:1].lower()}{label[1:]}"

    @cached_property
    def helper(self) -> FormHelper:
        """What crispy forms asks how to draw this form. The page itself has the form's tag and its token."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.label_class = self.label_class
        helper.layout = Whole(*self.pieces)
        return helper

    @property
    def errors_with_links(self) -> list[tuple[str, str]]:
        """Each message with the id of the input that it is about; for the error summary."""
        errors = []
        for name, messages in self.errors.items():
            bound = self[name] if name in self.fields else None
            target = bound.first_input if isinstance(bound, GovukBoundField) and not bound.is_hidden else ""
            errors += [(str(message), target) for message in messages]
        return errors


class VersionedForm(Form):
    """A form that remembers which version of a thing its page was drawn from."""

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "The page was not complete. Open it and send it again."),
    )


class FilterForm(Form):
    """The filters of a list, read from its address. Any field may be empty, and none is labelled optional."""

    may_be_incomplete = True
    label_class = ""
    puts_back = False


def choose(label: str, choices: Iterable[tuple[str, str]], anything: str = "") -> forms.ChoiceField:
    """Return a field to choose one of several. `anything` is the first option, which chooses nothing."""
    first = [("", anything)] if anything else []
    return forms.ChoiceField(label=label, choices=[*first, *choices], required=False)


class TrailForm(FilterForm):
    """Which events of a trail to show."""

    person = forms.CharField(label="Person", required=False)
    bid = forms.CharField(label="Bid", required=False)
    action = choose(
        "What was done",
        [
            (name, f"{past[:1].upper()}{past[1:]}")
            for past, name in sorted((action.past, name) for name, action in ACTIONS.items() if action.past)
        ],
        "Anything",
    )
    pieces = (Field("person", css_class="govuk-input--width-10"), Field("bid", css_class="govuk-input--width-10"))


class TwoOfForm(FilterForm):
    """Two to compare. `sides` are both by their name in the address: the label, the choices and what is chosen."""

    def __init__(self, **sides: tuple[str, list[tuple[str, str]], str]) -> None:
        super().__init__(initial={name: chosen for name, (_, _, chosen) in sides.items()})
        for name, (label, choices, _) in sides.items():
            self.fields[name] = choose(label, choices)


class ConfirmForm(Form):
    """A form without fields: the button is the answer."""


class ReasonForm(Form):
    """One reason, which goes into the trail."""

    reason = text_area("Reason")


def show_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Put what a transition said at its field, or at each of its fields."""
    errors = refused.missing if isinstance(refused, Incomplete) else [(refused.field, refused.message)]
    for field, message in errors:
        form.add_error(field if field in form.fields else None, message)


def attempt(form: forms.BaseForm, call: Callable[[], Result]) -> Result | None:
    """Call a transition; where it refuses, put its sentence on the form and give None. Nothing has changed then."""
    try:
        return call()
    except Refused as refused:
        show_refusal(form, refused)
        if isinstance(refused, Stale) and "version" in form.fields:
            # The person has now seen that it changed: sent again, the same answer applies to the current version.
            data = cast(QueryDict, form.data).copy()
            data[form.add_prefix("version")] = str(refused.current)
            form.data = data
        return None


class SeenReasonForm(VersionedForm):
    reason = text_area("Reason", rows=3, longest=2000)
