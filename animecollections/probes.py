"""What a load balancer and a monitor ask: does the process live, can it serve?

GET /healthz   200 while this process answers.
GET /metrics   for Prometheus, with METRICS_TOKEN; 404 where none is set. Without what
               stands in the database where that is away.
GET /readyz    200 `ok`; 200 `degraded` where something needs a person but requests are
               served (a late job, devices not notified, a merge that stands still, a
               mail given up, no mail server); 503
               `failing`. Each check by name.

The server answers them before all else (asgi.py): they come by address and plain HTTP,
from inside, must not fail on the host name or be sent to HTTPS, and wait for nobody.
They tell nothing secret; a proxy keeps them from the outside all the same
(docs/deployment.md).
"""

import asyncio
import hmac
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import orjson
from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from animecollections.databases import CITUS
from animecollections.db.spread import is_spread
from animecollections.jobs import JOBS
from animecollections.ops import no_mail_server
from animecollections.ops.metrics import exposition
from collections_app.models import Merge
from history.jobs.services import late
from history.models import Job
from profiles.outbox import NO_SUCH_ADDRESS, given_up
from profiles.sync.feed import feed
from profiles.webhooks.models import Webhook

logger = logging.getLogger(__name__)

SECONDS_TO_LOOK = 1.5
SILENT_NODES = (
    "SELECT n.nodename, n.nodeport FROM pg_dist_node n"
    " LEFT JOIN run_command_on_all_nodes('SELECT 1') r USING (nodeid)"
    " WHERE n.noderole = 'primary' AND (NOT n.isactive OR r.success IS NOT TRUE)"
)
LEAST_FREE = 256 * 1024**2  # bytes of a disk
Check = Callable[[], str]


class Readiness:
    """The checks one after the other. What an answer has to say it can say in the
    middle of them too, where one hangs.
    """

    def __init__(self) -> None:
        self.checks: dict[str, dict[str, Any]] = {}
        self.running = ""

    def look(self) -> None:
        self.look_at(NEEDED)
        if self.can_serve():  # the rest asks the database too
            self.look_at(WATCHED)

    def look_at(self, checks: dict[str, Check]) -> None:
        for name, check in checks.items():
            self.running = name
            self.checks[name] = outcome_of(check)
        self.running = ""

    def can_serve(self) -> bool:
        return all(name in self.checks and self.checks[name]["ok"] for name in NEEDED)

    def answer(self) -> HttpResponse:
        checks, can_serve = dict(self.checks), self.can_serve()
        if name := self.running or ("" if checks else next(iter(NEEDED))):
            checks[name] = {"ok": False, "says": "no answer in time"}
        is_well = all(outcome["ok"] for outcome in checks.values())
        status = "ok" if is_well else "degraded" if can_serve else "failing"
        return as_json(200 if can_serve else 503, {"status": status, "checks": checks})


def as_json(status: int, data: Mapping[str, object]) -> HttpResponse:
    response = HttpResponse(orjson.dumps(data), "application/json", status)
    response["Cache-Control"] = "no-store"
    return response


def outcome_of(check: Check) -> dict[str, object]:
    """ok, how long it took, and where it is not ok what to do."""
    began = time.perf_counter()
    try:
        says = check()
    except Error:
        says = "the database does not answer"
    took = round((time.perf_counter() - began) * 1000, 1)
    return {"ok": not says, "milliseconds": took} | ({"says": says} if says else {})


# --- Checks: each answers "", or what is wrong -------------------------------------


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def migrations() -> str:
    missing = migrations_of_this_release() - applied_migrations()
    return (
        f"{len(missing)} migrations are not applied: run manage.py migrate"
        if missing
        else ""
    )


@cache
def migrations_of_this_release() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def applied_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationRecorder(connection).applied_migrations())


def disk() -> str:
    full = [
        name
        for name, path in places().items()
        if shutil.disk_usage(path).free < LEAST_FREE
    ]
    return f"the disk of {' and '.join(full)} is full" if full else ""


