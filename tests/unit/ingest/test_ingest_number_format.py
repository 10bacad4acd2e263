"""Numbers of a spreadsheet are shown as its reader sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsers.number_format import shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("44562", "yyyy-mm-dd", "2022-01-01"),
        ("44562", "General", "44562"),
        ("44562.0", "General", "44562"),
        ("44562", "m/d/yy", "1/1/22"),
        ("44562", 'd" de "mmmm" de "yyyy', "1 de January de 2022"),
        ("44562", "[$-407]d. mmm yyyy", "1. Jan 2022"),
        ("44562", "dddd", "Saturday"),
        ("44562.75", "yyyy-mm-dd h:mm AM/PM", "2022-01-01 6:00 PM"),
        ("0.5", "hh:mm", "12:00"),
        ("1.5", "[h]:mm:ss", "36:00:00"),
        ("0.000011574", "mm:ss.0", "00:01.0"),
        ("1", "yyyy-mm-dd", "1900-01-01"),
        ("59", "yyyy-mm-dd", "1900-02-28"),
        ("61", "yyyy-mm-dd", "1900-03-01"),
        ("0.125", "0.0%", "12.5%"),
        ("0.125", "0%", "13%"),
        ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("1234.5", "#,##0.00\\ [$€-407]", "1,234.50 €"),
        ("1234.5", '"$"#,##0', "$1,235"),
        ("-1234.5", "#,##0.0;(#,##0.0)", "(1,234.5)"),
        ("-1234.5", "#,##0.0;[Red]-#,##0.0", "-1,234.5"),
        ("0", '0.0;-0.0;"none"', "none"),
        ("2.675", "0.00", "2.68"),
        ("7", "000", "007"),
        ("1500000", '0.0,,"M"', "1.5M"),
        ("1.50", "0.0#", "1.5"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("0.3333333333333333", "General", "0.3333333333"),
        ("0.30000000000000004", "General", "0.3"),
        ("4915112345678", "General", "4915112345678"),
        ("0.5", "# ?/?", "0.5"),
        ("-5", "yyyy-mm-dd", "-5"),
        ("9e99", "0", "9e99"),
        ("no number", "0", "no number"),
    ],
)
def test_a_number_is_shown_by_its_format(value: str, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_days_may_be_counted_from_1904() -> None:
    assert shown("43100", "yyyy-mm-dd", from_1904=True) == "2022-01-01"


@given(st.floats(), st.text(alphabet='0#?.,%E+-/yYmMdDhHsS;@"\\_*[]$€AP Gen', max_size=30))
def test_any_number_in_any_format_is_shown_somehow(value: float, code: str) -> None:
    assert isinstance(shown(repr(value), code), str)
