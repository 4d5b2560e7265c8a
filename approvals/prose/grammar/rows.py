"""Tables and lists that are typed as text: each cell by its row and column, and each total by the cells above it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from approvals.prose.amounts import Mention
from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import has, says
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict, equal, in_words, of_tokens
from approvals.prose.vocabulary import Kind, Measure, Role
from grants import money

_MARKS = ("|", ",", "•", "–", "—", "-", ":", "(", ")", "\n", ";")
_MOST_WORDS = 9


@dataclass(frozen=True, slots=True)
class _Row:
    label: Sequence[Token]
    cells: Sequence[Token]


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of the cells of a table or list; nothing where the text is neither."""
    lines = _lines(sentence)
    rows = [_row(line) for line in lines]
    body = [
        row
        for row in rows
        if row.cells and row.label and len([each for each in row.label if each.text not in _MARKS]) <= _MOST_WORDS
    ]
    if len(body) < 2:
        return
    header = lines[0] if lines and not any(row.cells and row.cells[0] in lines[0] for row in body) else []
    columns = [token for token in header if token.role in (Role.YEAR, Role.THING, Role.MEASURE, Role.WHOLE)]
    width = max(len(row.cells) for row in body)
    years = [token.value for token in columns if token.role is Role.YEAR]
    if len(years) < width and len(set(years)) > 1:
        return
    wanted = reading.measures(header)
    above: list[list[Token]] = [[] for _ in range(width)]
    for row in body:
        is_total = has(row.label, Role.TOTAL) or (not reading.has_set(row.label) and says(row.label, "total", "sum"))
        for place, cell in enumerate(row.cells):
            year = years[place] if len(years) == width else years[0] if len(years) == 1 else ""
            measure = wanted[place] if len(wanted) == width else wanted[0] if len(wanted) == 1 else Measure.AGREED
            if is_total and above[place]:
                yield from _total(cell, above[place])
            else:
                yield from _cell(row, cell, year, measure, facts)
            above[place].append(cell)


def _lines(sentence: Sequence[Token]) -> list[list[Token]]:
    lines: list[list[Token]] = [[]]
    for token in sentence:
        if token.text == "\n":
            lines.append([])
        else:
            lines[-1].append(token)
    return [line for line in lines if line]


def _row(line: Sequence[Token]) -> _Row:
    """Return a row: its label, and its sums and numbers."""
    cells = [token for token in line if token.role in (Role.SUM, Role.NUMBER)]
    sums = [token for token in cells if token.role is Role.SUM]
    last = line[-1] if line else None
    if not sums or last is None or not (last in cells or last.text in (")", ".", ";", "|", ",")):
        return _Row(line, [])
    first = line.index(cells[0])
    return _Row([token for token in line[:first] if token.text not in _MARKS], cells)


def _cell(row: _Row, cell: Token, year: str, measure: Measure, facts: Facts) -> Iterator[Verdict]:
    sets = list(_sets(row.label, facts))
    if not sets:
        return
    if cell.role is Role.NUMBER:
        counts = {sum(entry.count for entry in entries) for entries in sets}
        is_true = cell.value in counts
        why = f"the register counts {' or '.join(map(str, sorted(counts)))}"
        yield Verdict(
            Mention(cell.text, cell.start, cell.end, Decimal(cell.value)),
            is_true,
            in_words(why, is_true=is_true),
            Role.NUMBER,
        )
        return
    amounts = [amount for entries in sets if (amount := worth(entries, measure, year)) is not None]
    if has(row.label, Role.WHOLE, "allocation") and facts.allocation is not None:
        amounts.append(facts.allocation_by_year.get(year, money.ZERO) if year else facts.allocation)
    if not amounts:
        return
    is_true = any(equal(cell.value, amount) for amount in amounts)
    label = " ".join(token.text for token in row.label)
    in_year = f" in {year}" if year else ""
    yield Verdict(cell.value, is_true, in_words(f"“{label}”{in_year} is {money.pounds(amounts[0])}", is_true=is_true))


