"""A database for tests, on every machine, spread once it is migrated."""

from typing import Any

import psycopg
from django.core.management import call_command
from django.db.backends.postgresql import creation

NODES = (
    "SELECT nodename, nodeport, groupid FROM pg_dist_node"
    " WHERE noderole = 'primary' ORDER BY groupid"
)
TEST_SHARDS = 4  # to empty a table costs a way to each


class DatabaseCreation(creation.DatabaseCreation):
    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.main: str = connection.settings_dict["NAME"]

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        name: str = super().create_test_db(*args, **kwargs)
        connection: Any = self.connection
        if self.nodes():
            call_command("distribute", "--shards", str(TEST_SHARDS), verbosity=0)
            connection.close()
        return name

    def _execute_create_test_db(
        self, cursor: object, parameters: dict[str, str], keepdb: bool = False
    ) -> None:
        name = parameters["dbname"].strip('"')
        if not self.nodes():
            super()._execute_create_test_db(cursor, parameters, keepdb)  # type: ignore[misc]
            return
        self._destroy_test_db(name, 0)
        coordinator, *workers = self.nodes()
        for _, _, group in self.nodes():
            with self.at(group, self.main) as there:
                there.execute(f'CREATE DATABASE "{name}"')
            with self.at(group, name) as there:
                there.execute("CREATE EXTENSION citus")
        with self.at(0, name) as there:
            # Tests look how many statements asked more than one shard.
            there.execute(
                f'ALTER DATABASE "{name}" SET citus.enable_stat_counters = on'
            )
            there.execute("SELECT citus_set_coordinator_host(%s, %s)", coordinator[:2])
            for host, port, _ in workers:
                there.execute("SELECT citus_add_node(%s, %s)", (host, port))

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        if not self.nodes():
            super()._destroy_test_db(test_database_name, verbosity)  # type: ignore[misc]
            return
        self.connection.close()
        for _, _, group in self.nodes():
            with self.at(group, self.main) as there:
                there.execute(
                    f'DROP DATABASE IF EXISTS "{test_database_name}" WITH (FORCE)'
                )

    def nodes(self) -> list[tuple[str, int, int]]:
        """Of the database that the address names: the coordinator, then the workers."""
        if not hasattr(self, "found_nodes"):
            with self.at(0, self.main) as there:
                found = there.execute("SELECT to_regclass('pg_dist_node')").fetchone()
                rows = there.execute(NODES).fetchall() if found[0] else []
                self.found_nodes = [(host, port, group) for host, port, group in rows]
        return self.found_nodes

    def at(self, group: int, name: str) -> Any:
        parameters = self.connection.get_connection_params()
        wanted = ("host", "port", "user", "password", "sslmode", "sslrootcert")
        given = {key: parameters[key] for key in wanted if parameters.get(key)}
        if group:
            host, port, _ = next(node for node in self.nodes() if node[2] == group)
            given |= {"host": host, "port": port}
        return psycopg.connect(**given, dbname=name, autocommit=True)
