"""Whether a search of the catalogue finds what was meant, and how soon.

    DATABASE_URL=… python -m benchmarks.search [--titles 40000] [--names 100000]

Over the catalogue that is there (docs/catalogue.md tells how to import a whole one): a
title that it lacks is left out, and so is a name in another script that it lacks. As
people type: words alone, slips, other languages, other orders. The times are those of
the answer's statements at the database and of the whole answer; the best of five, for
other work on the machine counts else.

With --titles, made-up titles are added to the catalogue first until it has so many, and
with --names more names for these: only for a database made for this.
"""

import argparse
import csv
import os
import random
import statistics
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from collections_app.catalogue import queries as answers
from collections_app.catalogue.folding import LONGEST_QUERY, fold, fold_query
from collections_app.catalogue.seasons import with_marks
from collections_app.models import Anime, CatalogueState, SearchName
from profiles.accounts.visitor import Visitor

TRIES = 5

SEARCHES = Path(__file__).with_name("searches.tsv")
# Texts made to be dear: what folds to many letters, words that stand in most names,
# words without trigrams, slips in every word, signs of patterns.
COSTLY = {
    "ligatures": "ﷺ" * 200,
    "ligatures, words": "ﷺ " * 100,
    "units": "㌖ " * 100,
    "fractions": "½" * 200,
    "syllables": "각힣뷁" * 66,
    "marks": ("a" + "\u0301" * 19) * 10,
    "words of one letter": "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 4,
    "words of two letters": "no ka wa ni to de mo ga wo na " * 6,
    "words in most names": "gekijouban movie the season special tv ova no wa to",
    "one word, often": "the " * 50,
    "characters": "の 人 大 戦 士 少 女 物 語 世",
    "pairs of characters": "の人 大戦 戦士 少女 物語 世界 学園 魔法 機動 劇場",
    "digits": "1 2 3 4 5 6 7 8 9 0",
    "seasons": "season 2 " * 22,
    "Roman numbers": "ii iii iv v vi vii viii ix " * 7,
    "slips": "shingekii kyojinn fullmetall alchemistt brotherhoodd evangelionn gatee",
    "long words": "abcdefghijklmnopqrstuvwxyzabcd " * 6,
    "one long word": "abcdefghijklmnopqrst" * 10,
    "a letter, often": "a" * 200,
    "signs": "%" * 200,
    "signs of patterns": "* ? [ ] _ " * 20,
}


class Labelled(NamedTuple):
    """What is typed, and the MyAnimeList id of what is meant.

    The names and ranks of search were tuned on the `tuned`; the `unseen` were written
    before that and tried after it.
    """

    part: str
    kind: str
    typed: str
    mal_id: int


def labelled():
    with SEARCHES.open(newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows)
        return [Labelled(*row[:3], int(row[3])) for row in rows]


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search")
    parser.add_argument("--titles", type=int, default=0)
    parser.add_argument("--names", type=int, default=0)
    parser.add_argument("--part", choices=["tuned", "unseen"], action="append")
    parser.add_argument("--tries", type=int, default=TRIES)
    parser.add_argument("--costly", action="store_true")
    wanted = parser.parse_args()
    grow(wanted.titles, wanted.names)
    print(
        f"{Anime.objects.count():,} titles, {SearchName.objects.count():,} names, "
        f"{connection.vendor}\n"
    )
    usual, revision = measure(wanted.part or ["tuned", "unseen"], wanted.tries)
    if wanted.costly:
        measure_costly(usual, revision)


