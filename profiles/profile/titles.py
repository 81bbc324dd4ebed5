"""Anime as profile forms send them: ids, or titles and slugs such as `one_piece`.

A slug is what people call a title, which is often not its full name: `code_geass`,
`demon_slayer`. Of several titles that may be meant, the one that most people know is
taken, and `meta.warnings` says so.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, TypedDict

from django.db.models import Value

from animecollections.api.language import spoken
from collections_app.catalogue.folding import fold
from collections_app.catalogue.lookup import find_many
from collections_app.catalogue.models import Format
from collections_app.catalogue.refs import AnimeRef
from collections_app.catalogue.search.prominence import lists_behind
from collections_app.catalogue.search.queries import MOST_WORDS, Kind
from collections_app.catalogue.search.search_names import fold_name
from collections_app.models import Anime, SearchName

SEPARATORS = re.compile(r"[\s_\-]+")
YEAR = re.compile(r"\s*\((?:19|20)\d\d\)\s*$")
MAX_CANDIDATES = 10
# Texts that are looked for within longer names; the rest have to be names themselves.
MOST_WITHIN = 40
WHOLE = -1
# What is a part of more names than this, such as "monogatari", means none of them.
MOST_MEANT = 100
# A name that is less close is meant where more than so many times as many lists and
# sites have it: "demon slayer" is also the whole name of a title that one site knows.
TIMES_AS_KNOWN, TIMES_AS_KNOWN_WITHIN = 2, 4


class TitleWarning(TypedDict):
    """A title that was left out, since none has it or several do; or one that was taken
    for `anime_id` of several.
    """

    code: str
    message: str
    field: str
    value: str
    anime_id: str | None
    candidates: list[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A title that a text may mean.

    closeness: 0 is the title as it is spelled, WITHIN a part of a longer name.
    length: of the name, without a year behind it ("Hunter x Hunter (2011)").
    lists, sites: that have it; of lists about how many (popularity.py).
    rating: in half points.
    """

    id: int
    title: str
    closeness: int
    length: int
    has_year: bool
    lists: int
    sites: int
    is_series: bool
    year: int
    rating: int

    @property
    def known(self) -> int:
        return self.lists + self.sites


@dataclass(frozen=True, slots=True)
class Meaning:
    """taken: the title that a text means. candidates: the others it could mean."""

    taken: Candidate | None
    candidates: Sequence[Candidate] = ()


Lists = Mapping[str, Sequence[AnimeRef | str]]


def resolve(lists: Lists) -> tuple[dict[str, list[int]], list[TitleWarning]]:
    """Ids for each list, in order and each once, and what is to be said of titles.

    At most three statements, however long the lists. 400 `unknown_anime_ids` with all
    unknown ids of all lists, or `ambiguous_id`.
    """
    items = {item: None for list_ in lists.values() for item in list_}
    found = find_many(item for item in items if isinstance(item, AnimeRef))
    meanings = understand([item for item in items if isinstance(item, str)])
    ids: dict[str, list[int]] = {}
    warnings = []
    for name, list_ in lists.items():
        first_of: dict[int, None] = {}
        for item in dict.fromkeys(list_):
            if isinstance(item, AnimeRef):
                first_of[found[item].id] = None
                continue
            meaning = meanings[item]
            if meaning.taken is not None:
                first_of[meaning.taken.id] = None
            if meaning.taken is None or meaning.candidates:
                warnings.append(warning(name, item, meaning))
        ids[name] = list(first_of)
    return ids, warnings


def warning(field: str, text: str, meaning: Meaning) -> TitleWarning:
    taken, number = meaning.taken, len(meaning.candidates)
    if taken is not None:
        code = "title_chosen"
        message = (
            f'"{text}" was read as "{taken.title}", the best known of {number + 1} '
            f"anime with this name: send an id to choose another."
        )
    else:
        code = "title_ambiguous" if number else "title_unknown"
        reason = (
            f'{number} anime are called "{text}"'
            if number
            else f'The catalogue has no anime called "{text}"'
        )
        message = f"{reason}, so it was left out of {field}: send an id."
    return {
        "code": code,
        "message": spoken(message),
        "field": field,
        "value": text,
        "anime_id": str(taken.id) if taken else None,
        "candidates": [str(one.id) for one in meaning.candidates[:MAX_CANDIDATES]],
    }


# --- Looking up ------------------------------------------------------------------


def understand(texts: Sequence[str]) -> dict[str, Meaning]:
    """What each text means; two statements.

    The same letters count before the form that search compares, which drops accents
    and punctuation (so that "Gintama" is not "Gintama°", yet `steins_gate` finds
    "Steins;Gate"); with either a title before a synonym; and a whole name before a part
    of one.
    """
    ids_of = titles_named(texts)
    ids = {id_ for theirs in ids_of.values() for id_ in theirs}
    if not ids:
        return dict.fromkeys(texts, Meaning(None))
    rows = {row["id"]: row for row in Anime.objects.filter(id__in=ids).values(*FACTS)}
    return {
        text: choose(
            candidate
            for id_ in theirs
            if (candidate := judge(text, rows[id_])) is not None
        )
        for text, theirs in ids_of.items()
    }


