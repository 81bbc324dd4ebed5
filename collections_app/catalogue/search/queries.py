"""Search over every name of every title, best match first, on both databases.

Names are kept folded (SearchName), so that case, accents, width and kana do not
matter; what is left are questions of LIKE, which both databases answer from an index of
trigrams (`holds`), but for words of two characters, for which they look at every name.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import lru_cache, partial
from itertools import combinations, islice
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
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
from django.db.models.functions import Abs, Cast, Least, Length
from django.db.models.lookups import Contains

from animecollections.db.compiled import Compiled
from collections_app.catalogue.folding import LONGEST_QUERY, fold_query
from collections_app.catalogue.models import (
    AnimeQuerySet,
    ExternalId,
    NameKind,
    SearchName,
)
from collections_app.catalogue.search.search_names import spell
from collections_app.catalogue.search.spelling import MOST_SLIPS, Near, vocabulary
from collections_app.catalogue.seasons import with_marks
from collections_app.catalogue.site_addresses import external_id
from collections_app.catalogue.trigrams import phrase

Animes = AnimeQuerySet

MOST_WORDS, MOST_SCANNED = 10, 3
TRIGRAM = 3  # letters
SIGNS_OF_PATTERNS = frozenset("*?[")  # of GLOB; names of nothing but signs keep them
# How far a name is from what is searched for; what titles are worth before anybody
# searches (catalogue.prominence) is some 500 for an obscure one, 1,500 for a known one.
ABBREVIATION = -1000
ITSELF = 0
ITSELF_WITHOUT_SIGNS = 400
BEGINS_WITH_WORDS = 2000
HAS_PHRASE = 2300
HAS_WORDS = 2700
BEGINS_WITH_LETTERS = 3000
HAS_WORD_THAT_BEGINS = 3400
HAS_LETTERS = 4600
OTHERWISE = 5200
YEAR = re.compile(r"(?:19|20)\d\d")
FARTHEST = 10_000  # by trigrams that have nothing in common
ANOTHER_SPELLING = 1500
KIND, LETTER, MOST_LETTERS = 100, 5, 100
LETTER_TOO_MANY = 30
# Words: of more than these, those that are known are not doubted; no more are looked
# for by likeness; of as many, one may be left out.
MOST_DOUBTED, MOST_SLIPPED, FEWEST_TO_LEAVE_ONE = 4, 6, 3


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

    spelled: as it was typed, with its punctuation: "K-On!" is not "K-On!!".
    query:   of SQLite's index, for `slipped` alone.
    """

    folded: str
    joined: str
    spelled: str
    words: tuple[str, ...]
    kinds: tuple[Kind, ...]
    query: str = ""

    @property
    def has_letters(self) -> bool:
        return any(map(str.isalnum, self.folded))

    @classmethod
    def of(cls, text: str) -> "Sought":
        return cls.of_folded(fold_query(text), spell(text[:LONGEST_QUERY]))

    @classmethod
    def of_folded(cls, folded: str, spelled: str = "") -> "Sought":
        words = tuple(islice(few(folded.split()), MOST_WORDS))
        kinds = tuple(map(Kind.of, words))
        return cls(folded, folded.replace(" ", ""), spelled or folded, words, kinds)

    def marked(self) -> "Sought":
        """With the season in the one form that names have too: "season2" of "2nd
        Season". The same where the text says none.
        """
        marked = with_marks(self.folded)
        return self if marked == self.folded else Sought.of_folded(marked)


def few(words: Iterable[str]) -> Iterator[str]:
    """Each once; of those that no index has, so that every name is read, the first."""
    scanned = 0
    for word in dict.fromkeys(words):
        scanned += Kind.of(word) != Kind.LONG
        if Kind.of(word) == Kind.LONG or scanned <= MOST_SCANNED:
            yield word


Find = Callable[[Animes, Sought], Animes]


