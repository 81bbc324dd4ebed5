"""manage.py distribute: spreads the database over the machines of Citus, by user."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from animecollections.db.citus.placing import all_models, may_refer, place_of
from animecollections.db.citus.tables import is_placed, place_table
from animecollections.ops.sessions import SessionCommand
from profiles.doctor import claims

NODES = (
    "SELECT count(*) FROM pg_dist_node"
    " WHERE noderole = 'primary' AND shouldhaveshards AND isactive"
)
FOREIGN_KEYS = (
    "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
)
# It moves rows of minutes, not of one statement.
FOR_THIS = """
    SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL citus.multi_shard_modify_mode TO 'sequential'
"""


class Command(SessionCommand):
    help = (
        "Spreads the database over the machines of Citus, by user. Stop the server "
        "before. It does all in one transaction, or nothing; again, it places only "
        "tables that are new. docs/scaling.md says when it is worth it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="list the places, do nothing"
        )
        parser.add_argument(
            "--shards",
            type=int,
            default=32,
            metavar="NUMBER",
            help="parts of each table; the most machines it can ever be spread over",
        )

    def handle(self, *args: object, **options: object) -> None:
        connection.ensure_connection()
        if options["dry_run"]:
            self.list_places()
            return
        self.refuse_what_cannot_be()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FOR_THIS)
            cursor.execute(f"SET LOCAL citus.shard_count = {options['shards']:d}")
            new = [m for m in in_order() if not is_placed(cursor, m._meta.db_table)]
            place(cursor, new)
            limit_locks_on_workers(cursor)
        here: Any = connection
        here.look_for_shards()
        self.empty_what_is_left_behind(new)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if options["verbosity"]:
            self.stdout.write(f"{len(new)} tables have their place now.")

    def list_places(self) -> None:
        for model in in_order(every=True):
            place = place_of(model)
            where = (
                f"by {place.column}"
                if place.column
                else "every machine"
                if place.is_everywhere
                else "coordinator"
            )
            line = f"{model._meta.db_table:40} {where:16} {place.reason}"
            self.stdout.write(line)

    def refuse_what_cannot_be(self) -> None:
        here: Any = connection
        if not hasattr(here, "look_for_shards"):
            raise CommandError("Write citus:// in DATABASE_URL. Nothing was done.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('pg_dist_node') IS NOT NULL")
            if not cursor.fetchone()[0]:
                raise CommandError(
                    'This server has no Citus: install it, then run "CREATE EXTENSION '
                    'citus" in this database. Nothing was done.'
                )
            cursor.execute(NODES)
            if not cursor.fetchone()[0]:
                raise CommandError(
                    "No machine is there to take rows: add one with citus_add_node. "
                    "Nothing was done."
                )
        if not here.is_spread and any(claims()):
            raise CommandError(
                "Some accounts have not claimed their e-mail or user name, and could "
                "not sign in: run manage.py doctor --only claims --fix. Nothing was "
                "done."
            )

    def empty_what_is_left_behind(self, models: list[type[Model]]) -> None:
        """On the coordinator, of rows that are elsewhere by now."""
        with connection.cursor() as cursor:
            for model in reversed(models):
                if place_of(model).column:
                    cursor.execute(
                        "SELECT truncate_local_data_after_distributing_table(%s)",
                        [model._meta.db_table],
                    )


def in_order(*, every: bool = False) -> list[type[Model]]:
    """What others refer to first: tables on every machine, the users, the rest."""

    def rank(model: type[Model]) -> tuple[bool, bool, str]:
        place = place_of(model)
        return not place.is_everywhere, place.column != "id", model._meta.db_table

    models = sorted(all_models(), key=rank)
    return models if every else [m for m in models if is_to_be_placed(m)]


def is_to_be_placed(model: type[Model]) -> bool:
    place = place_of(model)
    return bool(place.column) or place.is_everywhere


def place(cursor: CursorWrapper, models: list[type[Model]]) -> None:
    delete_sessions_of_nobody(cursor)
    with foreign_keys_apart(cursor, all_models() if models else []):
        for model in models:
            place_table(cursor, model)


def delete_sessions_of_nobody(cursor: CursorWrapper) -> None:
    """Left by a release that made such: they have no user, and so no machine."""
    cursor.execute("DELETE FROM profiles_session WHERE user_id IS NULL")


@contextmanager
def foreign_keys_apart(
    cursor: CursorWrapper, models: list[type[Model]]
) -> Iterator[None]:
    """Off while tables move; back are those that a machine can keep."""
    quote = connection.ops.quote_name
    for model in models:
        table = model._meta.db_table
        cursor.execute(FOREIGN_KEYS, [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")
    yield
    editor: Any
    with connection.schema_editor(atomic=False) as editor:
        for model in models:
            for field in model._meta.local_concrete_fields:
                if keeps(model, field):
                    made = editor._create_fk_sql(
                        model, field, "_fk_%(to_table)s_%(to_column)s"
                    )
                    cursor.execute(str(made))


def keeps(model: type[Model], field: Any) -> bool:
    return bool(field.remote_field and field.db_constraint and may_refer(model, field))


def limit_locks_on_workers(cursor: CursorWrapper) -> None:
    """A session's own setting does not reach them."""
    cursor.execute("SELECT current_user")
    role = connection.ops.quote_name(cursor.fetchone()[0])
    cursor.execute(f"ALTER ROLE {role} SET lock_timeout = '10s'")
