"""What pages for others say, in the language of their reader."""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from animecollections.api.language import accepted
from collections_app.stats.answers import WEEKDAYS
from collections_app.watch_list.models import EntryType

Names = dict[str, Callable[[], str]]
LANGUAGE = "language"  # of an address: what a page is written in
DAY_FORMATS = {4: "Y", 7: "M Y", 10: "j M Y"}  # by the length of what is known


def t(sentence: str, **values: object) -> str:
    """As t() of the web client says it."""
    said = gettext(sentence)
    return said.format(**values) if values else said


def language_of(request: HttpRequest) -> str:
    """What the address asks for, else Accept-Language: a cookie would make another page
    of each visitor's.
    """
    asked = request.GET.get(LANGUAGE, "")
    if asked in dict(settings.LANGUAGES):
        return asked
    return accepted(request.headers.get("Accept-Language", ""))


def languages(language: str, query: QueryDict) -> list[tuple[str, str, str]]:
    """The others, by code and name, with the address of the same page in each."""
    found = []
    for code, name in settings.LANGUAGES:
        if code != language:
            there = query.copy()
            there[LANGUAGE] = code
            found.append((code, name, f"?{there.urlencode()}"))
    return found


def number(value: float) -> str:
    """1,234 in English, 1.234 in Spanish; no decimals that say nothing."""
    places = 0 if float(value).is_integer() else 1
    return number_format(value, places, force_grouping=True)


def titles(n: int) -> str:
    return t("1 title") if n == 1 else t("{n} titles", n=number(n))


def episodes(n: int) -> str:
    return t("1 episode") if n == 1 else t("{n} episodes", n=number(n))


def day(value: str | date | datetime | None) -> str:
    """ "3 Oct 2017", "Oct 2017" or "2017"."""
    if not value:
        return ""
    text = value if isinstance(value, str) else value.isoformat()
    text = text[:10]
    whole = date.fromisoformat((text + "-01-01")[:10])
    return date_format(whole, DAY_FORMATS[len(text)])


def weekday(name: str) -> str:
    return str(WEEKDAYS_ABBR[WEEKDAYS.index(name)])


def month(text: str) -> str:
    """ "Oct", of "2026-10"."""
    return str(MONTHS_3[int(text[5:])]).capitalize()


def type_name(type_: str) -> str:
    return TYPE_NAMES[type_]()


def state_name(state: str) -> str:
    return STATE_NAMES[state]() if state in STATE_NAMES else ""


def format_name(word: str) -> str:
    return FORMAT_NAMES[word]() if word in FORMAT_NAMES else word


TYPE_NAMES: Names = {
    EntryType.WATCHING: lambda: t("Watching"),
    EntryType.COMPLETED: lambda: t("Completed"),
    EntryType.TO_WATCH: lambda: t("To watch"),
    EntryType.COLLECTION: lambda: t("Collection"),
}
STATE_NAMES: Names = {
    "on_hold": lambda: t("On hold"),
    "dropped": lambda: t("Dropped"),
    "rewatching": lambda: t("Rewatching"),
}
FORMAT_NAMES: Names = {
    "Movie": lambda: t("Movie"),
    "Special": lambda: t("Special"),
    "Unknown": lambda: "",
}
FREQUENCIES: Names = {
    "daily": lambda: t("Every day"),
    "weekly": lambda: t("Every week"),
    "monthly": lambda: t("Every month"),
    "occasionally": lambda: t("Now and then"),
    "rarely": lambda: t("Rarely"),
}
