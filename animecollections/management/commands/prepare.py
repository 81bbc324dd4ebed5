"""manage.py prepare: what `make run` does before it serves."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from collections_app.models import Anime

STARTER = "starter_catalogue.jsonl"
RELEASES = "https://github.com/manami-project/anime-offline-database/releases"


class Command(BaseCommand):
    help = "Brings the database up to date, loads a first catalogue, says where all is."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_behind():
            self.stdout.write("Setting up the database …")
            call_command("migrate", verbosity=0, interactive=False)
        if not Anime.objects.exists():
            self.stdout.write("Loading the starter catalogue …")
            self.load_starter()
        self.say_where()

    def load_starter(self) -> None:
        """Whole or not at all, for what is half there is not taken up again."""
        path = Path(apps.get_app_config("collections_app").path) / STARTER
        with transaction.atomic():
            call_command("import_catalog", str(path), verbosity=0, stdout=self.stdout)

    def say_where(self) -> None:
        root = f"http://{settings.HOST}:{settings.PORT}"
        manage = ".venv/bin/python manage.py"
        titles = Anime.objects.count()
        self.stdout.write(f"""
The client     {root}/
The API        {root}/api
Reference      {root}/api/docs
Admin          {root}/admin/  (an account for it: {manage} createsuperuser)
Catalogue      {titles:,} titles  (a full one: {manage} import_catalog FILE,
               with a file of {RELEASES})
""")


def is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