def titles_named(texts: Sequence[str]) -> dict[str, set[int]]:
    """The ids of titles with a name that a text is, or is a part of; one statement.

    A union: of one question with "or", SQLite would read every name.
    """
    keys = {text: {form(text) for form in FORMS} - {""} for text in texts}
    names = SearchName.objects.order_by()
    whole = names.filter(name__in=set().union(*keys.values())).annotate(of=Value(WHOLE))
    parts = [
        names.filter(name__holds=max(words, key=len)).annotate(of=Value(place))
        for place, text in enumerate(texts[:MOST_WITHIN])
        if (words := words_of(text))
    ]
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    columns = ("of", "anime_id", "name")
    others = [one.values_list(*columns) for one in parts]
    for of, id_, name in whole.values_list(*columns).union(*others, all=True):
        found[of].append((id_, name))
    ids_of: dict[str, set[int]] = {}
    for place, text in enumerate(texts):
        pattern = part(text)
        ids_of[text] = {id_ for id_, name in found[WHOLE] if name in keys[text]}
        if pattern is not None:
            within = {id_ for id_, name in found[place] if pattern.search(name)}
            ids_of[text] |= within if len(within) <= MOST_MEANT else set()
    return ids_of


FACTS = (
    "id",
    "title",
    "english_title",
    "native_title",
    "synonyms",
    "format",
    "year",
    "rating",
    "mature",
    "external_ids",
    "renown",
)


# --- Judging ---------------------------------------------------------------------


def judge(text: str, row: Mapping[str, Any]) -> Candidate | None:
    """How a title fits a text. None where only its folded name does; and a mature one
    is meant by its whole name alone.
    """
    fits = closest(text, row)
    if fits is None or (fits[0] == WITHIN and row["mature"]):
        return None
    closeness, length, has_year = fits
    return Candidate(
        id=row["id"],
        title=row["title"],
        closeness=closeness,
        length=length,
        has_year=has_year,
        lists=lists_behind(row["renown"]),
        sites=len(row["external_ids"]),
        is_series=row["format"] == Format.TV,
        year=row["year"] or 9999,
        rating=round((row["rating"] or 0) * 2),
    )


def closest(text: str, row: Mapping[str, object]) -> tuple[int, int, bool] | None:
    """Of the name that fits best: its closeness, its length, whether it has a year."""
    pattern = part(text)
    fitting = []
    for rank, name in names_of(row):
        bare = YEAR.sub("", name)
        equal = [place for place, form in enumerate(FORMS) if same(form, text, bare)]
        if equal:
            fitting.append((equal[0] * 2 + rank, len(bare), bare != name))
        elif pattern and pattern.search(fold(name)):
            fitting.append((WITHIN, len(bare), bare != name))
    return min(fitting, default=None)


def names_of(row: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Each name, and whether it is a title (0) or a synonym (1)."""
    titles = (row["title"], row["english_title"], row["native_title"])
    for rank, names in enumerate((titles, row["synonyms"])):
        yield from ((rank, name) for name in names if name)


def same(form: Any, text: str, name: str) -> bool:
    return bool(key := form(text)) and key == form(name)


def choose(candidates: Iterable[Candidate]) -> Meaning:
    """The closest name; a less close one only where many more lists and sites have it.

    Of equally close ones the best known; where nothing tells them apart, none.
    """
    tiers = groupby(
        sorted(candidates, key=attrgetter("closeness")), attrgetter("closeness")
    )
    meaning = Meaning(None)
    for closeness, group in tiers:
        tier = best_first(group, closeness)
        rival = Meaning(None if is_tied(tier, closeness) else tier[0], tier[1:])
        if not meaning.taken and not meaning.candidates:
            meaning = rival if rival.taken else Meaning(None, tier)
        elif rival.taken and meaning.taken:
            times = TIMES_AS_KNOWN_WITHIN if closeness == WITHIN else TIMES_AS_KNOWN
            if rival.taken.known > times * meaning.taken.known:
                passed = [meaning.taken, *meaning.candidates]
                meaning = Meaning(rival.taken, [*tier[1:], *passed])
    return meaning


def best_first(tier: Iterable[Candidate], closeness: int) -> list[Candidate]:
    most = max((tier := list(tier)), key=attrgetter("sites")).sites
    return sorted(tier, key=lambda one: (worth(one, closeness, most), one.id))


def is_tied(tier: Sequence[Candidate], closeness: int) -> bool:
    most = max(one.sites for one in tier)
    first, *others = (worth(one, closeness, most) for one in tier[:2])
    return first in others


def worth(one: Candidate, closeness: int, most_sites: int) -> tuple[object, ...]:
    """Least first. A part of a name mostly means where a series began."""
    if closeness == WITHIN:
        is_obscure = one.sites * 2 < most_sites
        return (-one.lists, is_obscure, not one.is_series, one.year, one.length)
    return (-one.lists, -one.sites, one.length, -one.rating, one.has_year)


# --- Forms of a name -------------------------------------------------------------


def spelled(name: str) -> str:
    """A name without regard to case, `_`, `-` and spaces between words."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return SEPARATORS.sub(" ", folded).strip()


def folded(name: str) -> str:
    """As search names are kept."""
    return fold_name(name)


def joined(name: str) -> str:
    return folded(name).replace(" ", "")


FORMS = (spelled, folded, joined)
WITHIN = len(FORMS) * 2  # after the last form of a synonym


def words_of(text: str) -> list[str]:
    """The words of three letters or more, which the index knows."""
    words = folded(text).split()[:MOST_WORDS]
    return [word for word in words if Kind.of(word) is Kind.LONG]


def part(text: str) -> re.Pattern[str] | None:
    """Fits a folded name that has these words in a row; "jojo" is "jojos" (JoJo's)."""
    if not words_of(text):
        return None
    words = r"s? ".join(map(re.escape, folded(text).split()))
    return re.compile(rf"(?:^| ){words}s?(?: |$)")
