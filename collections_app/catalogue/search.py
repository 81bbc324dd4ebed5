"""Search over every name of every title, best match first, on both databases.

Names are kept folded (SearchName), so that case, accents, width and kana do not
matter; what is left are questions of LIKE, which PostgreSQL answers from a trigram
index and SQLite by a scan of that one narrow table.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import (
    Case,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least, Length, Replace

from collections_app.catalogue.folding import fold
from collections_app.catalogue.spelling import vocabulary
from collections_app.models.catalogue import Anime, Format, SearchName

Animes = QuerySet[Anime, Any]

MOST_WORDS = 10
# A tier is worth more than all that ranks titles within one: that the title itself is
# meant, its rating (0–10), that it is no special or music video, and few letters more.
TIER = 2000
TITLE_ITSELF, RATING_POINT, MAIN_FORMAT, LETTER, MOST_LETTERS = 600, 40, 100, 2, 100


def ways(animes: Animes, text: str, revision: int) -> Iterator[tuple[Animes, str]]:
    """Searches to try until one finds something, each with the text it looks for: as
    it was typed, as the catalogue spells its words, and by likeness.

    revision: the catalogue's, for what is known of its words.
    """
    yield search(animes, text), text
    # Not exists(): expecting one soon, PostgreSQL would scan the table for it.
    if SearchName.objects.filter(condition(fold(text))).count():
        return  # it is well spelled; what it found, `animes` leaves out
    words = fold(text).split()[:MOST_WORDS]
    known = vocabulary(revision)
    near = {word: known.near(word) for word in words}
    likely = " ".join(
        word if known.has_part(word) or not near[word] else near[word][0]
        for word in words
    )
    if likely != fold(text):
        yield search(animes, likely), likely
    if connection.vendor == "postgresql":
        yield resembling(animes, text), text
    elif any(near.values()):
        names = SearchName.objects.filter(*(has(word, *near[word]) for word in words))
        yield ranked(animes, names, distance(fold(text)), fold(text)), text


def search(animes: Animes, text: str) -> Animes:
    """Titles with a name that has all words of the text, with their `relevance`.

    The smaller the better: a name itself, one that begins so, one with these words in
    this order, one with these words.
    """
    folded = fold(text)
    names = SearchName.objects.filter(condition(folded))
    return ranked(animes, names, distance(folded), folded)


def resembling(animes: Animes, text: str) -> Animes:
    """Titles with a name of similar trigrams, which PostgreSQL alone has."""
    folded = fold(text)
    names = SearchName.objects.filter(name__trigram_similar=folded)
    distance = Value(1.0) - TrigramSimilarity("name", folded)
    return ranked(animes, names, Cast(distance * 10 * TIER, IntegerField()), folded)


def ranked(
    animes: Animes, names: QuerySet[SearchName], distance: Any, folded: str
) -> Animes:
    best = (
        names.filter(anime_id=OuterRef("pk"))
        .order_by()
        .values("anime_id")
        .annotate(best=Min(distance))
        .values("best")
    )
    bonus = (
        Cast(Coalesce("rating", 0.0) * RATING_POINT, IntegerField())
        + worth(Q(joined_title=folded.replace(" ", "")), TITLE_ITSELF)
        + worth(Q(format__in=[Format.TV, Format.MOVIE]), MAIN_FORMAT)
    )
    return (
        animes.filter(id__in=names.values("anime_id"))
        .alias(joined_title=Replace("sort_title", Value(" ")))
        .annotate(relevance=Subquery(best, output_field=IntegerField()) - bonus)
    )


def worth(condition: Q, points: int) -> Case:
    return Case(When(condition, then=points), default=0, output_field=IntegerField())


def condition(folded: str) -> Q:
    """Names that have every word, or are these words written as one."""
    words = folded.split()[:MOST_WORDS]
    if is_short(folded):
        return Q(name__startswith=folded)
    has_all = Q(*map(has, words))
    joined = "".join(words)
    return has_all | Q(name__startswith=joined) if len(words) > 1 else has_all


def has(*words: str) -> Q:
    """Names with any of these words."""
    found = Q()
    for word in words:
        if is_short(word):
            found |= Q(name__startswith=word) | Q(name__contains=f" {word}")
        else:
            found |= Q(name__contains=word)
    return found


def is_short(text: str) -> bool:
    """One or two letters, which stand in most names: they must begin a word. Two
    characters of a script without spaces say much more.
    """
    return len(text) < 3 and text.isascii()


def distance(folded: str) -> Any:
    """How far a name is from the text, from 0."""
    joined = folded.replace(" ", "")
    tiers = [
        Q(name=folded) | Q(name=joined),
        Q(name__startswith=f"{folded} "),
        Q(name__startswith=folded),
        Q(name__contains=f" {folded} ") | Q(name__endswith=f" {folded}"),
        Q(name__contains=f" {folded}"),
        Q(name__contains=folded),
    ]
    tier = Case(
        *(When(fits, then=number * TIER) for number, fits in enumerate(tiers)),
        default=len(tiers) * TIER,
        output_field=IntegerField(),
    )
    return tier + Least(Length("name"), MOST_LETTERS) * LETTER
