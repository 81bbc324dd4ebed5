"""Counts the statements that asked more than one shard of a database that is spread."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import psycopg
from django.db import connection

from animecollections.db.spread import is_spread

COUNTED = (
    "SELECT query_execution_multi_shard FROM citus_stat_counters"
    " WHERE oid = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

opened: dict[str, psycopg.Connection] = {}
opening = Lock()  # tests of races ask from many threads: each would open one


def beside(name: str) -> psycopg.Connection:
    """One of its own: the one that is watched may be in a broken transaction."""
    with opening:
        if name not in opened:
            wanted = ("host", "port", "user", "password", "dbname")
            parameters = connection.get_connection_params()
            given = {key: parameters[key] for key in wanted if parameters.get(key)}
            opened[name] = psycopg.connect(**given, autocommit=True)
        return opened[name]


def close() -> None:
    while opened:
        opened.popitem()[1].close()


def multi_shard_statements() -> int:
    [(number,)] = beside(connection.settings_dict["NAME"]).execute(COUNTED).fetchall()
    return number


@contextmanager
def none_of_many_shards(what: str) -> Iterator[None]:
    if not is_spread():
        yield
        return
    before = multi_shard_statements()
    yield
    number = multi_shard_statements() - before
    assert not number, f"{number} statements of {what} asked more than one shard"
