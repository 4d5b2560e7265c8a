"""How the pages write money, days and roles. Loaded in every template."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from grants import access, counting, lists, money, typed
from grants.bodies import Body
from grants.days import day_of
from grants.roles import ACTIONS, Role

register = template.Library()


@register.filter
def pounds(amount: Decimal | str | None) -> str:
    """£147,600; a dash where there is no amount."""
    return "–" if amount is None or amount == "" else money.pounds(Decimal(amount))


@register.filter
def figure(amount: Decimal | str | None) -> str:
    """147,600: an amount in a column that says £ at its head; nothing where there is no amount."""
    return "" if amount is None or amount == "" else money.pounds(Decimal(amount)).replace("£", "")


@register.filter
def prose(amount: Decimal | str) -> str:
    """£0.95m."""
    return money.in_prose(Decimal(amount))


@register.filter
def day(value: date | datetime | str | None) -> str:
    """22 November 2026."""
    if not value:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = day_of(value)
    return f"{value.day} {value:%B %Y}"


@register.filter
def moment(value: datetime | str | None) -> str:
    """22 November 2026 at 10:42."""
    if not value:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{day(value)} at {localtime(value):%H:%M}"


@register.filter
def role_name(value: str, body: Body) -> str:
    """Panel chair: what a role is called in the body of a round."""
    return body.offices.of(Role(value)) if value else ""


@register.filter
def level_name(value: str, body: Body) -> str:
    """Deputy Mayor: who approves at a level of routing in the body of a round."""
    return body.offices.level(value)


@register.filter
def in_words(facts: dict[str, Any], body: Body) -> list[tuple[str, Any]]:
    """The facts of an event with their names, as people of the round's body read them."""
    return list(body.in_words(facts).items())


@register.filter
def with_article(noun: str) -> str:
    """A borough, an area: a noun of the body's own with the article that it takes."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


@register.filter
def done(action: str) -> str:
    """approved the grant under delegation: an action of the trail as a verb of the past."""
    return ACTIONS[action].past or action


@register.filter
def may(held: Any, action: str) -> bool:
    """Whether the person may do the action in any round."""
    return bool(held.may(action))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value by a key that is itself a variable."""
    return mapping.get(key) if mapping else None


@register.filter
def pairs(mapping: dict[str, Any]) -> list[tuple[str, Any]]:
    """The names and values of a mapping; `.items` in a template would find a name that is called items."""
    return list(mapping.items())


@register.filter
def minus(left: Any, right: Any) -> Any:
    return left - right


@register.filter
def signed(value: Decimal) -> str:
    """+0.25 or −0.25: a difference says which way it goes."""
    return f"\u2212{-value}" if value < 0 else f"+{value}"


@register.filter
def counted(number: int, noun: str) -> str:
    """1 member, 2 members; a plural that does not end in s follows a comma: `counted:"body,bodies"`."""
    singular, _, plural = noun.partition(",")
    return counting.counted(number, singular, plural)


@register.simple_tag
def tallied(name: str, tally: money.Tally, noun: str) -> SafeString:
    """3 grants, £147,600: a sum of the round by its name, which is the same on every page that prints it."""
    return format_html(
        '<span data-count="{0}">{1}</span>, <span data-sum="{0}">{2}</span>',
        name,
        counted(tally.count, noun),
        money.pounds(tally.total),
    )


@register.filter
def marked(text: str, hits: Any) -> str:
    """A title or a name with what was searched for in bold; `hits` has the marker, or is None without a search."""
    return hits.marker.name(text) if hits else text


@register.filter
def page_numbers(page: Any) -> Any:
    """The numbers of pages that a list links to: the ends and the neighbours, however many there are between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.simple_tag(takes_context=True)
def may_here(context: dict[str, Any], action: str) -> bool:
    """Whether the person may do the action in the round that the page is about."""
    request = context["request"]
    return access.holdings(request.user).may(action, getattr(request, "round", None))


@register.inclusion_tag("govuk/typed_here.html", takes_context=True)
def typed_here(context: dict[str, Any], to: str = "", drafts: bool = True) -> dict[str, Any]:
    """Mark a form so that its text outlives whatever happens before it is saved, and say so if it did.

    `to` is the form's address where that is not the page's own. `drafts` is false for a form whose drafts are kept in
    another place. See `grants.typed`.
    """
    request = context["request"]
    if not request.user.is_authenticated:
        return {}
    drawn_anew = request.method == "GET"
    return {
        "name": typed.FIELD,
        "ticket": typed.ticket(request, to),
        "person": request.user.username,
        "to": to or request.get_full_path(),
        "kept": drawn_anew and typed.kept(request),
        "draft": drafts and drawn_anew and typed.draft_of(request),
    }


@register.simple_tag(takes_context=True)
def page_link(context: dict[str, Any], number: int) -> str:
    """The address of another page of the list with the same filters; `paged` names it where a page has two lists."""
    query = context["request"].GET.copy()
    query[context.get("paged", "page")] = str(number)
    return f"?{query.urlencode()}"


@register.inclusion_tag("govuk/sort_head.html", takes_context=True)
def sort_head(
    context: dict[str, Any], name: str, label: str, numeric: bool = False, usual: bool = False
) -> dict[str, Any]:
    """Write the head of a column that sorts its list; `usual` marks the column that orders it without a choice.

    The first click on a column of numbers puts the highest first.
    """
    asked = lists.asked_of(context["request"])
    current = asked.get(lists.SORT, name if usual else "")
    first, other = (f"-{name}", name) if numeric and not usual else (name, f"-{name}")
    following = other if current == first else first
    asked[lists.SORT] = following
    orders = {name: "ascending", f"-{name}": "descending"}
    ways = lists.NUMBER_WAYS if numeric or usual else lists.TEXT_WAYS
    return {
        "label": label,
        "numeric": numeric,
        "order": orders.get(current),
        "query": asked.urlencode(),
        "way": ways[following.startswith("-")],
    }


@register.inclusion_tag("govuk/export_button.html", takes_context=True)
def export_button(context: dict[str, Any], address: str, label: str) -> dict[str, Any]:
    """Write a button that takes the file of a list at an address, with the filters of the page."""
    query = lists.asked_of(context["request"]).urlencode()
    return {"request": context["request"], "address": f"{address}?{query}" if query else address, "label": label}
