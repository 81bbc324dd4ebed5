"""What narrows and orders the catalogue."""

from animecollections.api.errors import ApiError, refuse
from animecollections.api.filtering import YesOrNo
from animecollections.api.parameters import Parameter, Wanted
from animecollections.api.schema import FEWER_KEYS, paging, query
from animecollections.api.shuffling import RANDOM, SEED
from animecollections.identity import Account
from collections_app.catalogue.folding import LONGEST_QUERY
from collections_app.catalogue.models import AnimeQuerySet
from collections_app.catalogue.refs import AnimeRef, parse_anime_id
from collections_app.catalogue.title_filters import (
    PARAMETERS_ABOUT_TITLES,
    filters_of_titles,
)
from collections_app.catalogue.title_orders import ORDERINGS_BY_NAME

PER_PAGE = 50
MOST_IDS = 500
ORDERINGS = {
    "rating": "weighted_rating",  # a 10.0 of three votes is not the first
    "popularity": "popularity",  # of sites and lists; AnimeQuerySet.with_popularity
    "title": "sort_title",
    **ORDERINGS_BY_NAME,
    "year": "year",
    "episodes": "episodes",
    "updated_at": "updated_at",
    "id": "pk",
    RANDOM: RANDOM,  # api/shuffling.py
}
BY_RELEVANCE = {"relevance": "relevance", **ORDERINGS}
ABOUT_INCLUDE = (
    "`entry`: adds the user's entry, or null. `schedule`: adds `first_airs_at`, "
    "`episodes_aired` and `next_airs_at`, each null where it is not known, and whether "
    "times are computed."
)
INCLUDE = query("include", str, ABOUT_INCLUDE, enum=["entry", "schedule"], many=True)
PARAMETERS: list[Parameter] = [
    query(
        "search",
        str,
        "Any name in any script. Case, accents, spaces and the order of words "
        "do not matter, and small typos are accepted; seasons in any spelling "
        "(`s2`, `II`, `第2期`) and common abbreviations work. Best match first. The "
        "address of a title's page at a known site finds that title.",
        max_length=LONGEST_QUERY,
    ),
    query(
        "ids",
        str,
        "`1535,mal:5,anilist:1`: these titles, in this order; meta.missing has "
        "those that do not exist. Empty: none. Not paged (`limit` has no "
        "effect), and not with `search`, `ordering` or `cursor`.",
        many=True,
        commas=True,
        max_items=MOST_IDS,
        keep_empty=True,
    ),
    *PARAMETERS_ABOUT_TITLES,
    query(
        "on_list",
        str,
        "Only titles that are, or are not, on the user's list.",
        enum=["true", "false"],
    ),
    SEED,
    query(
        "ordering",
        str,
        "Up to four of these keys, separated by commas, with - for descending order: "
        + ", ".join(BY_RELEVANCE)
        + ". `-rating` if absent; with `search`, `relevance`.",
    ),
    INCLUDE,
    query(
        "fields",
        str,
        "Only these keys, such as `id,english_title,genres`. " + FEWER_KEYS,
    ),
    *paging(PER_PAGE),
]


class AnimeFilters(filters_of_titles()):  # type: ignore[misc]
    """For titles `with_entry_of` the user, where one is signed in."""

    on_list = YesOrNo("entry", "isnull", means=False)


def narrow(animes: AnimeQuerySet, user: object, wanted: Wanted) -> AnimeQuerySet:
    """Those asked for; 401 for a visitor who asks about a list."""
    if "on_list" in wanted and not isinstance(user, Account):
        raise ApiError("not_signed_in")
    narrowed: AnimeQuerySet = AnimeFilters.narrow(animes, wanted)
    return narrowed


def asked_ids(wanted: Wanted) -> list[AnimeRef]:
    """The titles named by `ids=1535,mal:5`, each once, in that order."""
    for name in ("search", "ordering", "cursor"):
        if name in wanted:
            raise refuse(
                **{name: "This does not work together with ids. Send one of the two."}
            )
    return list(dict.fromkeys(parse_anime_id(text, "ids") for text in wanted["ids"]))
