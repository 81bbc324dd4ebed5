"""What whole-table work costs in a large database.

    python -m benchmarks.whole_tables load [--entries 10000000]
    python -m benchmarks.whole_tables measure [--changes 10000] [JOB …]
    python -m benchmarks.whole_tables drop

`load` makes a PostgreSQL of its own in BENCH_DIR and leaves it there (port BENCH_PORT +
9); 10,000,000 entries with their log take 30 GB and half an hour. People are those of
`seed_demo`, and copies of them: row by row, so that the rows of one person lie as far
from each other as they can. `measure` then times each job against it, and counts the
blocks that PostgreSQL looks at for it; with --changes, so many people have each changed
an entry just before.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

import psycopg

from benchmarks import growth, loading

HOME = Path(os.environ.get("BENCH_DIR", "/tmp")) / "whole_tables"  # noqa: S108
NAME = "whole_tables"
URL = growth.SERVER.removesuffix("postgres") + NAME
GENERATED = 100_000  # entries; the rest are copies of them
TASKS, FAILED, SESSIONS, STAFF_ACTIONS = 2_000_000, 200, 500_000, 500_000

# A copy has another end of its id, and the same time in it.
ID_IN_ORDER = (
    "(left(t.id::text, 18) || '-8' || substr(md5(t.id::text || k), 1, 3) || '-' || "
    "substr(md5(t.id::text || k), 4, 12))::uuid"
)
OWNER = "md5(t.user_id::text || k)::uuid"
OF_A_USER = ("profiles_preferences", "profiles_profile", "history_userstate")
LARGE = (
    "collections_app_watchlistentry",
    "history_change",
    "history_episodeswatched",
    "history_search",
)
AN_ENTRY_EACH = """
    SELECT person.id, entry.anime_id, entry.type
    FROM (SELECT id FROM profiles_user ORDER BY random() LIMIT %s) person
    CROSS JOIN LATERAL (SELECT anime_id, type FROM collections_app_watchlistentry
        WHERE user_id = person.id ORDER BY md5(id::text) LIMIT 1) entry
