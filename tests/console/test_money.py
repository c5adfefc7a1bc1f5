"""Tests of amounts: one strict grammar, exact both ways, at every exponent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.money import LARGEST, PLAIN, SMALLEST, AmountError, NumberStyle, format_amount, parse_amount

EXPONENTS = (0, 2, 3, 8)
STYLES = (
    NumberStyle(),
    PLAIN,
    NumberStyle(decimal=",", group=".", minus="-"),
    NumberStyle(decimal=",", group="\u00a0"),
    NumberStyle(decimal=".", group="\u2019"),
)


@pytest.mark.parametrize(
    ("text", "exponent", "minor"),
    [
        ("0", 2, 0),
        ("1", 2, 100),
        ("1.5", 2, 150),
        ("1.50", 2, 150),
        ("007", 0, 7),
        ("0.00000001", 8, 1),
        ("  12.34 ", 2, 1234),
        ("21474836.48", 2, 2**31),
        ("9007199254740993", 0, 2**53 + 1),
        ("92233720368547758.07", 2, LARGEST),
        ("92233720368.54775807", 8, LARGEST),
        ("0" * 5000 + "5", 0, 5),
    ],
)
def test_reads(text: str, exponent: int, minor: int) -> None:
    assert parse_amount(text, exponent) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount.empty"),
        ("   ", "amount.empty"),
        ("1e3", "amount.format"),
        ("\uff11\uff12\uff13", "amount.format"),
        ("١٢٣", "amount.format"),
        ("²", "amount.format"),
        ("NaN", "amount.format"),
        ("Infinity", "amount.format"),
        ("1_000", "amount.format"),
        ("0x10", "amount.format"),
        ("1,000", "amount.format"),
        ("1 000", "amount.format"),
        ("--5", "amount.format"),
        ("- 5", "amount.format"),
        ("5-", "amount.format"),
        (".5", "amount.format"),
        ("5.", "amount.format"),
        ("1.2.3", "amount.format"),
        ("\t5", "amount.format"),
        ("5\n", "amount.format"),
        ("\u00a05", "amount.format"),
        ("5 EUR", "amount.format"),
        ("-5", "amount.sign"),
        ("+5", "amount.sign"),
        ("1.234", "amount.decimals"),
        ("1.000", "amount.decimals"),
        ("92233720368547758.08", "amount.range"),
        ("9" * 10_000, "amount.range"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(text, 2)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


def test_no_decimals_at_exponent_zero() -> None:
    with pytest.raises(AmountError, match="no decimals") as refused:
        parse_amount("5.0", 0)
    assert refused.value.code == "amount.decimals"


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1.234.567,89", 123456789),
        ("1234567,89", 123456789),
        ("999", 99900),
        ("1.000", 100000),
    ],
)
def test_groups_of_three(text: str, minor: int) -> None:
    assert parse_amount(text, 2, decimal=",", grouping=".") == minor


@pytest.mark.parametrize("text", ["12.34", "1234.567", "1.23.456", ".123", "1..234", "1.234,5.6", "0,123.4"])
def test_wrong_groups(text: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(text, 2, decimal=",", grouping=".")
    assert refused.value.code == "amount.format"


def test_signs_only_when_asked_for() -> None:
    assert parse_amount("-5", 2, signed=True) == -500
    assert parse_amount("\u22125", 2, signed=True) == -500
    assert parse_amount("+5", 2, signed=True) == 500
    assert parse_amount("-92233720368547758.08", 2, signed=True) == SMALLEST
    with pytest.raises(AmountError) as refused:
        parse_amount("-92233720368547758.09", 2, signed=True)
    assert refused.value.code == "amount.range"


@pytest.mark.parametrize(("decimal", "grouping"), [("", ""), (".", "."), ("5", ""), (".", "-"), ("..", "")])
def test_marks_that_cannot_be_told_apart(decimal: str, grouping: str) -> None:
    with pytest.raises(ValueError, match="cannot be a"):
        parse_amount("5", 2, decimal=decimal, grouping=grouping)


@pytest.mark.parametrize(
    ("minor", "exponent", "shown"),
    [
        (0, 0, "0"),
        (0, 8, "0.00000000"),
        (5, 2, "0.05"),
        (-5, 2, "\u22120.05"),
        (123456789, 2, "1,234,567.89"),
        (123456789, 0, "123,456,789"),
        (2**31, 3, "2,147,483.648"),
        (2**53 + 1, 2, "90,071,992,547,409.93"),
        (LARGEST, 2, "92,233,720,368,547,758.07"),
        (SMALLEST, 8, "\u221292,233,720,368.54775808"),
        (2**63, 0, "9,223,372,036,854,775,808"),
    ],
)
def test_shows(minor: int, exponent: int, shown: str) -> None:
    assert format_amount(minor, exponent, NumberStyle()) == shown


def test_shows_the_plus_when_asked_for() -> None:
    assert format_amount(100, 2, PLAIN, signed=True) == "+1.00"
    assert format_amount(-100, 2, PLAIN, signed=True) == "-1.00"
    assert format_amount(0, 2, PLAIN, signed=True) == "0.00"


@given(
    minor=st.integers(SMALLEST, LARGEST),
    exponent=st.sampled_from(EXPONENTS),
    style=st.sampled_from(STYLES),
    signed=st.booleans(),
)
def test_round_trip(*, minor: int, exponent: int, style: NumberStyle, signed: bool) -> None:
    text = format_amount(minor, exponent, style, signed=signed)
    assert parse_amount(text, exponent, decimal=style.decimal, grouping=style.group, signed=True) == minor


@given(text=st.text(), exponent=st.sampled_from(EXPONENTS), grouping=st.sampled_from(["", ",", " "]))
def test_any_text_is_read_or_refused(text: str, exponent: int, grouping: str) -> None:
    try:
        minor = parse_amount(text, exponent, grouping=grouping, signed=True)
    except AmountError:
        return
    written = text.strip(" ").replace(grouping or "\0", "")
    assert written.isascii() or written[0] == "\u2212"
    assert SMALLEST <= minor <= LARGEST


@given(text=st.from_regex(r"[0-9]{1,22}(\.[0-9]{1,9})?", fullmatch=True), exponent=st.sampled_from(EXPONENTS))
def test_plain_numbers_keep_their_value(text: str, exponent: int) -> None:
    whole, _, fraction = text.partition(".")
    exact = int(whole + fraction.ljust(exponent, "0"))
    try:
        assert parse_amount(text, exponent) == exact
    except AmountError as error:
        expected = "amount.decimals" if len(fraction) > exponent else "amount.range"
        assert error.code == expected  # noqa: PT017 (either outcome is right)
        assert len(fraction) > exponent or exact > LARGEST