def grow(titles, names):
    """Made-up titles and, round and round, more names for them. Their names begin as a
    real one and end as another, so that words stay as common as they are.
    """
    chance = random.Random(7)  # noqa: S311
    real = list(SearchName.objects.order_by("id").values_list("name", flat=True))
    first = Anime.objects.order_by("-id").values_list("id", flat=True)[0] + 1
    missing = max(0, titles - Anime.objects.count())
    made = [(first + number, mixed(chance, real)) for number in range(missing)]
    if not made:
        return
    now = timezone.now()
    Anime.objects.bulk_create(
        (
            Anime(id=id_, title=name, sort_title=name, format="TV", updated_at=now)
            for id_, name in made
        ),
        batch_size=1000,
    )
    more = max(0, names - len(real) - missing)
    made += [(first + n % missing, mixed(chance, real)) for n in range(more)]
    SearchName.objects.bulk_create(
        (SearchName(anime_id=id_, name=name) for id_, name in made),
        batch_size=1000,
        ignore_conflicts=True,
    )
    if connection.vendor == "postgresql":
        tables = [model._meta.db_table for model in (Anime, SearchName)]
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")


def mixed(chance, names):
    one, other = chance.choice(names).split(), chance.choice(names).split()
    return " ".join(one[: len(one) // 2 + 1] + other[len(other) // 2 :])[:500]


def measure(part, tries):
    revision = CatalogueState.objects.get().revision
    have = set(Anime.objects.values_list("mal_id", flat=True))
    answer("a first search reads the vocabulry", revision)  # and is not counted
    kinds, spent, whole = {}, [], []
    for search in labelled():
        if search.part not in part or search.mal_id not in have or lacks(search):
            continue
        runs = [answer(search.typed, revision) for _ in range(tries)]
        found = runs[0][0]
        place = found.index(search.mal_id) if search.mal_id in found else None
        kinds.setdefault(search.kind, []).append((search, place))
        spent.append(min(run[1] for run in runs))
        whole.append(min(run[2] for run in runs))
    show(kinds)
    for name, times in (("database", spent), ("whole", whole)):
        at = statistics.quantiles(times, n=100)
        print(f"{name}: p50 {at[49]:.1f} ms, p99 {at[98]:.1f} ms")
    return statistics.median(spent), revision


def show(kinds):
    print(
        "| kind | asked | first | of the first five | not first |\n" + "|---" * 5 + "|"
    )
    total = []
    for kind, places in kinds.items():
        total += places
        others = [
            f"{search.typed} ({'missed' if place is None else place + 1})"
            for search, place in places
            if place != 0
        ]
        print(f"| {kind} | {counts(places)} | {', '.join(others)} |")
    print(f"| all | {counts(total)} | |\n")


def counts(places):
    first = sum(place == 0 for _, place in places)
    five = sum(place is not None for _, place in places)
    return f"{len(places)} | {first} | {five}"


def lacks(search):
    """Whether the catalogue does not know the title by this name at all: by a name in
    another script, or by a number of the season that none of its names says.
    """
    if search.kind == "lacking":
        return True
    if search.typed.isascii():
        return False
    names = SearchName.objects.filter(anime__mal_id=search.mal_id)
    return not all(
        names.filter(name__contains=word).exists()
        for word in with_marks(fold(search.typed)).split()
    )


def measure_costly(usual, revision):
    print(f"\n| text | letters | ms at the database | : median of {usual:.1f} |")
    print("|---" * 4 + "|")
    for name, text in COSTLY.items():
        spent = min(answer(text[:LONGEST_QUERY], revision)[1] for _ in range(3))
        letters = len(fold_query(text[:LONGEST_QUERY]))
        print(f"| {name} | {letters} | {spent:.1f} | {spent / usual:.0f} |", flush=True)


def answer(text, revision):
    """(MyAnimeList ids of the first five, ms at the database, ms in all)"""
    spent = 0.0

    def timed(execute, *arguments):
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent += time.perf_counter() - began

    wanted = {"search": text, "limit": 5}
    began = time.perf_counter()
    with connection.execute_wrapper(timed):
        data, _ = answers.browse(Visitor(), wanted, revision)
    whole = time.perf_counter() - began
    return [anime["mal_id"] for anime in data], spent * 1000, whole * 1000


if __name__ == "__main__":
    main()
