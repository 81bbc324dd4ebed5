"""Migrations of a database that is spread over machines."""

from typing import Any

from django.db.backends.postgresql import schema
from django.db.models import Model

from animecollections.db.citus.placing import may_refer
from animecollections.db.citus.tables import place_table


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """A table that is made once the database is spread gets its place at once, before
    its foreign keys: those that no machine could keep are left out.
    """

    def create_model(self, model: type[Model]) -> None:
        if not self.is_spread():
            super().create_model(model)
            return
        fields: Any = model._meta.local_concrete_fields
        for field in fields:
            if field.remote_field and not may_refer(model, field):
                field.db_constraint = False  # of this state's model alone
        super().create_model(model)
        with self.connection.cursor() as cursor:
            place_table(cursor, model)

    def is_spread(self) -> bool:
        connection: Any = self.connection
        return bool(connection.is_spread) and not self.collect_sql
