"""What webhooks cost: the worker's look, a write beside them, and a delivery.

    DATABASE_URL=sqlite:////tmp/webhooks.sqlite3 python -m benchmarks.webhooks

In a database that is there for this alone. `--webhooks` people (10,000) with one each,
of whom a hundred have something new. A write of one person is made without webhooks and
with ten; the threads of a worker call a receiver of this machine for the hundred.
"""

import argparse
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collections_app.models import Anime
from history.models import UserState
from profiles.models import User, Webhook
from profiles.webhooks.couriers import Couriers
from profiles.webhooks.signing import new_seed

NEW = 100
WRITES = 400
LOOKS = 20


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


def prepare(number, url):
    call_command("migrate", verbosity=0, interactive=False)
    User.objects.filter(user_name__startswith="hook-").delete()
    people = [
        User(
            email=f"h{n}@example.org", user_name=f"hook-{n}", user_name_key=f"hook-{n}"
        )
        for n in range(number)
    ]
    User.objects.bulk_create(people, 500)
    UserState.objects.bulk_create([UserState(user=one) for one in people], 500)
    epochs = dict(UserState.objects.values_list("pk", "epoch"))
    Webhook.objects.bulk_create([hook(one, epochs[one.pk], url) for one in people], 500)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return people


def hook(user, epoch, url):
    now = timezone.now()
    return Webhook(
        user=user,
        url=url,
        format="standard",
        parts=["entries", "preferences"],
        seed=new_seed(),
        changed_at=now,
        due_at=now,
        epoch=epoch,
        revision=0,
        place=[epoch, 0, 0],
    )


def look(what):
    """The best of some, in milliseconds."""
    threads = Couriers()
    threads.pool.submit = lambda *args: None
    best = None
    for _ in range(LOOKS):
        threads.calling.clear()
        began = time.perf_counter()
        threads.look()
        took = (time.perf_counter() - began) * 1000
        best = took if best is None else min(best, took)
    threads.pool.shutdown()
    print(f"{what:<56} {best:8.2f} ms")


def writing(url):
    """Increments of one person through all of the server, in turns of 50."""
    User.objects.filter(user_name="writer").delete()
    writer = User.objects.create_user("writer@example.org", "writer", "Right-Horse-7")
    client, json = Client(), "application/json"
    client.force_login(writer)
    Anime.objects.get_or_create(
        id=1,
        defaults={"title": "Long", "episodes": 90_000, "updated_at": timezone.now()},
    )
    list_ = "/api/user/watchList"
    client.post(list_, {"animeId": 1, "type": "Watching"}, json)
    epoch = writer.state.epoch
    seconds = {0: 0.0, 10: 0.0}
    statements = {}
    for _ in range(WRITES // 50):
        for number in seconds:
            Webhook.objects.of(writer.pk).delete()
            Webhook.objects.bulk_create(hook(writer, epoch, url) for _ in range(number))
            with CaptureQueriesContext(connection) as captured:
                client.post(f"{list_}/1/increment", {}, json)
            statements[number] = len(captured)
            began = time.process_time()
            for _ in range(50):
                answer = client.post(f"{list_}/1/increment", {}, json)
                assert answer.status_code == 200, answer.content
            seconds[number] += time.process_time() - began
    for number, took in seconds.items():
        name = f"a write of who has {number} webhooks"
        each = took / WRITES * 1000
        print(f"{name:<56} {each:8.2f} ms CPU, {statements[number]} statements")


def delivering(people):
    ids = [one.pk for one in people[:NEW]]
    UserState.objects.filter(pk__in=ids).update(revision=1, preferences_revision=1)
    look(f"a look, {NEW} of them have something new")
    threads = Couriers()
    began = time.perf_counter()
    behind = Webhook.objects.across_users().filter(user_id__in=ids, revision=0)
    while behind.exists():
        threads.look()
        time.sleep(0.02)
    took = time.perf_counter() - began
    threads.pool.shutdown()
    print(f"{f'{NEW} deliveries, all threads':<56} {took * 1000 / NEW:8.2f} ms each")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--webhooks", type=int, default=10_000)
    number = parser.parse_args().webhooks
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    settings.PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
    settings.ALLOWED_HOSTS = ["*"]
    settings.THROTTLE_SCALE = 1_000
    url = f"http://127.0.0.1:{port}/"
    prepare(0, url)
    look("a look where there are no webhooks")
    people = prepare(number, url)
    look(f"a look at {number:,} webhooks, nothing new")
    delivering(people)
    writing(url)


if __name__ == "__main__":
    main()
