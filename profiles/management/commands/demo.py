"""manage.py demo"""

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TypedDict, Unpack

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

MANAGE = (sys.executable, "manage.py")


class Options(TypedDict):
    port: int
    users: int
    folder: Path
    fresh: bool


class Command(BaseCommand):
    help = (
        "Serves a filled demo: made-up people with lists, histories and "
        "pictures in a database of its own, and an address that signs you in as "
        "one of them. What is yours is not touched. Started again, it goes on "
        "where it was."
    )
    requires_system_checks: list[str] = []  # of the demo's own settings, below

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--users", type=int, default=30, help="number of people")
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.BASE_DIR / "demo",
            help="where its database and pictures are",
        )
        parser.add_argument("--fresh", action="store_true", help="begin anew")

    def handle(self, *args: object, **options: Unpack[Options]) -> None:
        folder = options["folder"].resolve()
        if options["fresh"]:
            self.remove(folder)
        folder.mkdir(parents=True, exist_ok=True)
        environment = environment_of(folder, options["port"])
        for command in (
            ("prepare", "--to-serve"),
            ("seed_demo", f"--users={options['users']}"),
        ):
            done = subprocess.run(  # noqa: S603  (our own command)
                [*MANAGE, *command], cwd=settings.BASE_DIR, env=environment, check=False
            )
            if done.returncode:
                raise CommandError(f"{command[0]} failed, so there is no demo.")
        url = environment["PUBLIC_URL"]
        self.stdout.write(f"\nOpen {url}/demo: you are signed in. Ctrl-C ends it.\n")
        self.stdout.flush()
        os.chdir(settings.BASE_DIR)
        honcho = [sys.executable, "-m", "honcho", "start", "--no-prefix"]
        os.execve(  # noqa: S606  (in the place of this process: signals reach it)
            sys.executable, [*honcho, "--port", str(options["port"])], environment
        )

    def remove(self, folder: Path) -> None:
        """Only what is a demo's."""
        if folder.exists() and not (folder / "db.sqlite3").exists():
            raise CommandError(f"{folder} is not a demo's folder; nothing was removed.")
        shutil.rmtree(folder, ignore_errors=True)


def environment_of(folder: Path, port: int) -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "DEBUG": "true",
        "DEMO": "true",
        "HOST": "127.0.0.1",
        "MEDIA_ROOT": str(folder / "media"),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "REDIS_URL": "",
    }