"""
MADE_UP = f"""
    INSERT INTO django_tasks_database_dbtaskresult (id, status, enqueued_at, started_at,
        finished_at, args_kwargs, priority, task_path, worker_ids, queue_name,
        backend_name, run_after, return_value, exception_class_path, traceback)
    SELECT gen_random_uuid(), CASE WHEN n % ({TASKS // FAILED}) = 0 THEN 'FAILED'
        ELSE 'SUCCESSFUL' END, at, at, at, jsonb_build_object('args', '[]'::jsonb,
        'kwargs', jsonb_build_object('user_id', gen_random_uuid())), 0,
        'profiles.tasks.mail_notice', '[]', 'default', 'default', at, 'null', '', ''
    FROM (SELECT n, now() - n * interval '0.5 second' AS at
        FROM generate_series(1, {TASKS}) n) made;
    INSERT INTO profiles_session (session_key, session_data, expire_date, user_id,
        auth_epoch, user_agent)
    SELECT md5(n::text), '', now() +
        (n - {SESSIONS // 20}) * interval '10 seconds', NULL,
        0, '' FROM generate_series(1, {SESSIONS}) n;
    INSERT INTO history_staffaction (id, at, action, reason, before, after, user_id,
        request_id) SELECT gen_random_uuid(), now(), 'note', 'as asked', '{{}}', '{{}}',
        id, '' FROM profiles_user LIMIT {STAFF_ACTIONS};
    INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag,
        change_message, user_id)
    SELECT now(), gen_random_uuid()::text, '', 2, '', (SELECT id FROM profiles_user
        LIMIT 1) FROM generate_series(1, {STAFF_ACTIONS});
"""


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole_tables")
    parser.add_argument("verb", choices=("load", "measure", "drop"))
    parser.add_argument("jobs", nargs="*")
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--changes", type=int, default=0)
    wanted = parser.parse_intermixed_args()
    cluster = growth.Cluster(HOME)
    if wanted.verb == "drop":
        cluster.stop()
        shutil.rmtree(HOME)
    elif wanted.verb == "load":
        load(cluster, wanted.entries)
    else:
        measure(wanted.jobs, wanted.changes)


def load(cluster, entries):
    cluster.make()
    cluster.start()
    with psycopg.connect(growth.SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {NAME}")
    os.environ["DATABASE_URL"] = URL
    loading.manage("migrate", "--verbosity", 0)
    catalogue = HOME / "catalogue.jsonl"
    catalogue.write_bytes(b"\n".join(loading.catalogue_of(20_000)))
    loading.manage("import_catalog", catalogue, "--verbosity", 0)
    people = GENERATED // 60
    loading.manage("seed_demo", "--users", people, "--entries", 60, "--verbosity", 0)
    with psycopg.connect(URL, autocommit=True) as db:
        multiply(db, round(entries / GENERATED) - 1)
        db.execute(MADE_UP)
        told("made up the rest")
        db.execute("VACUUM (ANALYZE)")
        db.execute("CHECKPOINT")


def measure(wanted, changes):
    """Seconds, and blocks of 8 KB that PostgreSQL looked at, of each job."""
    os.environ["DATABASE_URL"] = URL
    jobs = jobs_of_product()
    print("| job | seconds | blocks |\n|---|---|---|")
    if changes:
        change(changes)
    for name in wanted or jobs:
        from django.db import connection

        connection.close()
        time.sleep(1)  # until the server has told its statistics
        before, began = blocks(), time.perf_counter()
        said = jobs[name]()
        seconds = time.perf_counter() - began
        connection.close()
        time.sleep(1)  # until the server has told its statistics
        print(f"| {name} | {seconds:.2f} | {blocks() - before:,} |", flush=True)
        told(f"{name}: {said}")


def change(number):
    """So many people move one entry each. What follows the log reads it again for ten
    minutes (LONGEST_WRITE): each job that is measured meanwhile sees all of it.
    """
    from animecollections.identity import Origin, today_in
    from collections_app.catalogue.refs import OWN, AnimeRef
    from collections_app.watch_list import writes as watch_list

    with psycopg.connect(URL) as db:
        chosen = db.execute(AN_ENTRY_EACH, [number]).fetchall()
    for user_id, anime_id, type_ in chosen:
        other = {"type": "Collection" if type_ == "To Watch" else "To Watch"}
        watch_list.do_all(
            user_id=user_id,
            operations=[
                watch_list.Operation("move", AnimeRef(OWN, str(anime_id)), other)
            ],
            today=today_in("UTC"),
            through=Origin("command"),
        )
    told(f"{len(chosen):,} people changed an entry")


def blocks():
    asked = "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = %s"
    with psycopg.connect(growth.SERVER, autocommit=True) as db:
        return db.execute(asked, [NAME]).fetchone()[0]


def jobs_of_product():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from animecollections import probes
    from animecollections.identity import Origin
    from animecollections.jobs import JOBS
    from animecollections.management.commands.doctor import CHECKS
    from animecollections.retention import RULES
    from collections_app.merges.services import people_with
    from history.log.recording import end_all_cursors
    from profiles.figures import running_counts
    from profiles.models import User
    from profiles.personal_data.erasure import erase

    def erase_one():
        erase(user_id=User.objects.order_by("?").first().pk, through=Origin("command"))

    def doctor(*only):
        return lambda: call_command("doctor", "--only", *only, verbosity=0)

    return {
        "metrics": lambda: len(list(probes.figures_in_database())),
        "probe of the outbox": probes.outbox,
        "whose lists have a title": lambda: len(people_with(1535)),
        "people by a part of their name": lambda: len(User.objects.closest("zzqx", 9)),
        "people by a common part": lambda: len(User.objects.closest("otter", 100)),
        "erasure": erase_one,
        "mark_restored": end_all_cursors,
        "counts anew": running_counts.count_anew,
        **{f"job: {job.name}": job.run for job in JOBS},
        **{f"prune: {rule.name}": rule.count for rule in RULES},
        **{f"doctor: {check.name}": doctor(check.name) for check in CHECKS},
        "doctor --days 1": lambda: call_command("doctor", "--days", "1", verbosity=0),
    }


def multiply(db, times):
    """So many copies of every person, with all that is theirs."""
    db.execute("SET session_replication_role = replica")  # what is copied was checked
    named = {
        "id": "md5(t.id::text || k)::uuid",
        "email": "k || '-' || t.email",
        "user_name": "t.user_name || '-copy-' || k",
        "user_name_key": "t.user_name_key || '-copy-' || k",
    }
    for table in OF_A_USER:
        copy(db, table, {"user_id": OWNER}, times)
    for table in LARGE:
        again = take_indexes(db, table)
        copy(db, table, {"id": ID_IN_ORDER, "user_id": OWNER}, times)
        for statement in again:
            db.execute(statement)
            told(statement)
    copy(db, "profiles_user", named, times)
    db.execute("RESET session_replication_role")


def copy(db, table, changed, times):
    columns, values = growth.columns_of(db, table, changed)
    db.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM "
        f"(SELECT t.*, generate_series(1, {times}) k FROM {table} t) t"
    )
    told(f"copied {table}")


def take_indexes(db, table):
    """Drops them; the statements that make them again, all at once and so sooner."""
    keys = db.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('p', 'u')",
        [table],
    ).fetchall()
    for name, _ in keys:
        db.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
    indexes = db.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table]
    ).fetchall()
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    added = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {is_}" for name, is_ in keys]
    return [*added, *(is_ for _, is_ in indexes)]


def told(what):
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