def ways(text: str, revision: int) -> Iterator[tuple[Find, Sought]]:
    """Searches to try until one finds something, each with what it looks for: the title
    of a pasted address, else as it was typed, as the catalogue spells its words, and by
    likeness.

    revision: the catalogue's, for what is known of its words.
    """
    typed = Sought.of(text)
    if (named_there := external_id(text.strip())) is not None:
        yield partial(of_site, *named_there), typed
        return  # no name is like an address
    sought = typed.marked()
    for as_said in dict.fromkeys((sought, typed)):
        yield search, as_said
        if number_of_names(as_said):
            return  # it is well spelled; what it found, the titles asked for have not
    if not sought.has_letters:
        return  # nothing is like signs, and an index of trigrams cannot say so
    name, _, year = typed.folded.rpartition(" ")
    if name and YEAR.fullmatch(year):
        yield partial(of_year, int(year)), Sought.of_folded(name)
    known = vocabulary(revision)
    has_many = len(sought.words) > MOST_DOUBTED
    near = [
        [] if has_many and word in known.counts else known.near(word)
        for word in sought.words
    ]
    likely = " ".join(
        word if known.has_part(word) or not others else others[0].word
        for word, others in zip(sought.words, near, strict=True)
    )
    if likely != sought.folded:
        yield search, Sought.of_folded(likely)
    if len(sought.words) > 1 and set(sought.kinds) == {Kind.LONG}:
        yield across, sought
    if connection.vendor == "postgresql":
        yield resembling, sought
        yield vaguely_resembling, sought
        return
    for query in dict.fromkeys(queries(sought, near)):
        yield slipped, sought._replace(query=query)


def number_of_names(sought: Sought) -> int:
    [(number,)] = counting(sought.kinds).fetch(sought.joined, *sought.words)
    return int(number)


@lru_cache(maxsize=256)
def counting(kinds: tuple[Kind, ...]) -> Compiled:
    """Not exists(): expecting one soon, PostgreSQL would scan the table for it."""

    def numbers(joined: str, *words: str) -> Any:
        names = SearchName.objects.filter(
            condition(Sought("", joined, "", words, kinds))
        )
        every = names.order_by().values(every=Value(1))
        return every.annotate(number=Count("*")).values_list("number")

    return Compiled(numbers, *[str] * (1 + len(kinds)))


def search(animes: Animes, sought: Sought) -> Animes:
    """Titles with a name that has all words of the text, with their `relevance`: the
    smaller the better.
    """
    names = SearchName.objects.filter(condition(sought))
    return ranked(named(animes, names), distance(sought))


def of_site(site: str, key: str, animes: Animes, sought: Sought) -> Animes:
    """What a site has at an address that was pasted."""
    claims = ExternalId.objects.filter(site=site, external_id=key)
    found = animes.filter(id__in=claims.values("anime_id"))
    return found.annotate(relevance=Value(0))


def of_year(year: int, animes: Animes, sought: Sought) -> Animes:
    """What people add to tell one title from another of that name."""
    return search(animes.filter(year=year), sought)


def across(animes: Animes, sought: Sought) -> Animes:
    """Titles with all words of the text, one in this name and one in that."""
    for word in sought.words:
        animes = named(animes, SearchName.objects.filter(name__holds=word))
    return ranked(animes, distance(sought))


def resembling(animes: Animes, sought: Sought) -> Animes:
    """Titles with similar words, by trigrams, in a name: on PostgreSQL alone.

    Misses what is misspelled in every word, but leaves a twentieth of the names to
    compare that `vaguely_resembling` leaves, each of which costs microseconds.
    """
    names = SearchName.objects.filter(name__trigram_strict_word_similar=sought.folded)
    return ranked(named(animes, names), unlikeness(sought))


def vaguely_resembling(animes: Animes, sought: Sought) -> Animes:
    """Titles with a name of similar trigrams as a whole."""
    names = SearchName.objects.filter(name__trigram_similar=sought.folded)
    return ranked(named(animes, names), unlikeness(sought))


def slipped(animes: Animes, sought: Sought) -> Animes:
    """Titles with a name that fits a query of SQLite's index, of like length."""
    names = SearchName.objects.filter(name__matches=sought.query)
    length = Length(Value(sought.folded))
    longer = Abs(Length("name") - length) * LETTER_TOO_MANY
    return ranked(named(animes, names), longer + F("kind") * KIND)


def queries(sought: Sought, near: list[list[Near]]) -> Iterator[str]:
    """For `slipped`, the narrowest first: each word or one as near as slips commonly
    are; or one less near; and of three words and more, all but any one.
    """
    for most, slips in ((8, None), (20, MOST_SLIPS)):
        groups = [
            [word, *(other.word for other in others if other.is_within(slips))][:most]
            for word, others in zip(sought.words, near, strict=True)
            if len(word) >= TRIGRAM
        ][:MOST_SLIPPED]
        each = [f"({' OR '.join(map(phrase, group))})" for group in groups]
        if each:
            yield " AND ".join(each)
    if len(each) >= FEWEST_TO_LEAVE_ONE:
        but_one = combinations(each, len(each) - 1)
        yield " OR ".join(f"({' AND '.join(rest)})" for rest in but_one)


