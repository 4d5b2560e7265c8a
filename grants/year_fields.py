"""The field in which a person divides an amount by financial year, one year on each line."""

from __future__ import annotations

from typing import Any

from django import forms

from grants import money, years
from grants.forms import Lines
from grants.models import Round


class YearsField(Lines):
    """An amount by year as people type it, such as `2023/24: 455,631.44`; gives a profile, empty if left empty."""

    def __init__(self, *, label: str = "Amount by year", hint: str = "", required: bool = False) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": f"Enter {label[0].lower()}{label[1:]}"},
        )

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else years.as_typed(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return years.typed(text)
        except (years.NotYears, money.NotMoney) as wrong:
            raise forms.ValidationError(str(wrong)) from None


def ask_years(form: forms.BaseForm, round: Round, name: str = "profile", *, if_empty: str = "") -> None:
    """Let a form ask for an amount by the slots of its round; a round of one year is not asked.

    `if_empty` says what becomes of the amount without an answer: all of it in the usual slot, unless it is given.
    """
    slots = round.slots
    if len(slots) == 1:
        del form.fields[name]
        return
    example = "”, “".join(f"{slot}: 10,000" for slot in slots[:2])
    form.fields[name].help_text = (
        f"One on each line, like “{example}”. They must add up to the amount. "
        f"If you leave this empty, {if_empty or f'all of it is in {years.usual(slots)}'}."
    )
