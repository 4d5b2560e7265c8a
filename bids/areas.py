"""The London boroughs: the 32 of the Metropolitan Police District, and the City, which is outside it.

Codes and names: Office for National Statistics, Open Government Licence v3.0. Units are the MPS command units.
"""

from dataclasses import dataclass

ALL = "All 32 boroughs"


@dataclass(frozen=True, slots=True)
class Borough:
    """One borough: its ONS code, its name, the MPS command unit that polices it, and its tile on the map of London.

    The map is one square a borough, `column` from the west and `row` from the north, each from 0.
    """

    code: str
    name: str
    unit: str
    column: int
    row: int

    @property
    def short(self) -> str:
        """The first four letters of its name, which is what a tile has room for. No two are the same."""
        return self.name[:4]


_ROWS = """
E09000002 62 East Area|Barking and Dagenham
E09000003 20 North West|Barnet
E09000004 74 South East|Bexley
E09000005 22 North West|Brent
E09000006 66 South Area|Bromley
E09000007 32 Central North|Camden
E09000008 46 South Area|Croydon
E09000009 13 West Area|Ealing
E09000010 40 North Area|Enfield
E09000011 64 South East|Greenwich
E09000012 52 Central East|Hackney
E09000013 24 Central West|Hammersmith and Fulham
E09000014 41 North Area|Haringey
E09000015 11 North West|Harrow
E09000016 71 East Area|Havering
E09000017 02 West Area|Hillingdon
E09000018 14 West Area|Hounslow
E09000019 42 Central North|Islington
E09000020 23 Central West|Kensington and Chelsea
E09000021 16 South West|Kingston upon Thames
E09000022 34 Central South|Lambeth
E09000023 54 South East|Lewisham
E09000024 25 South West|Merton
E09000025 63 North East|Newham
E09000026 61 East Area|Redbridge
E09000027 15 South West|Richmond upon Thames
E09000028 44 Central South|Southwark
E09000029 36 South Area|Sutton
E09000030 53 Central East|Tower Hamlets
E09000031 51 North East|Waltham Forest
E09000032 35 South West|Wandsworth
E09000033 33 Central West|Westminster
"""

BOROUGHS = tuple(
    Borough(
        code=row[:9], column=int(row[10]), row=int(row[11]), unit=row[13:].partition("|")[0], name=row.partition("|")[2]
    )
    for row in _ROWS.strip().splitlines()
)
BY_CODE = {borough.code: borough for borough in BOROUGHS}
BY_NAME = {borough.name.casefold(): borough for borough in BOROUGHS}
UNITS = sorted({borough.unit for borough in BOROUGHS} | {"CPIE"})


class NoSuchBorough(ValueError):
    """A name that is none of the 32; the message says which, and why the City does not count."""


def read(text: str) -> list[str]:
    """The codes of boroughs named in a text, parted by semicolons; `All 32 boroughs` stands for each of them."""
    names = [name.strip() for name in text.split(";") if name.strip()]
    if [name.casefold() for name in names] == [ALL.casefold()]:
        return [borough.code for borough in BOROUGHS]
    codes = []
    for name in names:
        if name.casefold() in {"city of london", "the city of london"}:
            raise NoSuchBorough("The City of London is outside the Metropolitan Police District")
        if name.casefold() not in BY_NAME:
            raise NoSuchBorough(f"“{name[:60]}” is not one of the 32 boroughs")
        codes.append(BY_NAME[name.casefold()].code)
    return sorted(set(codes))


def names(codes: list[str]) -> str:
    """The boroughs as a reader sees them."""
    if len(codes) == len(BOROUGHS):
        return ALL
    return ", ".join(BY_CODE[code].name for code in codes if code in BY_CODE)
