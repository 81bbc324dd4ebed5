"""What the API says, in the language of who asks: one table for each language.

Sentences are made in English where they are known, some of them long before somebody
reads them. At the edge they are looked up in locale/<language>/LC_MESSAGES/api.po by
the template they were made from, and its values are filled in again. So English is as
it always was, to the byte. docs/decisions/0075-sentences-are-looked-up.md
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from string import Formatter
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.formats import get_format
from django.utils.translation import get_language, get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request

from animecollections.translations import words_in

ENGLISH = "en"
LONGEST = 3000  # of a text that is looked at
MOST_SENTENCES = 20  # of it
WORD = "word\x04"  # the context of words that stand in sentences, as gettext keeps it
# What may stand for a value; all else is any text. All have an end, else a text that
# nearly fits would be tried in as many ways as it has letters.
VALUES = {
    "n": r"-?[\d.,]{1,20}",
    "most": r"[\d.,]{1,20}",
    "row": r"[\d,]{1,12}",
    "day": r"\d{4}-\d\d-\d\d",
    "what": r"[^“”.:]{1,60}?",
    "known": r".{1,2000}?",
    "ids": r".{1,2000}?",
    "titles": r".{1,1200}?",
}
ANY_TEXT = r".{1,600}?"
NUMBERS = ("n", "most", "row", "number", "limit", "total", "retry_after", "position")
# Values that are words of ours, and told as such.
OF_WORDS = ("grounds", "against", "fields", "kind", "state", "type", "found", "This")
PLACE = re.compile(r"[\w.\[\]-]{1,100}: ")
SENTENCE_ENDS = re.compile(r"(?<=[.!?)”]) (?=\S)")
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")


def language_of(request: HttpRequest | Request) -> str:
    """Of an account its preference; of a visitor what they accept."""
    account = getattr(request, "_user", None)  # no question of who it is, if not known
    chosen: str = getattr(account, "language", "")
    return chosen or accepted(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=1000)
def accepted(header: str) -> str:
    """The language that fits Accept-Language best."""
    for code, _ in parse_accept_lang_header(header):
        if code == "*":
            break
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def told_in(language: str, text: str) -> str:
    """A text of the API's sentences in this language; what is unknown stays English."""
    if language == ENGLISH or not text or len(text) > LONGEST:
        return text
    return looked_up(language, text)


def fields_in(language: str, fields: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with each field: sentences by its name."""
    return {
        name: [told_in(language, one) for one in sentences]
        for name, sentences in fields.items()
    }


def fields_spoken(fields: dict[str, Any]) -> dict[str, Any]:
    return fields_in(get_language() or ENGLISH, fields)


def spoken(text: str) -> str:
    """The same in the language that is active: of the request, else English."""
    return told_in(get_language() or ENGLISH, text)


def t(sentence: str, **values: object) -> str:
    """A template of the table, filled in, in the language that is active."""
    return table_of(get_language() or ENGLISH).filled(sentence, values)


def word(text: str) -> str:
    """A word of ours in the language that is active."""
    return table_of(get_language() or ENGLISH).words.get(text, text)


@lru_cache(maxsize=4096)  # the rows of a list are given the same few reasons
def looked_up(language: str, text: str) -> str:
    return table_of(language).told(text)


class Template:
    """An English sentence with values in braces, and the same in another language."""

    def __init__(self, english: str, theirs: str) -> None:
        self.theirs = theirs
        self.literal = "".join(text for text, _ in parts_of(english))
        self.pattern = re.compile(pattern_of(english), re.DOTALL)


class Table:
    """Of one language: whole sentences, templates with the most said first, words."""

    def __init__(self, language: str, said: dict[str, str]) -> None:
        self.language = language
        self.said = {k: v for k, v in said.items() if not k.startswith(WORD)}
        self.words = {k[len(WORD) :]: v for k, v in said.items() if k.startswith(WORD)}
        longest_first = sorted(map(re.escape, self.words), key=len, reverse=True)
        self.of_ours = re.compile(rf"\b({'|'.join(longest_first) or '(?!)'})\b")
        self.whole = {
            k.format(): v.format() for k, v in self.said.items() if is_whole(k)
        }
        self.templates = sorted(
            (Template(k, v) for k, v in self.said.items() if is_template(k)),
            key=lambda one: -len(one.literal),
        )

    def told(self, text: str, most: int = MOST_SENTENCES) -> str:
        """One sentence, or several with spaces between, or one after a place."""
        if (told := self.one(text)) is not None or not most:
            return told or text
        for end in islice(SENTENCE_ENDS.finditer(text), MOST_SENTENCES):
            if (told := self.one(text[: end.start()])) is not None:
                return f"{told} {self.told(text[end.end() :], most - 1)}"
        if place := PLACE.match(text):
            return place[0] + self.told(text[place.end() :], most - 1)
        return text

    def one(self, sentence: str) -> str | None:
        if (told := self.whole.get(sentence)) is not None:
            return told
        for template in self.templates:
            if found := template.pattern.fullmatch(sentence):
                values = found.groupdict().items()
                filled = {name: self.value(name, text) for name, text in values}
                return template.theirs.format(**filled)
        return None

    def value(self, name: str, text: str) -> str:
        if name in OF_WORDS:
            return self.of_ours.sub(lambda found: self.words[found[1]], text)
        if name in NUMBERS and THOUSANDS.fullmatch(text):
            return text.replace(
                ",", str(get_format("THOUSAND_SEPARATOR", self.language))
            )
        return text

    def filled(self, sentence: str, values: dict[str, Any]) -> str:
        told = self.said.get(sentence, sentence)
        filled = {name: self.value(name, str(value)) for name, value in values.items()}
        return told.format(**filled)


@cache
def table_of(language: str) -> Table:
    return Table(language, words_in(language, "api"))


def is_template(sentence: str) -> bool:
    """Of a sentence; what others are made of (`t`) would fit too much."""
    return sentence.endswith(".") and not is_whole(sentence)


def is_whole(sentence: str) -> bool:
    return not any(name for _, name in parts_of(sentence))


def parts_of(sentence: str) -> Iterator[tuple[str, str]]:
    """(text, name of the value after it); "" for none."""
    for text, name, _, _ in Formatter().parse(sentence):
        yield text, name or ""


def pattern_of(sentence: str, values: Mapping[str, str] = VALUES) -> str:
    """A value that comes twice is the same both times."""
    pattern, seen = "", set()
    for text, name in parts_of(sentence):
        pattern += re.escape(text)
        if name in seen:
            pattern += f"(?P={name})"
        elif name:
            pattern += f"(?P<{name}>{values.get(name, ANY_TEXT)})"
            seen.add(name)
    return pattern