def places() -> dict[str, Path]:
    """Where this installation writes, as far up as there is a folder."""
    found = {"the media": Path(settings.MEDIA_ROOT)}
    if connection.vendor == "sqlite":
        found["the database"] = Path(connection.settings_dict["NAME"])
    return {
        name: next(folder for folder in (path, *path.parents) if folder.is_dir())
        for name, path in found.items()
    }


def nodes() -> str:
    """Of a database that is spread: whether each machine of it answers from here."""
    if not is_spread():
        return ""
    with connection.cursor() as cursor:
        cursor.execute(SILENT_NODES)
        away = ", ".join(f"{host}:{port}" for host, port in cursor)
    return (
        f"{away} of the database: people whose lists are there get 503" if away else ""
    )


def channel_layer() -> str:
    """The feed hears itself every ten seconds where processes talk through Redis."""
    return "devices get no live messages: check Redis" if feed.is_out else ""


def jobs() -> str:
    return "; ".join(late(JOBS, timezone.now()))


def merges() -> str:
    still = Merge.objects.standing_still(timezone.now()).order_by("moved_at").first()
    if still is None:
        return ""
    return (
        f"that of {still.gone_id} into {still.kept_id} has made no progress "
        f"since {still.moved_at:%Y-%m-%d %H:%M} UTC: use Go on under Merges in "
        "the admin"
    )


def outbox() -> str:
    """Mails given up, but those to addresses that there are not: a stranger who types
    such addresses wakes nobody. The dashboard tells of them too.
    """
    number = given_up().exclude(exception_class_path=NO_SUCH_ADDRESS).count()
    said = "mail or removal is" if number == 1 else "mails or removals are"
    told = f"{number} {said} given up: see the Outbox in the admin"
    return told if number else ""


def mail() -> str:
    return no_mail_server.SAYS


def is_spread_by_address() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"] == CITUS)


# Without these no request is served; without those, a person has to look.
NEEDED: dict[str, Check] = {
    "database": database,
    "migrations": migrations,
    "disk": disk,
}
WATCHED: dict[str, Check] = {
    **({"nodes": nodes} if is_spread_by_address() else {}),
    "channel_layer": channel_layer,
    "jobs": jobs,
    "merges": merges,
    "outbox": outbox,
    **({"mail": mail} if settings.HAS_NO_MAIL_SERVER else {}),
}


# --- Metrics -----------------------------------------------------------------------


