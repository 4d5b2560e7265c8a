"""What a form's layout is made of, beside the layout objects that crispy forms brings.

A form names its layout in `pieces`: names of fields and the objects below. What it does not name is drawn after them,
so that a form without pieces draws all its fields. The markup stands in `templates/govuk/`. No object below keeps
anything of a form, so that all forms of a class share its layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeAlias

from crispy_forms.layout import Field, LayoutObject
from crispy_forms.utils import render_field
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

from grants import typed

# The name of a field, or a layout object.
Piece: TypeAlias = str | LayoutObject


def draw(piece: Piece, form: Any, context: Context) -> SafeString:
    """One piece of a form's layout. A bare name is drawn by the object that its field names, if any, in `drawn_by`."""
    if isinstance(piece, str):
        drawn_by = getattr(form.fields[piece], "drawn_by", None)
        piece = drawn_by(piece) if drawn_by else piece
    depth = len(context.dicts)
    drawn: SafeString = render_field(piece, form, context)
    # Crispy forms leaves behind what it drew a field with, and would copy all of it for each field that follows.
    del context.dicts[depth:]
    return drawn


# Crispy forms keeps its templates in the same way: a page may draw hundreds of pieces.
_template = cache(get_template)


def _drawn(template: str, context: dict[str, Any]) -> SafeString:
    return SafeString(_template(template).render(context))


def _joined(pieces: Iterable[Piece], form: Any, context: Context) -> SafeString:
    # A form may leave out a field that it declares, such as the years in a round of one year.
    left_out = form.base_fields.keys() - form.fields.keys()
    return SafeString("".join(draw(piece, form, context) for piece in pieces if piece not in left_out))


class Whole(LayoutObject):
    """The whole of a form: its pieces, and then each field that none of them drew, such as a hidden one."""

    def __init__(self, *pieces: Piece) -> None:
        # Without a piece of its own it would count as no layout at all.
        self.fields = [*pieces, _Rest()]

    def render(self, form: Any, context: Context, **_: Any) -> SafeString:
        note = SafeString()
        if form.puts_back and (request := context.get("request")):
            current = form.initial.get("version")
            typed.put_back(request, form)
            changed = "version" in form.fields and str(current) != str(form.initial.get("version"))
            if changed and not form.prefix:
                # Told now, the person need not send it twice. A form that is a line of many is told when it is sent.
                form.initial["version"] = current
                note = _drawn("govuk/typed_before_a_change.html", {})
        return note + _joined(self.fields, form, context)


class _Rest(LayoutObject):
    """Each field that was not drawn yet."""

    fields: ClassVar[list[Piece]] = []

    def render(self, form: Any, context: Context, **_: Any) -> SafeString:
        return _joined([name for name in form.fields if name not in form.rendered_fields], form, context)


class Section(LayoutObject):
    """Fields under a heading of their own, as a field set: `Section("The money", "amount", "costs")`."""

    def __init__(self, legend: str, *pieces: Piece) -> None:
        self.legend = legend
        self.fields = list(pieces)

    def render(self, form: Any, context: Context, **_: Any) -> SafeString:
        drawn = _joined(self.fields, form, context)
        return _drawn("govuk/layout/fieldset.html", {"legend": self.legend, "fields": drawn})


class Money(Field):
    """An amount in pounds, with its sign before it: `Money("amount")`, or `Money("amount", width=5)` for a small one.

    A MoneyField is drawn by it wherever it is named.
    """

    def __init__(self, name: str, *, width: int = 10) -> None:
        super().__init__(name, css_class=f"govuk-input--width-{width} app-money-input", inputmode="decimal")

    def render(self, form: Any, context: Context, **kwargs: Any) -> SafeString:
        drawn: SafeString = super().render(form, context, extra_context={"prefix": "£"}, **kwargs)
        return drawn


class Day(Field):
    """A date in three boxes, for day, month and year: `Day("opens_on")`.

    A DayField is drawn by it wherever it is named.
    """

    _BOXES: ClassVar = [{"class": f"govuk-input--width-{width}", "inputmode": "numeric"} for width in (2, 2, 4)]

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.attrs = self._BOXES


