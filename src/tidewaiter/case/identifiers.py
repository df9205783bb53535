"""What is wrong with an identifier as it is written. A bad one is kept and shown with its verdict, never dropped."""

from __future__ import annotations


def imo_verdict(number: str) -> str:
    """Return "" for a valid IMO ship number (IMO resolution A.1117(30)), else why it is not, in words."""
    from stdnum import imo  # noqa: PLC0415 - only cases with IMO numbers need it
    from stdnum.exceptions import InvalidChecksum, ValidationError  # noqa: PLC0415

    try:
        imo.validate(number)
    except InvalidChecksum:
        return "the check digit does not fit the IMO number: at least one digit is mistyped or invented"
    except ValidationError:
        return "not an IMO number: it should be seven digits, the last one a check digit"
    return "" if number.isascii() else "not an IMO number: it holds characters other than digits"


def mmsi_verdict(number: str) -> str:
    """Return "" for an MMSI of a ship (nine digits, ITU-R M.585: first digit 2 to 7), else why it is not, in words."""
    if not (number.isascii() and number.isdigit() and len(number) == 9):
        return "not an MMSI: it should be nine digits"
    if number[0] not in "234567":
        return "not the MMSI of a ship: those start with 2 to 7, the country code"
    return ""
