"""The links of titles to series of other databases, from the facts that are there."""

from django.db import migrations

from collections_app.source_facts.series_links import links_said

TOGETHER = 2000


def link(apps, schema_editor):
    SourceFact = apps.get_model("collections_app", "SourceFact")
    SeriesLink = apps.get_model("collections_app", "SeriesLink")
    facts = SourceFact.objects.filter(kind="seasons").order_by("anime_id")
    said = facts.values_list("anime_id", "value").iterator(TOGETHER)
    rows = (
        SeriesLink(anime_id=anime_id, database=database, external_id=id_)
        for anime_id, database, id_ in links_said(said)
    )
    SeriesLink.objects.bulk_create(rows, batch_size=TOGETHER, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0028_scrobbling")]
    operations = [migrations.RunPython(link, migrations.RunPython.noop)]
