"""Facts that staff set are held against imports; those set before this, too, as far as
no import undid them: the log of what staff did names them.
"""

from django.db import migrations, models

LISTS = ("synonyms", "genre_names", "studio_names")


def hold_what_the_log_names(apps, schema_editor):
    Anime = apps.get_model("collections_app", "Anime")
    StaffAction = apps.get_model("history", "StaffAction")
    edits = StaffAction.objects.filter(action="edit_title", anime_id__isnull=False)
    first, last = {}, {}
    for edit in edits.order_by("id").iterator():
        for name, value in edit.after.items():
            first.setdefault((edit.anime_id, name), edit.before.get(name))
            last[edit.anime_id, name] = value
    by_title = {}
    for (anime_id, name), value in last.items():
        by_title.setdefault(anime_id, {})[name] = value
    titles = Anime.objects.in_bulk(list(by_title))
    for anime_id, anime in titles.items():
        anime.held_facts = {
            name: items(first[anime_id, name], value) if name in LISTS else True
            for name, value in by_title[anime_id].items()
            if getattr(anime, name, None) == value
        }
    # Few statements: since the column came, nobody else reads the table.
    Anime.objects.bulk_update(titles.values(), ["held_facts"], batch_size=500)


def items(before, after):
    before = before or []
    return {
        "added": [item for item in after if item not in before],
        "removed": [item for item in before if item not in after],
    }


class Migration(migrations.Migration):
    dependencies = [
        ("collections_app", "0012_derive_search_names"),
        ("history", "0005_staffaction"),
    ]
    operations = [
        migrations.AddField(
            model_name="anime",
            name="held_facts",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="what staff set and imports leave alone: catalogue.held_facts",
            ),
        ),
        migrations.RunPython(hold_what_the_log_names, migrations.RunPython.noop),
    ]
