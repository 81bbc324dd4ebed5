"""From the JSON of a title to a record in our words, or a refusal with its reason."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice

from collections_app.catalogue.genres import display_studio, genres_of, is_mature
from collections_app.catalogue.site_addresses import external_id

LONGEST_NAME = 500
LONGEST_URL = 1000
LONGEST_STUDIO = 200
MOST_SYNONYMS = 200
MOST_EPISODES = 100_000
MOST_MINUTES = 24 * 60
YEARS = (1900, 2100)


class _Flaw(Exception):  # noqa: N818 - becomes a Refusal
    """Why one title is refused."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A title that was not taken: its line, or its place in the document, from 1.

    external_ids: the ids it has all the same, where they could be read.
    """

    line: int
    title: str
    reason: str
    external_ids: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A title, checked and in our own words; None or "" is unknown."""

    title: str
    english_title: str | None
    native_title: str | None
    synonyms: tuple[str, ...]
    format: str
    airing_status: str
    season: str | None
    year: int | None
    episodes: int | None
    episode_minutes: int | None
    picture_url: str
    thumbnail_url: str
    rating: Decimal | None
    genres: tuple[str, ...]
    mature: bool
    studios: tuple[str, ...]
    external_ids: tuple[tuple[str, str], ...]
    related: tuple[tuple[str, str], ...]
    line: int


_FORMATS = {
    "TV": "TV",
    "MOVIE": "Movie",
    "OVA": "OVA",
    "ONA": "ONA",
    "SPECIAL": "Special",
}
_STATUSES = {"FINISHED": "finished", "ONGOING": "airing", "UPCOMING": "upcoming"}
_SEASONS = {word.upper(): word for word in ("winter", "spring", "summer", "fall")}

_LINE_BREAKS = re.compile("[\t-\r\x85\u2028\u2029]+")
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
ADDRESS = re.compile(r"https?://[^\s/?#\"<>\\^`{|}]+[^\s\"<>\\^`{|}]*", re.IGNORECASE)
_NO_PICTURES = (
    "raw.githubusercontent.com/manami-project/anime-offline-database/master/pics/no_pic",
    "myanimelist.net/img/sp/icon/",
    "myanimelist.net/images/qm_50",
    "myanimelist.cdn-dena.com/images/qm_50",
    "anilist.co/file/anilistcdn/media/anime/cover/medium/default.",
    "anilist.co/file/anilistcdn/media/anime/cover/large/default.",
    "anime-planet.com/images/anime/default/",
)


def record_or_refusal(item: object, line: int) -> Record | Refusal:
    if not isinstance(item, dict):
        return Refusal(line, "", f"{kind_of(item)} in place of a title")
    try:
        return _record(item, line)
    except _Flaw as flaw:
        label = label_of(item.get("title"))
        return Refusal(line, label, str(flaw), _readable_ids(item))


