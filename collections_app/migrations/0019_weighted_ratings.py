"""The rating that orders, of titles that are there: by ratings and sites, as the next
write of each would say (catalogue.weighted_rating).
"""

from django.db import migrations

AVERAGE, AS_MANY = 6.5, 500
GUESSED_VOTES, WELL_KNOWN = (5, 10, 20, 40, 75, 125, 200), 4000
BATCH = 1000


def weigh(apps, schema_editor):
    Anime = apps.get_model("collections_app", "Anime")
    rows = Anime.objects.exclude(rating=None).order_by("id")
    pairs = []
    for id_, rating, ids in rows.values_list("id", "rating", "external_ids"):
        sites = len(ids)
        votes = GUESSED_VOTES[sites] if sites < len(GUESSED_VOTES) else WELL_KNOWN
        weighted = (rating * votes + AVERAGE * AS_MANY) / (votes + AS_MANY)
        pairs.append((round(weighted, 4), id_))
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, len(pairs), BATCH):
            cursor.executemany(
                "UPDATE collections_app_anime SET weighted_rating = %s WHERE id = %s",
                pairs[start : start + BATCH],
            )


class Migration(migrations.Migration):

    dependencies = [
        ('collections_app', '0018_source_facts'),
    ]

    operations = [
        migrations.RunPython(weigh, migrations.RunPython.noop, elidable=True),
    ]
