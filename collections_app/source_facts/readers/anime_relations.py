"""anime-relations (CC0): episodes counted on that are the sequel's.

https://github.com/erengy/anime-relations: lines such as
"- 10001|10002|10003:14-26 -> 20001|20002|20003:1-13!"; the ids are MyAnimeList's,
Kitsu's and AniList's.
"""

import re
from collections.abc import Iterator
from typing import Any

from collections_app.catalogue.matching import Key
from collections_app.catalogue.reader.pieces import text_lines
from collections_app.catalogue.reader.records import Refusal
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.readers.pieces import Json, keys_of
from collections_app.source_facts.readers.said import Reader, Said

SITES = ("mal", "kitsu", "anilist")
IDS = r"(?:[0-9]{1,10}|[?~])(?:\|(?:[0-9]{1,10}|[?~])){0,2}"
EPISODES = r"[0-9]{1,6}(?:-(?:[0-9]{1,6}|\?))?"
RULE = re.compile(
    rf"- (?P<ids>{IDS}):(?P<of>{EPISODES}) -> (?P<to_ids>{IDS}):(?P<to>{EPISODES})"
    r"(?P<itself>!?)",
    re.ASCII,
)
MOST_RULES = 100_000  # there are 543


def fits(head: str) -> bool:
    return re.search(r"^::(meta|rules)\s*$", head, re.MULTILINE) is not None


class Titles:
    """The redirects of each title, of which the file has one here and one there."""

    def __init__(self) -> None:
        self.redirects: dict[frozenset[Key], list[Json]] = {}
        self.about: dict[frozenset[Key], tuple[int, str]] = {}
        self.ids: dict[frozenset[Key], frozenset[Key]] = {}

    def add(self, ids: frozenset[Key], line: int, label: str, redirect: Json) -> None:
        """By its MyAnimeList id where it has one: lines name more or fewer others."""
        key = frozenset(pair for pair in ids if pair[0] == "mal") or ids
        self.redirects.setdefault(key, []).append(redirect)
        self.about.setdefault(key, (line, label))
        self.ids[key] = self.ids.get(key, ids) | ids


def read(text: Text) -> Iterator[Said | Refusal]:
    titles = Titles()
    comment, count = "", 0
    for number, each in enumerate(text_lines(text), start=1):
        line = each.strip()
        if line.startswith("#"):
            comment = line.lstrip("# ")[:100]
        elif line.startswith("- ") and "->" in line and count < MOST_RULES:
            count += 1
            if refusal := add_rule(titles, line, number, comment):
                yield refusal
    if text.fault:
        raise text.fault  # a part of a title's redirects would replace all of them
    for key, redirects in titles.redirects.items():
        line_number, label = titles.about[key]
        values: dict[FactKind, object] = {FactKind.REDIRECTS: redirects}
        yield Said(line_number, label, titles.ids[key], values)


def add_rule(titles: Titles, line: str, number: int, label: str) -> Refusal | None:
    rule = RULE.fullmatch(line)
    if rule is None:
        return Refusal(number, label, "it is not a rule of this file")
    ids = ids_of(rule["ids"])
    to_ids = ids_of(rule["to_ids"], repeats=rule["ids"])
    if not ids or not to_ids:
        return Refusal(number, label, "it has no ids")
    first, last = range_of(rule["of"])
    to_first, to_last = range_of(rule["to"])
    redirect: dict[str, Any] = {
        "first": first,
        "last": last,
        "to_first": to_first,
        "to_last": to_last,
        "ids": [":".join(key) for key in sorted(to_ids)],
    }
    titles.add(ids, number, label, redirect)
    if rule["itself"]:  # the sequel, counted on under its own name
        titles.add(to_ids, number, label, redirect)
    return None


def ids_of(text: str, repeats: str = "") -> frozenset[Key]:
    earlier = repeats.split("|")
    said = [
        earlier[place] if id_ == "~" and place < len(earlier) else id_
        for place, id_ in enumerate(text.split("|"))
    ]
    return keys_of(list(zip(SITES, said, strict=False)))


def range_of(text: str) -> tuple[int, int | None]:
    first, dash, last = text.partition("-")
    if not dash:
        return int(first), int(first)
    return int(first), None if last == "?" else int(last)


READER = Reader("anime-relations", "redirects of episode numbers", fits, read)