def named(animes: Animes, names: QuerySet[SearchName]) -> Animes:
    return animes.filter(id__in=gathered(names.values("anime_id")))


def ranked(animes: Animes, distance: object) -> Animes:
    """By the closest of a title's names, whether or not it is the one that was found:
    to ask which were would cost as much as to find them.
    """
    best = (
        SearchName.objects.filter(anime_id=OuterRef("pk"))
        .order_by()
        .values("anime_id")
        .annotate(best=Min(distance))
        .values("best")
    )
    return animes.annotate(
        relevance=Subquery(best, output_field=IntegerField())
        - F("prominence")
        - F("renown")
    )


def gathered(ids: QuerySet[SearchName, object]) -> object:
    """For `id__in`. PostgreSQL guesses that a pattern fits a hundredth of all names,
    for which it reads the whole table of titles; of an array it expects ten.
    """
    if connection.vendor != "postgresql":
        return ids
    template = "(SELECT unnest(%(expressions)s))"
    return Func(ArraySubquery(ids), template=template, output_field=IntegerField())


def condition(sought: Sought) -> Q:
    """Names that have every word, or are these words written as one."""
    match sought.kinds:
        case [Kind.SHORT]:
            return Q(name__startswith=sought.words[0])
        case [kind]:
            return has_word(sought.words[0], kind)
    pairs = list(zip(sought.words, sought.kinds, strict=True))
    each = Q(*(has_word(word, kind) for word, kind in pairs if kind != Kind.LONG))
    as_one = Q(name__startswith=sought.joined)
    if long := [word for word, kind in pairs if kind == Kind.LONG]:
        each &= Q(name__holds_all=long)
        as_one &= Q(name__holds=sought.joined)  # SQLite has no index of beginnings
    return each | as_one


def has_word(word: str, kind: Kind) -> Q:
    match kind:
        case Kind.SHORT:
            return Q(name__startswith=word) | Q(name__contains=f" {word}")
        case Kind.BRIEF:
            return Q(name__contains=word)
        case Kind.LONG:
            return Q(name__holds=word)


def distance(sought: Sought) -> object:
    """How far a name is from the text, from 0."""
    folded, words = sought.folded, sought.words
    tiers = [
        (Q(name=folded, kind=NameKind.ABBREVIATION), ABBREVIATION),
        (Q(name=folded, spelled=""), ITSELF),
        (Q(name=folded) | Q(name=sought.joined), ITSELF_WITHOUT_SIGNS),
        (Q(name__startswith=f"{folded} "), BEGINS_WITH_WORDS),
        (has_words([folded]), HAS_PHRASE),
        (has_words(words), HAS_WORDS),
        (Q(name__startswith=folded), BEGINS_WITH_LETTERS),
        (Q(name__contains=f" {folded}"), HAS_WORD_THAT_BEGINS),
        (Q(name__contains=folded), HAS_LETTERS),
    ]
    if len(words) == 1:
        tiers = [tier for tier in tiers if tier[1] != HAS_WORDS]
    is_spelled = Q(spelled__contains=f"\n{sought.spelled}\n")
    return (
        points(tiers, default=OTHERWISE)
        + points([(is_spelled, 0)], default=ANOTHER_SPELLING)
        + F("kind") * KIND
        + Least(Length("name"), MOST_LETTERS) * LETTER
    )


def has_words(words: Iterable[str]) -> Q:
    """Whole words, not parts of others."""
    padded = Func(
        "name",
        template="(' ' || %(expressions)s || ' ')",
        output_field=CharField(),
    )
    return Q(*(Contains(padded, Value(f" {word} ")) for word in words))


def points(tiers: Iterable[tuple[object, int]], *, default: int) -> Case:
    """Those of the first condition that holds."""
    return Case(
        *(When(fits, then=number) for fits, number in tiers),
        default=default,
        output_field=IntegerField(),
    )


def unlikeness(sought: Sought) -> object:
    """How far a name is from the text by their trigrams, from 0."""
    unlike = Value(1.0) - TrigramSimilarity("name", sought.folded)
    return Cast(unlike * FARTHEST, IntegerField())
