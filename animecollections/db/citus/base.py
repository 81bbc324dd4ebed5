"""PostgreSQL with Citus, which spreads a database over machines by user.

Until `manage.py distribute` has run, and on a server without the extension, it is plain
PostgreSQL. docs/scaling.md says for whom this is.
"""

from typing import Any

from django.db.backends.postgresql import features, operations

from animecollections.db.citus.creation import DatabaseCreation
from animecollections.db.citus.schema import DatabaseSchemaEditor
from animecollections.db.postgres import base

HAS_EXTENSION = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"
IS_SPREAD = (
    "SELECT EXISTS (SELECT FROM pg_dist_partition"
    " WHERE logicalrelid = to_regclass('profiles_user'))"
)
# What touches all shards goes over one connection to each machine: parallel ones cannot
# follow a write to a reference table in the same transaction.
SEQUENTIAL = "SET citus.multi_shard_modify_mode TO 'sequential'"


class DatabaseFeatures(features.DatabaseFeatures):
    # Of a distributed table the key is two columns, and Citus knows none by the other.
    allows_group_by_selected_pks = False
    # Those of distributed tables are checked at once.
    can_defer_constraint_checks = False


class DatabaseOperations(operations.DatabaseOperations):
    def deferrable_sql(self) -> str:
        return ""


class DatabaseWrapper(base.DatabaseWrapper):
    display_name = "Citus"
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    creation_class = DatabaseCreation
    SchemaEditorClass = DatabaseSchemaEditor

    can_prepare = False  # a plan that is kept does not see whose rows are asked for
    found_spread = False

    @property
    def is_spread(self) -> bool:
        self.ensure_connection()
        return self.found_spread

    def init_connection_state(self) -> None:
        super().init_connection_state()
        with self.wrap_database_errors:
            self.look_for_shards()
            if not self.get_autocommit():
                self.connection.commit()

    def look_for_shards(self) -> None:
        connection: Any = self.connection
        self.found_spread = False
        if connection.execute(HAS_EXTENSION).fetchone()[0]:
            connection.execute(SEQUENTIAL)
            self.found_spread = connection.execute(IS_SPREAD).fetchone()[0]
