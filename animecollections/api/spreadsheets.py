"""Cells of CSV files that no spreadsheet takes for formulas."""

import re

# What spreadsheets calculate begins with one of these, in any width that signs have.
SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]"
# What some leave out before it: blanks, and characters without a width.
BLANK = (
    "[ \t\x0b\x0c\x1c-\x1f\x85\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u2064\u3000\ufeff]*"
)
# The places for an apostrophe; and the apostrophes that stand there.
FORMULA = re.compile(
    rf"\A(?='*[\t\r\n])|(?:\A|(?<=[\r\n]))(?='*{BLANK}{SIGN})",
)
NEUTRAL = re.compile(
    rf"\A'(?='*[\t\r\n])|(?:\A|(?<=[\r\n]))'(?='*{BLANK}{SIGN})",
)


def neutral(cell: str) -> str:
    """The cell, so that no spreadsheet takes it, or a line of it, for a formula."""
    return FORMULA.sub("'", cell)


def plain(cell: str) -> str:
    """The cell that `neutral` made neutral, as it was."""
    return NEUTRAL.sub("", cell)