def refusal(authorization: str) -> HttpResponse | None:
    """404 without METRICS_TOKEN, 401 without it in the Authorization header."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(
            "Set METRICS_TOKEN to turn metrics on.\n", "text/plain", 404
        )
    right = f"Bearer {settings.METRICS_TOKEN}".encode()
    if hmac.compare_digest(authorization.encode(), right):
        return None
    refused = HttpResponse("Send METRICS_TOKEN as Bearer.\n", "text/plain", 401)
    refused["WWW-Authenticate"] = "Bearer"
    return refused


class Figures(Collector):
    """What no process counts: the outbox, the jobs, webhooks; in four statements. Where
    the database is away, or has not answered yet, that alone is told.
    """

    def __init__(self) -> None:
        self.found: list[Metric] = []

    def look(self) -> None:
        with suppress(Error):
            self.found = list(figures_in_database())

    def collect(self) -> Iterator[Metric]:
        answers = bool(self.found)
        yield gauge(
            "database_answers", "1: the database answered this request", answers
        )
        yield from self.found

    def answer(self) -> HttpResponse:
        return HttpResponse(exposition([self]), CONTENT_TYPE_LATEST)


def figures_in_database() -> Iterator[Metric]:
    waiting = Q(status="READY")
    # By the index of statuses: of all that were done nothing is read.
    unfinished = DBTaskResult.objects.filter(status__in=["READY", "FAILED"])
    tasks = unfinished.aggregate(
        waiting=Count("pk", filter=waiting),
        failed=Count("pk", filter=Q(status="FAILED")),
        oldest=Min("enqueued_at", filter=waiting),
    )
    now = timezone.now()
    age = (now - tasks["oldest"]).total_seconds() if tasks["oldest"] else 0
    yield gauge("tasks_waiting", "Tasks in the outbox", tasks["waiting"])
    yield gauge(
        "tasks_failed", "Failed tasks that are not deleted yet", tasks["failed"]
    )
    yield gauge("task_oldest_seconds", "Age of the oldest waiting task", age)
    late_by = GaugeMetricFamily(
        "job_late_seconds", "Since the job was due", labels=["job"]
    )
    took = GaugeMetricFamily(
        "job_seconds", "How long the last run took", labels=["job"]
    )
    failed = GaugeMetricFamily("job_failed", "1: the last run failed", labels=["job"])
    # A row of a job that was renamed or removed is late for ever, and no trouble.
    for job in Job.objects.filter(name__in=[job.name for job in JOBS]):
        late_by.add_metric([job.name], max(0, (now - job.due_since).total_seconds()))
        took.add_metric([job.name], job.seconds or 0)
        failed.add_metric([job.name], int(job.has_failed))
    yield from (late_by, took, failed)
    webhooks = Webhook.objects.across_users()
    due, failing = webhooks.due_at(now).count(), webhooks.failing().count()
    yield gauge("webhooks_due", "Those with something to send that nobody sends", due)
    yield gauge("webhooks_failing", "Those that take nothing now", failing)


def gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


# --- Asked through Django (manage.py runserver, tests) -------------------------------


class Probes:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        return probe.answer(request) if probe else self.get_response(request)


# --- Asked of the server -------------------------------------------------------------


class Look(Protocol):
    """Asks the database; its answer is there before that, too."""

    def look(self) -> None: ...

    def answer(self) -> HttpResponse: ...


class Probe:
    """Answered from the loop, or in time from a thread of its own: whatever hangs, and
    however many requests wait.
    """

    def __init__(
        self,
        looking: type[Readiness | Figures] | None = None,
        refusal: Callable[[str], HttpResponse | None] = lambda authorization: None,
    ) -> None:
        self.looking, self.refusal = looking, refusal
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="probe")

    def answer(self, request: HttpRequest) -> HttpResponse:
        refused = self.refusal(request.headers.get("Authorization", ""))
        if refused is not None or self.looking is None:
            return refused or healthy()
        look = self.looking()
        look.look()
        return look.answer()

    async def __call__(self, scope: Any, receive: object, send: object) -> None:
        headers = dict(scope["headers"])
        given = headers.get(b"authorization", b"").decode("latin-1")
        response = self.refusal(given) or (
            await self.in_time(self.looking()) if self.looking else healthy()
        )
        await send_response(response, scope, send)

    async def in_time(self, look: Look) -> HttpResponse:
        loop = asyncio.get_running_loop()
        looking = loop.run_in_executor(self.thread, in_thread, look)
        await asyncio.wait({looking}, timeout=SECONDS_TO_LOOK)
        looking.cancel()  # where another one still hangs before it
        return await asyncio.to_thread(look.answer)


def healthy() -> HttpResponse:
    return as_json(200, {"status": "ok", "release": settings.RELEASE})


def in_thread(look: Look) -> None:
    """Django looks after connections with its requests, and this is none."""
    close_old_connections()
    try:
        look.look()
    except Exception:
        logger.exception("A probe failed")
    finally:
        close_old_connections()


async def send_response(response: HttpResponse, scope: Any, send: Any) -> None:
    body = response.content
    headers = dict(response.items()) | {"Content-Length": str(len(body))}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    status = response.status_code
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    is_head = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else body})


PROBES = {
    "/healthz": Probe(),
    "/readyz": Probe(Readiness),
    "/metrics": Probe(Figures, refusal),
}
