"""The layout objects of the forms, each drawn by a form of its own."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms

from grants.forms import Checkboxes, DayField, Form, MoneyField, Radios, yes_no
from grants.layout import Cells, Field, Money, Reveal, Rows, Section, Tick


class Everything(Form):
    version = forms.IntegerField(widget=forms.HiddenInput, initial=7)
    name = forms.CharField(label="Name")
    amount = MoneyField(label="Amount", required=False)
    day = DayField(label="Day", required=False)


def drawn(form: Form) -> str:
    return re.sub(r"\s+", " ", str(render_crispy_form(form)))


def tag(page: str, id: str) -> str:
    """The opening tag of the element with this id."""
    met = re.search(rf'<[a-z]+ [^>]*\bid="{id}"[^>]*>', page)
    assert met, id
    return met[0]


def laid_out(*pieces: Any, base: type[Form] = Everything) -> type[Form]:
    return type("LaidOut", (base,), {"pieces": pieces})


def test_a_form_without_a_layout_draws_every_field_once_and_neither_form_nor_token() -> None:
    page = drawn(Everything())
    assert page.count("<input") == 6
    assert 'type="hidden" name="version" value="7"' in page
    assert "<form" not in page and "csrf" not in page
    assert page.index("id_name") < page.index("id_amount") < page.index("id_day_0")


def test_fields_that_a_layout_does_not_name_follow_it() -> None:
    page = drawn(laid_out("amount")())
    assert page.index("id_amount") < page.index("id_name")
    assert page.count("<input") == 6


def test_a_name_that_is_not_a_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        drawn(laid_out("nothing")())


def test_a_form_without_fields_draws_nothing() -> None:
    assert drawn(Form()).strip() == ""


def test_a_section_has_a_legend_and_its_fields_within() -> None:
    page = drawn(laid_out(Section("The <money>", "amount", "name"))())
    inside = re.search(r"<fieldset.*</fieldset>", page)
    assert inside and 'legend--m">The &lt;money&gt;</legend>' in page
    assert inside[0].index("id_amount") < inside[0].index("id_name")


def test_money_has_its_sign_its_keyboard_and_its_width() -> None:
    page = drawn(Everything(initial={"amount": Decimal("1200.50")}))
    box = tag(page, "id_amount")
    assert 'class="govuk-input govuk-input--width-10 app-money-input"' in box
    assert 'inputmode="decimal"' in box and 'value="1,200.50"' in box
    assert 'govuk-input__prefix" aria-hidden="true">£</div>' in page
    assert "govuk-input govuk-input--width-5 app" in tag(drawn(laid_out(Money("amount", width=5))()), "id_amount")


def test_a_day_has_three_boxes_with_a_label_each() -> None:
    page = drawn(Everything(initial={"day": date(2027, 3, 27)}))
    for number, (label, width, value) in enumerate((("Day", 2, "27"), ("Month", 2, "3"), ("Year", 4, "2027"))):
        box = tag(page, f"id_day_{number}")
        assert f"govuk-input--width-{width}" in box and 'inputmode="numeric"' in box and f'value="{value}"' in box
        assert f'for="id_day_{number}">{label}</label>' in page


def test_an_error_is_shown_at_its_field_which_refers_to_it() -> None:
    page = drawn(Everything({"amount": "lots", "version": "7"}))
    assert 'id="id_name_error"' in page and 'aria-describedby="id_name_error"' in tag(page, "id_name")
    assert 'aria-invalid="true"' in tag(page, "id_amount") and "govuk-input--error" in tag(page, "id_amount")


def test_a_field_of_crispy_forms_takes_a_class_and_a_wrapper() -> None:
    page = drawn(laid_out(Field("name", css_class="govuk-input--width-10", wrapper_class="app-line__row"))())
    assert 'class="govuk-input govuk-input--width-10"' in tag(page, "id_name")
    assert 'class="govuk-form-group app-line__row"' in page


class Answered(Form):
    answer = forms.ChoiceField(
        label="Answer",
        choices=[("agree", "Agree"), ("limit", "With conditions"), ("refuse", "Refuse"), ("defer", "Defer")],
        widget=Radios(attrs={"inline": True}),
        required=False,
    )
    conditions = forms.CharField(label="Conditions", required=False)
    reason = forms.CharField(label="Reason", required=False)
    pieces = (Reveal("answer", {"limit": ["conditions"], "refuse defer": ["reason"]}),)

    def clean(self) -> None:
        if self.cleaned_data["answer"] == "agree" and self.cleaned_data["conditions"]:
            self.add_error("conditions", "Empty the conditions")


def waits(page: str, number: int) -> bool:
    """Whether these fields wait for their answer; the stylesheet shows them once it is chosen."""
    return "app-reveal--" in tag(page, f"id_answer_{number}_reveals")


def test_fields_are_placed_under_their_answer_and_wait_for_it() -> None:
    page = drawn(Answered())
    assert 'data-aria-controls="id_answer_0_reveals"' in tag(page, "id_answer_1")
    assert "data-aria-controls" not in tag(page, "id_answer_0")
    assert "app-reveal--waits" in tag(page, "id_answer_0_reveals")
    assert page.index("id_answer_1") < page.index("id_conditions") < page.index('id="id_answer_2"')
    assert "govuk-radios--inline" not in page
    assert page.count('name="conditions"') == page.count('name="reason"') == 1


def test_answers_that_share_fields_each_show_them_after_the_last() -> None:
    page = drawn(Answered())
    for number in (2, 3):
        assert 'data-aria-controls="id_answer_1_reveals" data-shares' in tag(page, f"id_answer_{number}")
    assert "app-reveal--shared" in tag(page, "id_answer_1_reveals")
    assert page.index('id="id_answer_3"') < page.index('id="id_reason"')


@pytest.mark.parametrize("answer", ["refuse", "defer"])
def test_fields_under_the_chosen_answer_appear_with_it(answer: str) -> None:
    page = drawn(Answered(initial={"answer": answer, "reason": "Too late"}))
    assert waits(page, 0) and waits(page, 1)


def test_fields_under_another_answer_stay_visible_if_wrong_or_filled_in() -> None:
    for form in (Answered({"answer": "agree", "conditions": "A report"}), Answered(initial={"conditions": "A report"})):
        page = drawn(form)
        assert not waits(page, 0) and "data-aria-controls" not in tag(page, "id_answer_1")
    assert "Empty the conditions" in drawn(Answered({"answer": "agree", "conditions": "A report"}))


def test_two_forms_share_a_layout_and_nothing_else() -> None:
    assert not waits(drawn(Answered(initial={"conditions": "A report"})), 0)
    assert waits(drawn(Answered()), 0)


def test_choices_side_by_side_stay_so_without_fields_under_them() -> None:
    assert "govuk-radios--inline" in drawn(type("Asked", (Form,), {"sure": yes_no("Sure?")})())


class Ticked(Form):
    bids = forms.MultipleChoiceField(label="Bids", choices=[("B-1", "One"), ("B-2", "Two")], widget=Checkboxes)


def test_a_tick_is_one_choice_and_keeps_what_was_ticked() -> None:
    ticks = (Tick("bids", 0, "B-1", "Agree <one>"), Tick("bids", 1, "B-2", "Agree two", disabled=True))
    rows = Rows("govuk/layout/rows.html", [("a line", {"tick": tick}) for tick in ticks], "bids")
    page = drawn(laid_out(*ticks, rows, base=Ticked)({"bids": ["B-2"]}))
    assert "checked" not in tag(page, "id_bids_0") and 'value="B-1"' in tag(page, "id_bids_0")
    assert " checked disabled" in tag(page, "id_bids_1")
    assert "Agree &lt;one&gt;" in page
    # The rows drew the field, so that nothing draws it once more.
    assert page.count('name="bids"') == 2


def test_rows_hand_each_thing_and_its_fields_to_a_template() -> None:
    page = drawn(laid_out(Rows("govuk/layout/rows.html", [("one", {"name": "name"}), ("two", {})]))())
    assert page.count('<tr class="govuk-table__row">') == 3
    assert page.count('id="id_name"') == 0


def test_cells_have_labels_for_screen_readers() -> None:
    form = type("Line", (Everything,), {"pieces": (Cells("name", "amount"),), "label_class": "govuk-visually-hidden"})
    page = drawn(form(prefix="B-1"))
    assert page.count('<td class="govuk-table__cell">') == 2
    assert '<label class="govuk-label govuk-visually-hidden" for="id_B-1-name">' in page
