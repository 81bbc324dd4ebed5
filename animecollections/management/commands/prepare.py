"""manage.py prepare: what `make run` does before it serves."""

import socket
from argparse import ArgumentParser
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from animecollections.environ import kept_secret_key
from animecollections.ops import backups
from animecollections.ops.sessions import DirectCommand
from collections_app.models import Anime

STARTER, STARTER_FACTS = "starter_catalogue.jsonl", "starter_facts.jsonl"
BYTES_OF_PUSH_KEY = 32  # a number on the curve P-256 (VAPID)
# Goes on every week with the schema of manami-project's, which is archived.
RELEASES = "https://github.com/cedya77/anime-offline-database/releases"


class Command(DirectCommand):
    help = "Migrates the database, loads the starter catalogue, prints the addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to-serve", action="store_true", help="first check that PORT is free"
        )

    def handle(self, *args: object, **options: object) -> None:
        if options["to_serve"]:
            look_at_port()
        path = Path(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite" and is_empty(path):
            self.make_file(path)
        else:
            self.fill()
        self.make_push_key()
        self.say_where()

    def make_file(self, path: Path) -> None:
        """Next to its place first: what is interrupted leaves nothing to mend, for
        Django cannot go on with a migration that it did and did not yet note.
        """
        self.stdout.write("Setting up the database …")
        part = path.with_name(f"{path.name}.new")
        remove(part)  # what another try left
        with backups.opened(part):
            self.fill()
        remove(path)  # a log of a file that is gone would be played back into this one
        part.replace(path)

    def make_push_key(self) -> None:
        """Once, like SECRET_KEY; never printed. In production it is a variable."""
        if settings.DEBUG and not settings.VAPID_PRIVATE_KEY:
            kept_secret_key(settings.BASE_DIR / ".vapid_key", BYTES_OF_PUSH_KEY)

    def fill(self) -> None:
        """To this release, permissions and groups too; where that is so, 0.1 s."""
        call_command("migrate", verbosity=0, interactive=False)
        if not Anime.objects.exists():
            self.stdout.write("Loading the starter catalogue …")
            folder = Path(apps.get_app_config("collections_app").path)
            quiet = {"verbosity": 0, "stdout": self.stdout}
            with transaction.atomic():  # else half of it would pass for a catalogue
                call_command("import_catalog", str(folder / STARTER), **quiet)
                call_command("import_facts", str(folder / STARTER_FACTS), **quiet)

    def say_where(self) -> None:
        root = f"http://{settings.HOST}:{settings.PORT}"
        manage = ".venv/bin/python manage.py"
        titles = Anime.objects.count()
        self.stdout.write(f"""
The client     {root}/
The API        {root}/api
Reference      {root}/api/docs
Admin          {root}/admin/  (an account for it:
               {manage} create_staff EMAIL NAME --administrator;
               the link to choose a password is printed below)
Catalogue      {titles:,} titles  (a full one: {manage} import_catalog FILE,
               with a file of {RELEASES})
""")


def look_at_port() -> None:
    """The server would try five times, and say it in tracebacks."""
    is_v6 = ":" in settings.HOST
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"Port {settings.PORT} of {settings.HOST} is not available "
                f"({error.strerror}): take another one, as in `make run "
                f"PORT={settings.PORT + 1}`."
            ) from None


def remove(path: Path) -> None:
    """A database of SQLite, with the files that belong to it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def is_empty(path: Path) -> bool:
    return not path.exists() or path.stat().st_size == 0
