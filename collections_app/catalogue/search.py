"""Search over every name of every title, best match first, on both databases.

Names are kept folded (SearchName), so that case, accents, width and kana do not
matter; what is left are questions of LIKE, which both databases answer from an index of
trigrams (`holds`), but for words of two characters, for which they look at every name.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial, reduce
from operator import or_
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import (
    Case,
    Func,
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

from collections_app.catalogue.folding import fold_query
from collections_app.catalogue.spelling import vocabulary
from collections_app.models.catalogue import AnimeQuerySet, Format, SearchName

Animes = AnimeQuerySet

MOST_WORDS = 10
TRIGRAM = 3  # letters
SIGNS_OF_PATTERNS = frozenset("*?[")  # of GLOB; names of nothing but signs keep them
# A tier is worth more than all that ranks titles within one: that the title itself is
# meant, its rating (0–10), that it is no special or music video, and few letters more.
TIER = 2000
TITLE_ITSELF, RATING_POINT, MAIN_FORMAT, LETTER, MOST_LETTERS = 600, 40, 100, 2, 100


class Kind(Enum):
    """How a word is looked for."""

    SHORT = "one or two letters, which stand in most names: they must begin a word"
    BRIEF = "two characters of a script without spaces, or signs: look at every name"
    LONG = "by its trigrams"

    @classmethod
    def of(cls, word: str) -> "Kind":
        if len(word) < TRIGRAM and word.isascii():
            return cls.SHORT
        is_indexed = len(word) >= TRIGRAM and SIGNS_OF_PATTERNS.isdisjoint(word)
        return cls.LONG if is_indexed else cls.BRIEF


class Sought(NamedTuple):
    """A text to search for, folded. How many words there are, and their kinds, make the
    statement what it is (first_page.py).
    """

    folded: str
    joined: str
    words: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def has_letters(self) -> bool:
        return any(map(str.isalnum, self.folded))

    @classmethod
    def of(cls, text: str) -> "Sought":
        folded = fold_query(text)
        words = tuple(folded.split()[:MOST_WORDS])
        return cls(folded, folded.replace(" ", ""), words, tuple(map(Kind.of, words)))


Find = Callable[[Animes, Sought], Animes]


def ways(text: str, revision: int) -> Iterator[tuple[Find, Sought]]:
    """Searches to try until one finds something, each with what it looks for: as it was
    typed, as the catalogue spells its words, and by likeness.

    revision: the catalogue's, for what is known of its words.
    """
    sought = Sought.of(text)
    yield search, sought
    # Not exists(): expecting one soon, PostgreSQL would scan the table for it.
    if SearchName.objects.filter(condition(sought)).count():
        return  # it is well spelled; what it found, the titles asked for have not
    if not sought.has_letters:
        return  # nothing is like signs, and an index of trigrams cannot say so
    known = vocabulary(revision)
    near = [known.near(word) for word in sought.words]
    likely = " ".join(
        word if known.has_part(word) or not others else others[0]
        for word, others in zip(sought.words, near, strict=True)
    )
    if likely != sought.folded:
        yield search, Sought.of(likely)
    if connection.vendor == "postgresql":
        yield resembling, sought
        yield vaguely_resembling, sought
    elif any(near):
        yield partial(slipped, near), sought


def search(animes: Animes, sought: Sought) -> Animes:
    """Titles with a name that has all words of the text, with their `relevance`.

    The smaller the better: a name itself, one that begins so, one with these words in
    this order, one with these words.
    """
    names = SearchName.objects.filter(condition(sought))
    return ranked(animes, names, distance(sought), sought)


def resembling(animes: Animes, sought: Sought) -> Animes:
    """Titles with similar words, by trigrams, in a name: on PostgreSQL alone.

    Misses what is misspelled in every word, but leaves a twentieth of the names to
    compare that `vaguely_resembling` leaves, each of which costs microseconds.
    """
    names = SearchName.objects.filter(name__trigram_strict_word_similar=sought.folded)
    return ranked(animes, names, unlikeness(sought), sought)


def vaguely_resembling(animes: Animes, sought: Sought) -> Animes:
    """Titles with a name of similar trigrams as a whole."""
    names = SearchName.objects.filter(name__trigram_similar=sought.folded)
    return ranked(animes, names, unlikeness(sought), sought)


def slipped(near: list[list[str]], animes: Animes, sought: Sought) -> Animes:
    """Titles with a name that has each word, or one of those near it."""
    has_each = (
        reduce(
            or_,
            (has_word(other, Kind.of(other)) for other in others),
            has_word(word, kind),
        )
        for word, kind, others in zip(sought.words, sought.kinds, near, strict=True)
    )
    names = SearchName.objects.filter(*has_each)
    return ranked(animes, names, distance(sought), sought)


def ranked(
    animes: Animes, names: QuerySet[SearchName], distance: Any, sought: Sought
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
        + worth(Q(joined_title=sought.joined), TITLE_ITSELF)
        + worth(Q(format__in=[Format.TV, Format.MOVIE]), MAIN_FORMAT)
    )
    return (
        animes.filter(id__in=gathered(names.values("anime_id")))
        .alias(joined_title=Replace("sort_title", Value(" ")))
        .annotate(relevance=Subquery(best, output_field=IntegerField()) - bonus)
    )


def gathered(ids: QuerySet[SearchName, Any]) -> Any:
    """For `id__in`. PostgreSQL guesses that a pattern fits a hundredth of all names,
    for which it reads the whole table of titles; of an array it expects ten.
    """
    if connection.vendor != "postgresql":
        return ids
    template = "(SELECT unnest(%(expressions)s))"
    return Func(ArraySubquery(ids), template=template, output_field=IntegerField())


def worth(condition: Q, points: int) -> Case:
    return Case(When(condition, then=points), default=0, output_field=IntegerField())


def condition(sought: Sought) -> Q:
    """Names that have every word, or are these words written as one."""
    match sought.kinds:
        case [Kind.SHORT]:
            return Q(name__startswith=sought.folded)
        case [kind]:
            return has_word(sought.folded, kind)
    as_one = Q(name__startswith=sought.joined)
    if Kind.LONG in sought.kinds:
        as_one &= Q(name__holds=sought.joined)  # SQLite has no index of beginnings
    return Q(*map(has_word, sought.words, sought.kinds)) | as_one


def has_word(word: str, kind: Kind) -> Q:
    match kind:
        case Kind.SHORT:
            return Q(name__startswith=word) | Q(name__contains=f" {word}")
        case Kind.BRIEF:
            return Q(name__contains=word)
        case Kind.LONG:
            return Q(name__holds=word)


def distance(sought: Sought) -> Any:
    """How far a name is from the text, from 0."""
    folded = sought.folded
    tiers = [
        Q(name=folded) | Q(name=sought.joined),
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


def unlikeness(sought: Sought) -> Any:
    """How far a name is from the text by their trigrams, from 0."""
    unlike = Value(1.0) - TrigramSimilarity("name", sought.folded)
    return Cast(unlike * 10 * TIER, IntegerField())
