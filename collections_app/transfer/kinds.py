"""What a row is of: an anime, or something else that is listed next to anime.

Trackers of all media, spreadsheets and databases keep games, books and films in one
table, and many have the name of an anime.
"""

import re
from typing import NamedTuple

from .records import NotAnimeError, RowError

# (the kind, one of it) by the words for it. The first that is found counts.
OTHERS: tuple[tuple[str, str, str], ...] = (
    (
        "games",
        "a game",
        r"(?:video|board|card)? ?games?|boardgames?|visual ?novels?|vns?",
    ),
    ("mangas and books", "a manga", r"manga|manhwa|manhua|webtoons?|doujin(?:shi)?"),
    ("mangas and books", "a novel", r"(?:light|web|graphic)? ?novels?|ln"),
    ("mangas and books", "a comic", r"comics?|comic ?books?|one ?shots?"),
    (
        "mangas and books",
        "a book",
        r"(?:e|audio)? ?books?|short stor(?:y|ies)|magazines?",
    ),
    ("live action", "live action", r"live ?action|tokusatsu"),
    ("dramas", "a drama", r"(?:[kjct]|tv)? ?dramas?|doramas?"),
    ("documentaries", "a documentary", r"documentar(?:y|ies)"),
    ("podcasts", "a podcast", r"podcasts?(?: (?:series|episode))?"),
    ("music", "music", r"songs?|albums?|tracks?|artists?|soundtracks?|concerts?"),
    ("people", "a person or character", r"persons?|people|characters?|actors?|staff"),
)
OTHER_WORDS = tuple(
    (kind, one, re.compile(rf"\b(?:{words})\b")) for kind, one, words in OTHERS
)
# Words that are genres of anime too. A column of categories means them so, unless it
# says "anime" of other rows.
GENRES = {"games", "dramas", "music"}
ANIME = re.compile(r"\banim[eé]s?\b")
# What only anime are called.
FORMATS_OF_ANIME = {"ova", "ona", "oav", "oad", "tvshort", "tvspecial"}
PARTS = re.compile(r"(?:tv ?)?(episode|season)s?")
# Sites that list anime, by what tables call them: their ids are ids here.
ANIME_SITES = {
    "mal": "mal",
    "myanimelist": "mal",
    "anilist": "anilist",
    "kitsu": "kitsu",
    "anidb": "anidb",
    "anisearch": "anisearch",
    "livechart": "livechart",
    "animenewsnetwork": "animenewsnetwork",
}
# Sites of what is no anime.
OTHER_SITES = {
    "igdb": ("games", "a game"),
    "steam": ("games", "a game"),
    "bgg": ("games", "a game"),
    "vndb": ("games", "a game"),
    "hltb": ("games", "a game"),
    "openlibrary": ("mangas and books", "a book"),
    "googlebooks": ("mangas and books", "a book"),
    "hardcover": ("mangas and books", "a book"),
    "goodreads": ("mangas and books", "a book"),
    "mangaupdates": ("mangas and books", "a manga"),
    "mangadex": ("mangas and books", "a manga"),
    "comicvine": ("mangas and books", "a comic"),
    "musicbrainz": ("music", "music"),
    "spotify": ("music", "music"),
}
# Sites of films and shows, with actors as with drawings.
SCREEN_SITES = {"tmdb", "tvdb", "imdb", "trakt", "letterboxd", "tvmaze", "tvtime"}
LIVE_ACTION = "live action"
LONGEST = 100  # letters of a word for a kind
ANIMATED = re.compile("anim", re.IGNORECASE)
# What lists of anime call by other words. It may be an anime all the same.
SHOWS = re.compile(
    r"(?:tv )?(?:shows?|programs?|mini ?series)|films?|tv (?:movie|film)s?|short films?"
    r"|series"
)
CARTOONS = re.compile(r"\b(?:cartoons?|animation|animated)\b")


class Said(NamedTuple):
    """What a row and its table say of its kind.

    types, categories: cells of columns such as `type`, and such as `category`.
    source:      the site that it was found at.
    genres:      the cell of genres, "" if there is none.
    has_id:      whether the row has an id at a site of anime.
    is_of_screen: whether it has one at a site of films and shows.
    is_mixed:    whether other rows of the table say that they are anime.
    is_simkl:    whether Simkl wrote it, which keeps anime apart.
    """

    types: list[str]
    categories: list[str]
    source: str = ""
    genres: str = ""
    has_id: bool = False
    is_of_screen: bool = False
    is_mixed: bool = False
    is_simkl: bool = False


def doubt_of(said: Said) -> str:
    """What the row may be if it is no anime, "" if nothing speaks for that.

    Raises RowError for what is no anime, and for a part of one.
    """
    types, categories = spaced(said.types), spaced(said.categories)
    words = [*types, *categories]
    if any(ANIME.search(word) for word in words):
        return ""
    _refuse_others(types, said.is_mixed, has_genres=False)
    _refuse_others(categories, said.is_mixed, has_genres=not said.is_mixed)
    site = bare(said.source)
    if site in OTHER_SITES:
        raise NotAnimeError(*OTHER_SITES[site])
    if said.has_id or any(bare(word) in FORMATS_OF_ANIME for word in words):
        return ""
    if said.is_simkl and words:
        raise NotAnimeError(
            "TV shows and films that are not anime", "not anime at Simkl"
        )
    if any(CARTOONS.search(word) for word in words):
        return "a cartoon"
    is_of_screen = said.is_of_screen or site in SCREEN_SITES
    if re.search(r"live.?action", said.genres, re.IGNORECASE):
        raise NotAnimeError(LIVE_ACTION, LIVE_ACTION)
    if is_of_screen and said.genres.strip() and not ANIMATED.search(said.genres):
        raise NotAnimeError(LIVE_ACTION, LIVE_ACTION)
    is_show = any(SHOWS.fullmatch(word) for word in types)
    return LIVE_ACTION if is_show or is_of_screen or said.is_mixed else ""


def _refuse_others(words: list[str], is_mixed: bool, *, has_genres: bool) -> None:
    for word in words:
        if part := PARTS.fullmatch(word):
            raise RowError(
                f"This row is of one {part[1]}. Only the row of its show counts."
            )
        for kind, one, pattern in OTHER_WORDS:
            if pattern.search(word) and not (has_genres and kind in GENRES):
                raise NotAnimeError(kind, one)
        if is_mixed and word == "music":
            raise NotAnimeError("music", "music")


def spaced(cells: list[str]) -> list[str]:
    """The cells that say something, in small letters and with single spaces."""
    words = (re.sub(r"[\W_]+", " ", c[:LONGEST].lower()).strip() for c in cells)
    return [word for word in words if word]


def says_anime(cell: str) -> bool:
    return ANIME.fullmatch(cell.strip().lower()) is not None


def bare(word: str) -> str:
    return re.sub(r"[\W_]", "", word[:LONGEST].lower())
