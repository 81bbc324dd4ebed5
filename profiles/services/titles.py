"""Anime as profile forms send them: ids, or titles and slugs such as `one_piece`."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

from animecollections.api.ids import AnimeRef
from collections_app.catalogue.facts import LONGEST_NAME
from collections_app.catalogue.folding import fold
from collections_app.catalogue.lookup import find_many
from collections_app.models import Anime, SearchName

SEPARATORS = re.compile(r"[\s_\-]+")
MAX_CANDIDATES = 10


class LeftOut(TypedDict):
    """A title that was left out: none has it, or more than one (`candidates`)."""

    code: str
    message: str
    field: str
    value: str
    candidates: list[str]


# Which of the FORMS, whether title or synonym, and the name in that form.
Key = tuple[int, int, str]
Lists = Mapping[str, Sequence[AnimeRef | str]]


def resolve(lists: Lists) -> tuple[dict[str, list[int]], list[LeftOut]]:
    """Ids for each list, in order and each once, and the titles left out.

    At most three statements, however long the lists. 400 `unknown_anime_ids` with all
    unknown ids of all lists, or `ambiguous_id`.
    """
    items = {item for list_ in lists.values() for item in list_}
    found = find_many(item for item in items if isinstance(item, AnimeRef))
    titles = find_titles({item for item in items if isinstance(item, str)})
    ids: dict[str, list[int]] = {}
    warnings = []
    for name, list_ in lists.items():
        first_of: dict[int, None] = {}
        for item in dict.fromkeys(list_):
            if isinstance(item, AnimeRef):
                first_of[found[item].id] = None
            elif len(titles[item]) == 1:
                first_of[titles[item][0]] = None
            else:
                warnings.append(left_out(name, item, titles[item]))
        ids[name] = list(first_of)
    return ids, warnings


def left_out(name: str, title: str, candidates: Sequence[int]) -> LeftOut:
    reason = (
        f'{len(candidates)} anime are called "{title}"'
        if candidates
        else f'The catalogue has no anime called "{title}"'
    )
    return {
        "code": "title_ambiguous" if candidates else "title_unknown",
        "message": f"{reason}, so it was left out of {name}: send an id.",
        "field": name,
        "value": title,
        "candidates": [str(id_) for id_ in candidates[:MAX_CANDIDATES]],
    }


def find_titles(texts: Iterable[str]) -> dict[str, list[int]]:
    """The ids of the anime that each text names best; one statement.

    The same letters count before the form that search compares, which drops accents
    and punctuation (so that "Gintama" is not "Gintama°", yet `steins_gate` finds
    "Steins;Gate"), and with either a title before a synonym.
    """
    forms = {text: [form(text) for form in FORMS] for text in texts}
    if not forms:
        return {}
    keys = {key for _, *names in forms.values() for key in names}
    named = SearchName.objects.filter(name__in=keys)
    rows = Anime.objects.filter(id__in=named.values("anime_id")).values(
        "id", "title", "english_title", "native_title", "synonyms"
    )
    ids_of: dict[Key, set[int]] = defaultdict(set)
    for row in rows:
        for key in keys_of(row):
            ids_of[key].add(row["id"])
    return {text: best(ids_of, forms[text]) for text in forms}


def keys_of(row: Mapping[str, Any]) -> Iterator[Key]:
    titles = (row["title"], row["english_title"], row["native_title"])
    for rank, names in enumerate((titles, row["synonyms"])):
        for name in filter(None, names):
            for place, form in enumerate(FORMS):
                yield place, rank, form(name)


def best(ids_of: Mapping[Key, set[int]], forms: Sequence[str]) -> list[int]:
    for place, form in enumerate(forms):
        for rank in (0, 1):
            if form and (ids := ids_of.get((place, rank, form))):
                return sorted(ids)
    return []


def spelled(name: str) -> str:
    """A name without regard to case, `_`, `-` and spaces between words."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return SEPARATORS.sub(" ", folded).strip()


def folded(name: str) -> str:
    """As search names are kept."""
    return fold(name)[:LONGEST_NAME].strip()


def joined(name: str) -> str:
    return folded(name).replace(" ", "")


FORMS = (spelled, folded, joined)
