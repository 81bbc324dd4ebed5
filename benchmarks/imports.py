"""What importing a long list costs: reading, planning, applying, and again.

    python benchmarks/imports.py [rows] [CATALOGUE]

Makes a MyAnimeList file of so many rows (5,000) and imports it three times: into an
empty list, changed in every row, and the same again. The catalogue is made up, or
imported from a file. The database is a temporary SQLite file; `DATABASE_URL` names
another, which must be empty.
"""

import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
STATUSES = ["Watching", "Completed", "On-Hold", "Dropped", "Plan to Watch"]


def make_catalogue(number, path):
    from django.core.management import call_command
    from django.utils import timezone

    from collections_app.models import Anime, ExternalId

    if path:
        call_command("import_catalog", path, verbosity=0)
        return
    ids, now = range(1, number + 1), timezone.now()
    Anime.objects.bulk_create(
        Anime(id=id_, mal_id=id_, title=f"Title {id_}", episodes=12, updated_at=now)
        for id_ in ids
    )
    ExternalId.objects.bulk_create(
        ExternalId(anime_id=id_, site="mal", external_id=str(id_)) for id_ in ids
    )


def make_file(ids, chance):
    rows = "".join(
        f"<anime><series_animedb_id>{id_}</series_animedb_id>"
        f"<series_title>Title {id_}</series_title><series_type>TV</series_type>"
        f"<my_watched_episodes>{chance.randint(0, 12)}</my_watched_episodes>"
        f"<my_start_date>20{chance.randint(10, 25)}-0{chance.randint(1, 9)}-00"
        f"</my_start_date><my_score>{chance.randint(0, 10)}</my_score>"
        f"<my_status>{chance.choice(STATUSES)}</my_status>"
        f"<my_comments>{'seen ' * chance.randint(0, 9)}</my_comments>"
        f"<my_tags>a, b</my_tags></anime>"
        for id_ in ids
    )
    head = "<myinfo><user_export_type>1</user_export_type></myinfo>"
    return f"<myanimelist>{head}{rows}</myanimelist>".encode()


def timed(call):
    wall, cpu = time.perf_counter(), time.process_time()
    result = call()
    took = time.perf_counter() - wall, time.process_time() - cpu
    return result, "{:.2f} s ({:.2f} s CPU)".format(*took)


def main(number=5000, path=None):
    if "DATABASE_URL" not in os.environ:
        folder = tempfile.mkdtemp(prefix="imports-")
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
    os.environ["DJANGO_SETTINGS_MODULE"] = "animecollections.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from animecollections.identity import Origin
    from collections_app import transfer
    from collections_app.imports import services as imports
    from collections_app.models import Anime
    from profiles.models import User

    call_command("migrate", verbosity=0)
    make_catalogue(number, path)
    user = User.objects.create_user("bench@example.org", "bench", "Right-Horse-7")
    known = Anime.objects.exclude(mal_id=None).order_by("id")
    ids = list(known.values_list("mal_id", flat=True)[:number])
    chance = random.Random(7)  # noqa: S311
    first, second = make_file(ids, chance), make_file(ids, chance)
    for name, data in (("new", first), ("changed", second), ("again", second)):
        file, reading = timed(lambda data=data: transfer.read(data))
        plan, planning = timed(
            lambda file=file: imports.plan(
                user_id=user.pk, file=file, exported_at=timezone.now()
            )
        )
        (plan, _), applying = timed(
            lambda plan=plan: imports.apply(
                user_id=user.pk,
                plan_id=plan.id,
                today=timezone.now().date(),
                through=Origin("session"),
            )
        )
        counts = {word: number for word, number in plan.summary.items() if number}
        print(f"{name}: read {reading}, plan {planning}, apply {applying}: {counts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(ids)} rows, {len(first) // 1024} KB; peak memory {peak} MB")


if __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:]))
