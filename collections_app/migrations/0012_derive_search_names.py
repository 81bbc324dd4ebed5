"""All search names anew, with the abbreviations that come along; titles get points.

Some seconds for 40,000 titles. On PostgreSQL the index of trigrams is built after the
names, ten times as fast as name by name; on SQLite the triggers that keep the index are
made again, for 0011 has remade the table.
"""

from importlib import import_module

from django.db import migrations

from collections_app.catalogue.abbreviations import ABBREVIATIONS
from collections_app.catalogue.search.prominence import prominence
from collections_app.catalogue.search.search_names import (
    fold_name,
    search_names,
    without_year,
)
from collections_app.catalogue.seasons import with_marks

FACTS = (
    "title", "english_title", "native_title", "synonyms", "external_ids", "rating",
    "format", "year",
)  # fmt: skip
TOGETHER = 2000
trigrams = import_module("collections_app.migrations.0008_search_trigrams")
pending = import_module("collections_app.migrations.0010_short_pending_list")
CREATE_INDEX = (
    f"CREATE INDEX {pending.INDEX} ON collections_app_searchname "
    f"USING gin (name gin_trgm_ops) WITH (gin_pending_list_limit = {pending.KILOBYTES})"
)


def derive(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    if is_postgresql:  # an index made of deleted rows too would stay slow
        schema_editor.execute(f"DROP INDEX IF EXISTS {pending.INDEX}")
        schema_editor.execute("TRUNCATE collections_app_searchname")
    else:
        apps.get_model("collections_app", "SearchName").objects.all().delete()
    store(apps, schema_editor, add_abbreviations(apps))
    if is_postgresql:
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or no index is made
        schema_editor.execute(CREATE_INDEX)
    else:
        trigrams.create(apps, schema_editor)


def add_abbreviations(apps):
    """Those of titles that are there, as search_names takes them."""
    Anime = apps.get_model("collections_app", "Anime")
    Abbreviation = apps.get_model("collections_app", "Abbreviation")
    known = {}
    titles = Anime.objects.filter(mal_id__in=ABBREVIATIONS).order_by("id")
    for id_, mal_id, *names, synonyms in titles.values_list("id", "mal_id", *FACTS[:4]):
        short = [with_marks(fold_name(text)) for text in ABBREVIATIONS[mal_id]]
        for folded in map(fold_name, filter(None, (*names, *synonyms))):
            for start in {folded, without_year(folded)}:
                known.setdefault(start, {})[id_] = short
        Abbreviation.objects.bulk_create(
            (
                Abbreviation(key=key, text=text, anime_id=id_)
                for key, text in zip(short, ABBREVIATIONS[mal_id], strict=True)
            ),
            ignore_conflicts=True,
        )
    return known


def store(apps, schema_editor, abbreviations):
    Anime = apps.get_model("collections_app", "Anime")
    SearchName = apps.get_model("collections_app", "SearchName")
    names, points = [], []
    for row in Anime.objects.order_by("id").values("id", *FACTS).iterator(TOGETHER):
        derived = search_names(row, row["id"], abbreviations)
        names += (
            SearchName(
                anime_id=row["id"], name=text, kind=name.kind, spelled=name.spelled
            )
            for text, name in derived.items()
        )
        points.append((prominence(row), row["id"]))
        if len(names) >= TOGETHER:
            SearchName.objects.bulk_create(names)
            names = []
    SearchName.objects.bulk_create(names)
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE collections_app_anime SET prominence = %s WHERE id = %s", points
        )


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0011_names_for_search")]
    operations = [migrations.RunPython(derive, migrations.RunPython.noop)]
