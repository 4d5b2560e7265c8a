"""The London boroughs: the 32 of the Metropolitan Police District, and the City, which is outside it.

Codes and names: Office for National Statistics, Open Government Licence v3.0. Units are the MPS command units.
"""

from dataclasses import dataclass

ALL = "All 32 boroughs"


@dataclass(frozen=True, slots=True)
class Borough:
    """One borough: its ONS code, its name and the MPS command unit that polices it."""

    code: str
    name: str
    unit: str


_ROWS = """
E09000002 East Area|Barking and Dagenham
E09000003 North West|Barnet
E09000004 South East|Bexley
E09000005 North West|Brent
E09000006 South Area|Bromley
E09000007 Central North|Camden
E09000008 South Area|Croydon
E09000009 West Area|Ealing
E09000010 North Area|Enfield
E09000011 South East|Greenwich
E09000012 Central East|Hackney
E09000013 Central West|Hammersmith and Fulham
E09000014 North Area|Haringey
E09000015 North West|Harrow
E09000016 East Area|Havering
E09000017 West Area|Hillingdon
E09000018 West Area|Hounslow
E09000019 Central North|Islington
E09000020 Central West|Kensington and Chelsea
E09000021 South West|Kingston upon Thames
E09000022 Central South|Lambeth
E09000023 South East|Lewisham
E09000024 South West|Merton
E09000025 North East|Newham
E09000026 East Area|Redbridge
E09000027 South West|Richmond upon Thames
E09000028 Central South|Southwark
E09000029 South Area|Sutton
E09000030 Central East|Tower Hamlets
E09000031 North East|Waltham Forest
E09000032 South West|Wandsworth
E09000033 Central West|Westminster
"""

BOROUGHS = tuple(
    Borough(code=row[:9], unit=row[10:].partition("|")[0], name=row.partition("|")[2])
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
