"""How gunicorn serves; it reads this file by itself. Values come from settings.

Why its ASGI worker, and how HTTP gets threads: docs/decisions/0006-one-server.md.
"""

import os
import resource
import shutil
import socket
import tempfile
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
os.environ.setdefault("STATEMENT_SECONDS", "15")  # for requests; commands have none

from animecollections import settings

# The rest of the files is for the database, for bodies and answers on the disk, and for
# what asyncio takes, a hundred at once, before it hears that there are too many.
FILES, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
SHARED_NUMBERS = ""
if settings.WEB_WORKERS > 1:  # through it processes add up their metrics
    # Read again at SIGHUP, by the same process: it keeps the folder that it has.
    PREFIX = f"animecollections-metrics-{os.getpid()}-"
    SHARED_NUMBERS = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if PREFIX not in SHARED_NUMBERS:
        SHARED_NUMBERS = tempfile.mkdtemp(prefix=PREFIX)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = SHARED_NUMBERS
# gunicorn says to systemd that it serves before a worker has loaded the application.
NOTIFY_SOCKET = os.environ.pop("NOTIFY_SOCKET", "")

wsgi_app = "animecollections.asgi:application"
worker_class = "animecollections.server.connections.Worker"  # gunicorn's own, bounded
bind = f"{settings.HOST}:{settings.PORT}"
# More than there are cores only worsen p99; more than one need Redis (settings).
workers = settings.WEB_WORKERS
most_connections = max(16, min(FILES * 3 // 4, FILES - 400))
# An idle one takes some 8 KB: all of them a tenth of the memory that the guide gives.
worker_connections = min(settings.WEB_CONNECTIONS or 12_000, most_connections)
timeout = 60  # seconds a body may pause, or the event loop be blocked
graceful_timeout = 20
keepalive = 30  # seconds that a connection may be silent, before its first header too
limit_request_line = 8190  # bytes; GET /api/animes?ids= takes 500 of them
control_socket_disable = True  # of two servers of one user both would lie at one path
websocket_max_message_size = 4096  # bytes; more closes the socket (1009)
SECONDS_UNREAD = 60


def when_ready(server: Any) -> None:
    """Has the kernel end a connection whose client takes nothing for a minute; what
    waits for it in memory is then freed. (Linux; inherited by what is accepted.)
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    for listener in server.LISTENERS if option else ():
        if listener.sock.family in (socket.AF_INET, socket.AF_INET6):
            milliseconds = SECONDS_UNREAD * 1000
            listener.sock.setsockopt(socket.IPPROTO_TCP, option, milliseconds)


def post_worker_init(worker: Any) -> None:
    """Called by the application (asgi.run_feed)."""
    worker.state["serves"] = tell_systemd


def tell_systemd() -> None:
    """That this process serves: `systemctl start` returns, and an upgrade goes on."""
    if NOTIFY_SOCKET:
        address = NOTIFY_SOCKET.replace("@", "\0", 1)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"READY=1", address)


def child_exit(server: Any, worker: Any) -> None:
    """What a process that is gone did counts on; what it was doing does not."""
    if SHARED_NUMBERS:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    shutil.rmtree(SHARED_NUMBERS, ignore_errors=True)
