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
import os
import random
import statistics
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from collections_app.catalogue import answers
from collections_app.catalogue.folding import fold
from collections_app.models import Anime, CatalogueState, SearchName
from profiles.visitor import Visitor

TRIES = 5

# (what is typed, the MyAnimeList id of what is meant)
PLAIN = (
    ("cowboy bebop", 1), ("one piece", 21), ("naruto", 20), ("death note", 1535),
    ("code geass", 1575), ("steins gate", 9253), ("clannad", 2167), ("toradora", 4224),
    ("angel beats", 6547), ("fairy tail", 6702), ("hyouka", 12189),
    ("psycho pass", 13601),
    ("mob psycho", 32182), ("mushishi", 457), ("baccano", 2251), ("durarara", 6746),
    ("nichijou", 10165), ("noragami", 20507), ("haikyuu", 20583), ("black lagoon", 889),
    ("akira", 47), ("paprika", 1943), ("perfect blue", 437), ("chihayafuru", 10800),
    ("made in abyss", 34599), ("dr stone", 38691), ("cyberpunk", 42310), ("nana", 877),
)  # fmt: skip
ENGLISH = (
    ("attack on titan", 16498), ("spirited away", 199), ("princess mononoke", 164),
    ("howls moving castle", 431), ("grave of the fireflies", 578), ("your name", 32281),
    ("a silent voice", 28851), ("demon slayer", 38000), ("my hero academia", 31964),
    ("castle in the sky", 513), ("kikis delivery service", 512), ("erased", 31043),
    ("my neighbor totoro", 523), ("the tatami galaxy", 7785), ("food wars", 28171),
    ("fullmetal alchemist brotherhood", 5114), ("assassination classroom", 24833),
    ("your lie in april", 23273), ("one punch man", 30276), ("spice and wolf", 2966),
    ("laid back camp", 34798), ("wolf children", 12355), ("ranking of kings", 40834),
    ("ancient magus bride", 35062), ("the garden of words", 16782),
)  # fmt: skip
SCRIPTS = (
    ("進撃の巨人", 16498), ("銀魂", 918), ("鋼の錬金術師", 121), ("君の名は", 32281),
    ("千と千尋の神隠し", 199), ("もののけ姫", 164), ("ワンピース", 21), ("ナルト", 20),
    ("シュタインズ・ゲート", 9253), ("けいおん", 5680), ("呪術廻戦", 40748),
    ("鬼滅の刃", 38000), ("となりのトトロ", 523), ("デスノート", 1535),
    ("ＡＫＩＲＡ", 47),
)  # fmt: skip
TYPOS = (
    ("deth note", 1535), ("narutoo", 20), ("shingeki no kyojn", 16498),
    ("fullmetal alchemst", 121), ("cowboy bepop", 1), ("evangelon", 30),
    ("stiens gate", 9253), ("toradra", 4224), ("haikyu", 20583), ("one peice", 21),
    ("jujutsu kaizen", 40748), ("kimetsu no yaba", 38000), ("spirted away", 199),
    ("chainsaw mna", 44511), ("violet evergardn", 33352), ("gurren lagan", 2001),
    ("madoka magika", 9756), ("sword art onlin", 11757), ("tokyo goul", 22319),
    ("vinland sga", 37521), ("mononoke hme", 164), ("bakemonogatri", 5081),
    ("parasite the maxim", 22535), ("konosba", 30831), ("bocchi the rok", 47917),
    ("frieren beyond journys end", 52991), ("spy family", 50265),
)  # fmt: skip
ORDER = (
    ("note death", 1535), ("titan attack on", 16498), ("geass code lelouch", 1575),
    ("gate steins", 9253), ("online sword art", 11757),
)  # fmt: skip
KINDS = {
    "plain": PLAIN,
    "English": ENGLISH,
    "scripts": SCRIPTS,
    "typos": TYPOS,
    "order": ORDER,
}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search")
    parser.add_argument("--titles", type=int, default=0)
    parser.add_argument("--names", type=int, default=0)
    wanted = parser.parse_args()
    grow(wanted.titles, wanted.names)
    print(
        f"{Anime.objects.count():,} titles, {SearchName.objects.count():,} names, "
        f"{connection.vendor}\n"
    )
    measure()


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


def measure():
    revision = CatalogueState.objects.get().revision
    have = set(Anime.objects.values_list("mal_id", flat=True))
    spent, whole = [], []
    answer("a first search reads the vocabulry", revision)  # and is not counted
    print(
        "| kind | asked | first | of the first five | missed |\n|---|---|---|---|---|"
    )
    totals = [0, 0, 0]
    for kind, pairs in KINDS.items():
        known = [
            (text, mal_id)
            for text, mal_id in pairs
            if mal_id in have and (kind != "scripts" or is_named(mal_id, text))
        ]
        places = []
        for text, mal_id in known:
            runs = [answer(text, revision) for _ in range(TRIES)]
            found = runs[0][0]
            database_ms, whole_ms = (
                min(times) for times in list(zip(*runs, strict=True))[1:]
            )
            places.append(found.index(mal_id) if mal_id in found else None)
            spent.append(database_ms)
            whole.append(whole_ms)
        first, five = places.count(0), sum(place is not None for place in places)
        missed = [
            text
            for (text, _), place in zip(known, places, strict=True)
            if place is None
        ]
        totals = [
            total + more
            for total, more in zip(totals, (len(known), first, five), strict=True)
        ]
        print(f"| {kind} | {len(known)} | {first} | {five} | {', '.join(missed)} |")
    print(f"| all | {totals[0]} | {totals[1]} | {totals[2]} | |\n")
    for name, times in (("database", spent), ("whole", whole)):
        at = statistics.quantiles(times, n=100)
        print(f"{name}: p50 {at[49]:.1f} ms, p99 {at[98]:.1f} ms")


def is_named(mal_id, text):
    """Whether the catalogue knows the title by this name at all."""
    names = SearchName.objects.filter(anime__mal_id=mal_id)
    return names.filter(name__contains=fold(text)).exists()


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
