"""Numbers of a spreadsheet as its reader sees them: `44562` as `2022-01-01`, `0.125` as `12.5%`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 41: "#,##0", 42: "$#,##0", 43: "#,##0.00", 44: "$#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Formats that a file names by number; the short date differs by country, so it is ISO's here."""

MAX_CODE = 255
"""Characters of a format, as in Excel."""
_MAX_DIGITS = 30
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 # Spreadsheets know no zones.
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LEAP_BUG = 60
"""Excel counts a 29 February 1900, which was none; days before it are one off."""
_GENERAL = re.compile(r"general", re.IGNORECASE)
_DIGITS = 15
"""Digits that a spreadsheet keeps."""

_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|(?P<space>[_*].)"
    r"|\[(?P<elapsed>h+|m+|s+)\]"
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]"
    r"|(?P<other>\[[^\]]*\])"
    r"|(?P<half>AM/PM|A/P)"
    r"|(?P<date>y+|m+|d+|h+|s+)"
    r"|(?P<fraction>[.,]0+(?=[^0#?]|$))"
    r"|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def shown(value: str, code: str, *, from_1904: bool = False) -> str:
    """A stored number as its format shows it; one that can't be shown so, plain.

    Args:
        value: As the file holds it: `44562`, `1.5E-3`.
        code: The format: `yyyy-mm-dd`, `#,##0.00 "kg"`.
        from_1904: Whether days are counted from 1904.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        return value
    sections = _sections(code[:MAX_CODE])
    section = sections[_which(number, len(sections))]
    if len(sections) > 1 and number < 0:
        number = -number
    return section.show(number, _EPOCH_1904 if from_1904 else _EPOCH)


def is_date(code: str) -> bool:
    """Whether a format shows a date or a time."""
    return any(section.dated for section in _sections(code[:MAX_CODE]))


def _which(number: Decimal, count: int) -> int:
    """Positive, negative and zero have sections of their own where there are enough."""
    if number < 0 and count > 1:
        return 1
    return 2 if number == 0 and count > 2 else 0  # noqa: PLR2004 # The third is zero's.


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


class _Section:
    """One of the up to four parts of a format."""

    def __init__(self, code: str) -> None:
        self._tokens = list(_tokens(code))
        kinds = {token.kind for token in self._tokens}
        self._general = bool(_GENERAL.search(code)) or not code.strip() or "@" in code
        self.dated = not self._general and bool(kinds & {"date", "elapsed", "half"})

    def show(self, number: Decimal, epoch: datetime) -> str:
        if self._general:
            return plain(number)
        if self.dated:
            return "".join(_dated(self._tokens, number, epoch)) or plain(number)
        return _numeral(self._tokens, number).strip()


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[str] = [""]
    quoted = escaped = False
    for character in code:
        if character == ";" and not quoted and not escaped:
            parts.append("")
            continue
        quoted ^= character == '"' and not escaped
        escaped = character == "\\" and not escaped
        parts[-1] += character
    return tuple(map(_Section, parts[:3]))


def _tokens(code: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "other"
        text = match[kind]
        if kind in {"text", "escaped", "currency"}:
            yield _Token("said", text)
        elif kind == "space":
            yield _Token("said", " " if text[0] == "_" else "")
        elif kind != "other":
            yield _Token(kind, text)


def plain(number: Decimal) -> str:
    """A number without a format: whole ones whole, others to ten digits behind the point."""
    if number == number.to_integral_value() and number.adjusted() < _DIGITS:
        return f"{number:.0f}"
    if -5 <= number.adjusted() < _DIGITS:  # noqa: PLR2004 # Smaller ones are shown with an exponent.
        return f"{float(number):.{max(1, 10 - max(0, number.adjusted()))}f}".rstrip("0").rstrip(".")
    return f"{float(number):.6G}"


def _numeral(tokens: list[_Token], number: Decimal) -> str:
    """A number in digits: the pattern of `0`, `#` and `?`, with what stands around it."""
    body = "".join(
        token.text if token.kind in {"literal", "fraction"} else "\x00" for token in tokens
    )
    if "/" in body:
        return plain(number)
    before, digits, after = _around(tokens)
    if not digits:
        return before + after
    if "%" in before + after:
        number *= 100
    if "E" in digits.upper():
        return before + _scientific(digits, number) + after
    whole, _, decimals = digits.rstrip(",").partition(".")
    scale = len(digits) - len(digits.rstrip(",")) + len(whole) - len(whole.rstrip(","))
    number = number.scaleb(-3 * scale)
    places = min(len(decimals), _MAX_DIGITS)
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    grouped = "," in whole.rstrip(",")
    text = f"{rounded:,.{places}f}" if grouped else f"{rounded:.{places}f}"
    optional = len(decimals) - len(decimals.rstrip("#?"))
    for _ in range(optional):
        text = text.removesuffix("0")
    text = text.removesuffix(".")
    least = whole.count("0")
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{before}{text.removeprefix('-').zfill(0 if grouped else least)}{after}"


def _around(tokens: list[_Token]) -> tuple[str, str, str]:
    """What is said before the digits, their pattern, and what is said behind them."""
    before, digits, after = "", "", ""
    for token in tokens:
        is_pattern = token.kind == "fraction" or (
            token.kind == "literal" and (token.text in "0#?" or (digits and token.text in ".,E+-"))
        )
        is_point = token.kind == "literal" and token.text == "." and not digits
        if (is_pattern or is_point) and not after:
            digits += token.text
        elif not digits:
            before += token.text
        elif not is_pattern:
            after += token.text
    return before, digits, after


def _scientific(digits: str, number: Decimal) -> str:
    mantissa = digits.upper().partition("E")[0]
    places = len(mantissa.partition(".")[2])
    return f"{float(number):.{min(places, _DIGITS)}E}"


def _dated(tokens: list[_Token], number: Decimal, epoch: datetime) -> Iterator[str]:
    """A day number as date and time; nothing where there is no such day."""
    if number < 0:
        return
    days = number + 1 if epoch is _EPOCH and number < _LEAP_BUG else number
    places = max((len(t.text) - 1 for t in tokens if t.kind == "fraction"), default=0)
    parts = {token.kind for token in tokens}
    seconds = _rounded(days * 86_400, places)
    try:
        moment = epoch + timedelta(seconds=float(seconds))
    except OverflowError:
        return
    elapsed = _rounded(number * 86_400, places)
    for place, token in enumerate(tokens):
        if token.kind == "date":
            yield _part(tokens, place, moment, halves="half" in parts)
        elif token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0].lower()]
            yield str(int(elapsed // unit)).zfill(len(token.text))
        elif token.kind == "half":
            yield "AM" if moment.hour < 12 else "PM"  # noqa: PLR2004 # Noon.
        elif token.kind == "fraction":
            yield f".{moment.microsecond:06}"[: len(token.text)]
        else:
            yield token.text


def _rounded(seconds: Decimal, places: int) -> Decimal:
    return seconds.quantize(Decimal(1).scaleb(-min(places, 6)), ROUND_HALF_UP)


def _part(tokens: list[_Token], place: int, moment: datetime, *, halves: bool) -> str:
    """Year, month, day, hour, minute or second."""
    text = tokens[place].text.lower()
    length = len(text)
    if text[0] == "m" and not _is_minute(tokens, place):
        name = _MONTHS[moment.month - 1]
        return _named(name, moment.month, length)
    if text[0] == "d":
        return _named(_DAYS[moment.weekday()], moment.day, length)
    if text[0] == "y":
        return f"{moment.year:04}" if length > 2 else f"{moment.year % 100:02}"  # noqa: PLR2004 # `yy` is short.
    hour = (moment.hour - 1) % 12 + 1 if halves else moment.hour
    value = {"h": hour, "m": moment.minute, "s": moment.second}[text[0]]
    return str(value).zfill(min(length, 2))


def _named(name: str, number: int, length: int) -> str:
    """`1`, `01`, `Jan`, `January` or `J`, by how often the letter stands."""
    forms = (str(number), f"{number:02}", name[:3], name, name[0])
    return forms[min(length, len(forms)) - 1]


def _is_minute(tokens: list[_Token], place: int) -> bool:
    """Whether an `m` is a minute: behind an hour, or before a second."""
    before = [t for t in tokens[:place] if t.kind in {"date", "elapsed"}]
    behind = [t for t in tokens[place + 1 :] if t.kind in {"date", "elapsed"}]
    after_hour = bool(before) and before[-1].text[0].lower() == "h"
    before_second = bool(behind) and behind[0].text[0].lower() == "s"
    return after_hour or before_second
