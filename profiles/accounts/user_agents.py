"""Which browser on which system a user agent names, in words of ours.

Only these words get into mails and pages: a user agent is a text that a stranger chose.
"""

import re
from typing import NamedTuple

# The first that fits: most browsers also name those that they are made of.
BROWSERS = (
    ("Edge", "Edg(e|A|iOS)?/"),
    ("Opera", "OPR/|OPT/|Opera"),
    ("Samsung Internet", "SamsungBrowser/"),
    ("Vivaldi", "Vivaldi/"),
    ("Yandex Browser", "YaBrowser/"),
    ("DuckDuckGo", "DuckDuckGo/|Ddg/"),
    ("Firefox", "Firefox/|FxiOS/"),
    ("Chrome", "Chrome/|Chromium/|CriOS/"),
    ("Safari", "Safari/"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("ChromeOS", "CrOS"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS X|Macintosh"),
    ("Linux", "Linux"),
)


class Client(NamedTuple):
    """None: it does not tell, as most apps do not."""

    browser: str | None
    system: str | None

    def __str__(self) -> str:
        return " · ".join(filter(None, self))


def client_of(user_agent: str) -> Client:
    return Client(first(BROWSERS, user_agent), first(SYSTEMS, user_agent))


def first(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for name, found in table if re.search(found, text)), None)