@dataclass(frozen=True, slots=True)
class Revealed:
    """Fields under an answer as they are drawn: `after` which answer they stand, and when they show.

    They are `open` whatever is chosen, or `shared` by several answers, or else wait for the one that they stand after.
    """

    id: str
    html: SafeString
    after: str
    open: bool
    shared: bool


class Reveal(LayoutObject):
    """Radios, with further fields under the answers that they belong to.

    `Reveal("answer", {"return": ["reason"], "refuse defer": ["why"]})`: answers that follow one another can share
    fields, which then stand under the last of them. The fields show once one of their answers is chosen; without
    JavaScript, always. What has an error, or is filled in though its answer is not chosen, shows from the start, since
    nobody may send what they cannot see.
    """

    def __init__(self, name: str, under: Mapping[str, Sequence[Piece]]) -> None:
        self.under = under
        self.fields = [name, *(piece for pieces in under.values() for piece in pieces)]

    def render(self, form: Any, context: Context, **_: Any) -> SafeString:
        name = self.fields[0]
        bound, widget = form[name], form.fields[name].widget
        chosen = str(bound.value() or "")
        revealed: dict[str, Revealed] = {}
        for number, (of, pieces) in enumerate(self.under.items()):
            answers, fields = of.split(), [form[each] for each in _names(pieces)]
            open = any(field.errors or (field.value() and chosen not in answers) for field in fields)
            drawn = _joined(pieces, form, context)
            each = Revealed(f"{bound.auto_id}_{number}_reveals", drawn, answers[-1], open, len(answers) > 1)
            revealed |= dict.fromkeys(answers, each)
        widget.revealed = revealed
        # Answers side by side leave no room under one of them.
        widget.attrs.pop("inline", None)
        return draw(name, form, context)


def _names(pieces: Iterable[Piece]) -> list[str]:
    """The fields that these pieces draw, by name."""
    return [name for piece in pieces for name in ([piece] if isinstance(piece, str) else _names(piece.fields))]


class Rows(LayoutObject):
    """A line with fields for each of many things, such as a table of bids with a box to tick in each.

    `Rows("approvals/review/_bids_to_review.html", [(bid, {"tick": Tick("bids", 0, "BID-7", "Agree it")})], "bids")`:
    the template, which mostly extends `govuk/layout/rows.html`, gets `rows`: each thing with its pieces drawn, by name.
    The fields that are named last are drawn by these rows only.
    """

    def __init__(self, template: str, rows: Iterable[tuple[Any, Mapping[str, Piece]]], *names: str) -> None:
        self.template = template
        self.rows = rows
        self.fields = list(names)

    def render(self, form: Any, context: Context, **_: Any) -> SafeString:
        rows = [(thing, {name: draw(piece, form, context) for name, piece in own.items()}) for thing, own in self.rows]
        form.rendered_fields |= set(self.fields)
        page: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
        return _drawn(self.template, page | {"rows": rows})


class Tick(LayoutObject):
    """One box of a field of checkboxes, in a line of its own: `Tick("bids", 0, "BID-7", "Agree the youth club")`.

    After the name stand its place among the boxes and the value of its choice. Its label is for those who hear the
    page, since the line tells the others.
    """

    def __init__(self, name: str, number: int, value: str, label: str, *, disabled: bool = False) -> None:
        self.fields = [name]
        self.box = {"number": number, "value": value, "label": label, "disabled": disabled}

    def render(self, form: Any, context: Context, **_: Any) -> SafeString:
        field = form[self.fields[0]]
        ticked = self.box["value"] in (field.value() or ())
        return _drawn("govuk/layout/tick.html", self.box | {"field": field, "ticked": ticked})


class Cells(LayoutObject):
    """Each piece in a cell of a table's line, for a form that is one line of many: `Cells("place", "amount")`."""

    def __init__(self, *pieces: Piece) -> None:
        self.fields = list(pieces)

    def render(self, form: Any, context: Context, **_: Any) -> SafeString:
        cells = [draw(piece, form, context) for piece in self.fields]
        return _drawn("govuk/layout/cells.html", {"cells": cells})