def _sets(label: Sequence[Token], facts: Facts) -> Iterator[list[Entry]]:
    """Yield the sets that the label of a row can mean."""
    named = reading.owners(label, facts) or reading.owners(label, facts, hints=True)
    if named:
        entries = [entry for own in named for entry in own]
        yield entries
        yield from ([entry] for entry in entries if len(entries) > 1 and len(named) == 1)
    elif reading.is_narrow(label):
        yield reading.narrowed(facts.of(Kind.GRANT) if has(label, Role.STATE) else facts.grants, label)
    else:
        yield from reading.things_of(label, facts)


def _total(cell: Token, above: Sequence[Token]) -> Iterator[Verdict]:
    if cell.role is Role.NUMBER:
        numbers = [token.value for token in above if token.role is Role.NUMBER]
        if len(numbers) == len(above):
            is_true = sum(numbers) == cell.value
            mention = Mention(cell.text, cell.start, cell.end, Decimal(cell.value))
            yield Verdict(
                mention, is_true, in_words(f"the rows above make {sum(numbers)}", is_true=is_true), Role.NUMBER
            )
        return
    amounts = [token.value for token in above if token.role is Role.SUM]
    if len(amounts) != len(above) or any(amount.value is None for amount in amounts):
        return
    total = money.total([amount.value for amount in amounts])
    slack = sum((each.step for each in (*amounts, cell.value) if each.step > 1), money.ZERO) / 2
    is_true = cell.value.value is not None and abs(total - cell.value.value) <= slack
    yield Verdict(cell.value, is_true, in_words(f"the rows above come to {money.pounds(total)}", is_true=is_true))


def headed(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of the owners listed under a heading: “For decision: …”, “Awards of more than £5: …”."""
    colon = next((at for at, token in enumerate(sentence) if token.text == ":"), None)
    if colon is None:
        return
    head, listed = sentence[:colon], sentence[colon + 1 :]
    tokens = [token for token in listed if token.role is Role.OWNER]
    if len(tokens) < 2 or len([token for token in head if token.text not in _MARKS]) > _MOST_WORDS:
        return
    narrow = [token for token in head if token.role in (Role.AREA, Role.THEME)]
    if len(narrow) == 1 and not has(head, Role.SUM):
        for token in tokens:
            entries = [facts.entries[number] for number in sorted(token.value)]
            if not reading.narrowed(entries, narrow) and any(entry.areas for entry in entries):
                yield of_tokens([token], is_true=False, why=f"it is not of {narrow[0].text}")
    limits = [token for token in head if token.role is Role.SUM and token.value.value is not None]
    sides = {token.value for token in head if token.role is Role.SIDE}
    if len(limits) == 1 and says(head, "more than", "over", "above", "exceeding"):
        yield from _above(limits[0], tokens, facts)
    elif len(sides) == 1 and not limits:
        for token in tokens:
            own = {facts.entries[number].side for number in token.value} - {None}
            if own and not own & sides:
                yield of_tokens([token], is_true=False, why=f"it is {' or '.join(sorted(filter(None, own)))}")


def _above(limit: Token, tokens: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what is said of a list of all that get more than a sum."""
    named = {number for token in tokens for number in token.value}
    for token in tokens:
        entries = [facts.entries[number] for number in sorted(token.value)]
        total = worth(entries) or money.ZERO
        if total <= limit.value.value:
            yield of_tokens([token], is_true=False, why=f"it gets {money.pounds(total)}, no more than {limit.text}")
    missing = [
        entry
        for number, entry in enumerate(facts.entries)
        if entry in facts.grants and entry.agreed > limit.value.value and entry.count == 1 and number not in named
    ]
    why = f"{missing[0].names[0]} gets {money.pounds(missing[0].agreed)} too" if missing else "all above it are listed"
    yield Verdict(limit.value, not missing, in_words(why, is_true=not missing))
