"""What the first load of a long list costs a phone: bytes, pages, time to an entry.

    python -m benchmarks.first_sync CATALOGUE [entries]

Imports a catalogue into a temporary SQLite file, makes a list of so many entries
(4,000) and loads it as the web client does: a screenful of what is being watched, then
the pages of `GET /api/user/sync`, each from the cursor of the one before. CPU is that
of this process, the least of five. Seconds are of a slow 4G as Lighthouse has it:
1.6 Mbit/s, 150 ms there and back, with the CPU of this machine in between; the
connection is open.
"""

import os
import sys
import tempfile
import time
from dataclasses import dataclass

BITS_A_SECOND, ROUND_TRIP = 1_600_000, 0.150
SCREENFUL = "/api/user/watchList?type=Watching&ordering=-updated_at&limit=40"
WHOLE_LIST = "/api/user/watchList"
LIMITS = (50, 100, 250, 500)
ENCODINGS = ("identity", "gzip", "zstd")


@dataclass
class Load:
    """Requests that follow each other."""

    bytes: int = 0
    requests: int = 0
    cpu: float = 0
    first: float = 0  # seconds until the first of them has arrived

    def add(self, size, cpu):
        self.bytes += size
        self.requests += 1
        self.cpu += cpu
        self.first = self.first or self.seconds

    @property
    def seconds(self):
        return self.requests * ROUND_TRIP + self.cpu + self.bytes * 8 / BITS_A_SECOND


def ask(client, url, encoding):
    """Its body's length, and the CPU it took."""
    times = []
    for _ in range(5):
        begun = time.process_time()
        response = client.get(url, headers={"Accept-Encoding": encoding})
        times.append(time.process_time() - begun)
    assert response.status_code == 200, response.content
    return len(response.content), min(times)


def one(client, url, encoding):
    load = Load()
    load.add(*ask(client, url, encoding))
    return load


def pages(client, limit, encoding):
    load, first = Load(), f"/api/user/sync?limit={limit}"
    url = first
    while url:
        load.add(*ask(client, url, encoding))
        meta = client.get(url).json()["meta"]
        url = meta["has_more"] and f"{first}&cursor={meta['cursor']}"
    return load


def main(catalogue, entries=4000):
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from conftest import signed_in
    from profiles.models import User

    settings.ALLOWED_HOSTS, settings.LOGGING = ["testserver"], {}
    call_command("migrate", verbosity=0)
    call_command("import_catalog", catalogue, verbosity=0)
    call_command("seed_demo", users=1, lists=[int(entries)], verbosity=0)
    client = signed_in(User.objects.get(email=f"list{entries}@demo.example.org"))
    client.get(SCREENFUL)  # fills what is kept in the process
    print("| load | encoding | requests | kB | CPU ms | first entry s | all s |")
    print("|---|---|---|---|---|---|---|")
    for encoding in ENCODINGS:
        tell("a screenful", encoding, one(client, SCREENFUL, encoding))
        for limit in LIMITS:
            tell(f"sync, {limit} a page", encoding, pages(client, limit, encoding))
        tell("the list at once", encoding, one(client, WHOLE_LIST, encoding))


def tell(name, encoding, load):
    print(
        f"| {name} | {encoding} | {load.requests} | {load.bytes / 1000:,.0f} "
        f"| {load.cpu * 1000:,.0f} | {load.first:.2f} | {load.seconds:.1f} |",
        flush=True,
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "DJANGO_SETTINGS_MODULE": "animecollections.settings",
            "MEDIA_ROOT": folder,
            "THROTTLE_SCALE": "1000",
            "LIST_CACHE_MB": "0",
            "REQUEST_LOG": "false",
        }
        main(*sys.argv[1:])
