"""JSON and lines, piece by piece: only one title is ever held."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

from collections_app.catalogue.reader.errors import SourceBroken
from collections_app.catalogue.reader.text import Text

# Titles are a few kilobytes. More than this without an end is another kind of file, or
# one made to fill the memory.
LONGEST_TITLE = 1024 * 1024


class Malformed(Exception):  # noqa: N818 - becomes one of the two in errors
    """Not JSON, where more of the source would not help."""


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


# The same decoder for both forms. ijson was tried for the document: its C parser dies
# (segmentation fault) of a number of 5,000 digits, and takes memory without limit for
# deep nesting.
DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
# A number too long for int() or Decimal, and lists within lists within lists.
UNDECODABLE = (ValueError, ArithmeticError, RecursionError)


def text_lines(text: Text) -> Iterator[str]:
    *lines, rest = text.buffer.split("\n")
    yield from lines
    while text.more(used=len(text.buffer)):
        *lines, rest = (rest + text.buffer).split("\n")
        yield from lines
        rest = rest[: LONGEST_TITLE + 1]  # enough to be refused for
    rest += text.buffer
    if rest and not text.fault:
        yield last_line(rest)


def last_line(line: str) -> str:
    """A line that no line break ends, if it is whole."""
    try:
        DECODER.decode(line)
    except json.JSONDecodeError as error:
        if line.strip() and is_cut(error):
            message = "The file is incomplete: it ends within a line."
            raise SourceBroken(message) from error
    except UNDECODABLE:
        pass  # refused like any other
    return line


def is_cut(error: json.JSONDecodeError) -> bool:
    """Whether the text ends too early: in a string, or in what its end begins."""
    unread = len(error.doc.rstrip()) - error.pos
    return error.msg.startswith("Unterminated") or unread < len("false")


_SPACE = re.compile(r"[ \t\r\n]*")


class Cursor:
    """Takes JSON apart value by value, so that only one title is ever held."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        """The next character that is not space; "" at the end."""
        while True:
            match = _SPACE.match(self.text.buffer, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text.buffer):
                return self.text.buffer[self.at]
            if not self._more():
                return ""

    def take(self, wanted: str) -> str:
        found = self.peek()
        if not found:
            raise self._broken_off()
        if found not in wanted:
            raise Malformed(f"{found!a} in place of {' or '.join(wanted)}")
        self.at += 1
        return found

    def value(self) -> object:
        self.peek()
        while True:
            problem: Exception | None = None
            try:
                value, end = DECODER.raw_decode(self.text.buffer, self.at)
            except UNDECODABLE as error:
                problem = error
            # A number at the very end of what has been read may have more digits.
            if problem is None and (end < len(self.text.buffer) or self.text.ended):
                self.at = end
                return value
            if self._too_long() or not self._more():
                raise self._reason(problem)

    def _more(self) -> bool:
        used, self.at = self.at, 0
        return self.text.more(used)

    def _too_long(self) -> bool:
        return len(self.text.buffer) - self.at > LONGEST_TITLE

    def _reason(self, problem: Exception | None) -> Exception:
        cut = isinstance(problem, json.JSONDecodeError) and is_cut(problem)
        if self.text.ended and (cut or self.text.fault):
            return self._broken_off()
        return Malformed(str(problem) if problem else "a number without an end")

    def _broken_off(self) -> SourceBroken:
        message = "The file is incomplete: the document does not end."
        return self.text.fault or SourceBroken(message)
