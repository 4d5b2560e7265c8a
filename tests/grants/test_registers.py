"""Register numbers: the shape of each register, one spelling of each number, and what is none."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.registers import SHAPES, NotANumber, Register, identifier, normal


@pytest.mark.parametrize(
    ("register", "typed", "expected"),
    [
        ("charity", "1234567", ("charity", "1234567")),
        ("charity", " 1 234 567 ", ("charity", "1234567")),
        ("charity", "01234567", ("charity", "1234567")),
        ("charity", "No. 1234567", ("charity", "1234567")),
        ("charity", "Registered charity number: 1234567", ("charity", "1234567")),
        ("charity", "GB-CHC-1234567", ("charity", "1234567")),
        ("charity", "１２３４５６７", ("charity", "1234567")),
        ("charity", "١٢٣٤٥٦٧", ("charity", "1234567")),
        ("charity", "1234\u200b567", ("charity", "1234567")),
        ("charity", "1234\u00a0567", ("charity", "1234567")),
        ("charity", "SC012345", ("scottish charity", "SC012345")),
        ("charity", "sc 012345", ("scottish charity", "SC012345")),
        ("scottish charity", "12345", ("scottish charity", "SC012345")),
        ("scottish charity", "SC-012345", ("scottish charity", "SC012345")),
        ("charity", "NIC100123", ("northern irish charity", "NIC100123")),
        ("charity", "100123", ("northern irish charity", "NIC100123")),
        ("northern irish charity", "100123", ("northern irish charity", "NIC100123")),
        ("company", "00234567", ("company", "00234567")),
        ("company", "234567", ("company", "00234567")),
        ("company", "sc123456", ("company", "SC123456")),
        ("company", "SC 1234", ("company", "SC001234")),
        ("company", "OC301234", ("company", "OC301234")),
        ("company", "IP1234R", ("company", "IP01234R")),
        ("mutual", "12345R", ("mutual", "12345R")),
        ("mutual", "IP12345R", ("mutual", "12345R")),
        ("mutual", "RS7640", ("mutual", "RS007640")),
        ("local authority", "cmd", ("local authority", "CMD")),
        ("local authority", "E09000007", ("local authority", "E09000007")),
        ("education", "100123", ("education", "100123")),
        ("education", "10012345", ("education", "10012345")),
    ],
)
def test_each_spelling_of_a_number_is_one_number(register: str, typed: str, expected: tuple[str, str]) -> None:
    assert normal(register, typed) == expected
    assert normal(*expected) == expected


@pytest.mark.parametrize("register", SHAPES)
@pytest.mark.parametrize(
    "typed",
    (
        "TBC",
        *("n/a", "none", "-", "?", "#N/A", "#REF!", "1.23E+07", "1.23457E+14", "1234567.0", "0", "00000000", "1"),
        *("TRUE", "123456789012345", "see letter", "12345678/9", "=A1", "<b>1234567</b>", "1,234,567", "１"),
    ),
)
def test_what_is_no_number_is_refused_with_what_one_looks_like(register: Register, typed: str) -> None:
    with pytest.raises(NotANumber, match="is not a number of this register, which has"):
        normal(register, typed)
    assert identifier(register, typed) == ""


@pytest.mark.parametrize(
    ("register", "number", "published"),
    [
        ("charity", "1234567", "GB-CHC-1234567"),
        ("scottish charity", "SC012345", "GB-SC-SC012345"),
        ("northern irish charity", "NIC100123", "GB-NIC-100123"),
        ("company", "234567", "GB-COH-00234567"),
        ("mutual", "12345R", "GB-MPR-12345R"),
        ("local authority", "CMD", "GB-LAE-CMD"),
        ("local authority", "E09000007", ""),
        ("education", "100123", "GB-EDU-100123"),
        ("education", "10012345", "GB-UKPRN-10012345"),
        ("not stated", "1234567", ""),
        ("golf club", "1234567", ""),
    ],
)
def test_a_number_is_published_under_the_list_of_its_register(register: str, number: str, published: str) -> None:
    assert identifier(register, number) == published


@given(
    st.integers(1000, 99999999), st.sampled_from(["", "0", "00", " "]), st.sampled_from(["", " ", "\u2009", "\u200b"])
)
def test_zeros_and_spaces_never_make_another_company(number: int, front: str, gap: str) -> None:
    digits = str(number)
    spelled = f"{front}{digits[:2]}{gap}{digits[2:]}"
    if len(spelled.replace(gap or " ", "").strip()) <= 8:
        assert normal("company", spelled) == ("company", f"{number:08}")


@given(st.integers(200000, 99999999), st.sampled_from(sorted({"NFC", "NFKC", "NFD", "NFKD"})))
def test_forms_of_digits_never_make_another_charity(number: int, form: str) -> None:
    wide = "".join(chr(0xFF10 + int(digit)) for digit in str(number))
    assert normal("charity", unicodedata.normalize(form, wide)) == normal("charity", str(number))