def _readable_ids(item: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(sorted(_ids(_texts(item, "sources"))))
    except _Flaw:
        return ()


def _record(item: Mapping[str, object], line: int) -> Record:
    title = _title(item)
    ids = _ids(_texts(item, "sources"))
    if not ids:
        raise _Flaw("none of its sources is a known site")
    tags = _texts(item, "tags")
    season = _object(item, "animeSeason")
    return Record(
        title=title,
        english_title=_name(_text(item, "englishTitle")),
        native_title=_name(_text(item, "nativeTitle")),
        synonyms=_synonyms(_texts(item, "synonyms"), title),
        format=_FORMATS.get(_word(item, "type"), "Unknown"),
        airing_status=_STATUSES.get(_word(item, "status"), "unknown"),
        season=_SEASONS.get(_word(season, "season")),
        year=_whole(_number(season, "year"), *YEARS),
        episodes=_whole(_number(item, "episodes"), 1, MOST_EPISODES),
        episode_minutes=_minutes(_object(item, "duration")),
        picture_url=_picture(_text(item, "picture")),
        thumbnail_url=_picture(_text(item, "thumbnail")),
        rating=_rating(_number(_object(item, "score"), "arithmeticMean")),
        genres=genres_of(tags),
        mature=is_mature(tags),
        studios=_studios(_texts(item, "studios")),
        external_ids=tuple(sorted(ids)),
        related=tuple(sorted(_ids(_related(item)) - ids)),
        line=line,
    )


def _title(item: Mapping[str, object]) -> str:
    text = _text(item, "title")
    title = clean_text(text)
    if title is None:
        raise _Flaw("its title has control characters or broken text in it")
    if not title:
        raise _Flaw("it has no title")
    if len(title) > LONGEST_NAME:
        raise _Flaw(f"its title is longer than {LONGEST_NAME} characters")
    return title


def clean_text(text: str) -> str | None:
    """Text as it may be stored, or None if it holds what no name may hold."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub(" ", text)).strip()
    return None if FORBIDDEN.search(text) else text


def _name(text: str) -> str | None:
    name = clean_text(text)
    return name if name and len(name) <= LONGEST_NAME else None


def _synonyms(texts: list[str], title: str) -> tuple[str, ...]:
    names = dict.fromkeys(name for text in texts if (name := _name(text)))
    names.pop(title, None)
    return tuple(islice(names, MOST_SYNONYMS))


def _studios(texts: list[str]) -> tuple[str, ...]:
    """The source repeats studios in different writings; the first is kept."""
    shown: dict[str, str] = {}
    for text in texts:
        name = display_studio(clean_text(text) or "")
        if 0 < len(name) <= LONGEST_STUDIO:
            shown.setdefault(name.casefold(), name)
    return tuple(shown.values())


def _ids(urls: list[str]) -> set[tuple[str, str]]:
    return {found for url in urls if (found := external_id(url))}


def _related(item: Mapping[str, object]) -> list[str]:
    """`relations` is what the schema of 2023 calls it."""
    return _texts(item, "relatedAnime") or _texts(item, "relations")


def _picture(url: str) -> str:
    url = url.strip()
    if len(url) > LONGEST_URL or not ADDRESS.fullmatch(url) or FORBIDDEN.search(url):
        return ""
    return "" if any(part in url for part in _NO_PICTURES) else url


def _minutes(duration: Mapping[str, object]) -> int | None:
    seconds = _number(duration, "value")
    if _word(duration, "unit") not in ("SECONDS", ""):
        return None
    if seconds is None or not 0 < seconds <= MOST_MINUTES * 60:
        return None
    return max(1, int(seconds / 60 + Decimal("0.5")))


def _rating(score: Decimal | None) -> Decimal | None:
    if score is None or not 0 <= score <= 10:
        return None
    return score.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _whole(number: Decimal | None, lowest: int, highest: int) -> int | None:
    """A count within its bounds; 0 and other numbers out of them are unknown."""
    if number is None or not lowest <= number <= highest:
        return None
    return int(number) if number == int(number) else None


def _text(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Flaw(f"`{key}` is {kind_of(value)}, text is expected")
    return value


def _word(item: Mapping[str, object], key: str) -> str:
    return _text(item, key).strip().upper()


def _number(item: Mapping[str, object], key: str) -> Decimal | None:
    value = item.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _Flaw(f"`{key}` is {kind_of(value)}, a number is expected")
    return Decimal(value)


def _object(item: Mapping[str, object], key: str) -> dict[str, object]:
    value = item.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Flaw(f"`{key}` is {kind_of(value)}, an object is expected")
    return value


def _texts(item: Mapping[str, object], key: str) -> list[str]:
    value = item.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _Flaw(f"`{key}` is {kind_of(value)}, a list is expected")
    for entry in value:
        if not isinstance(entry, str):
            raise _Flaw(f"`{key}` holds {kind_of(entry)}, texts are expected")
    return value


_KINDS = {str: "text", bool: "a truth value", list: "a list", dict: "an object"}


def kind_of(value: object) -> str:
    return "nothing" if value is None else _KINDS.get(type(value), "a number")


def label_of(title: object) -> str:
    """A title good enough to be shown, whatever is wrong with it."""
    if not isinstance(title, str):
        return ""
    shown = title[:100]
    if shown.isprintable():
        return shown
    return "".join(char if char.isprintable() else "\ufffd" for char in shown)
