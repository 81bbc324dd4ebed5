"""The server with moments to die in, for test_faults_of_servers.py.

A worker looks for the file that MORTAL_AT names: `<fate> <moment>`. Once that moment
has come, the file is gone and so is, by its fate, the worker (`kill`, as by kill -9) or
its connection to the database (`cut`, as by pg_terminate_backend). A moment is the
beginning of a statement, which has then been run; or `COMMIT`, after which nobody has
an answer yet.
"""

import os
import signal
from pathlib import Path

from animecollections.asgi import application

# isort: split
from django.db import connection
from django.db.backends.signals import connection_created

from history.log import commit_hooks as publishing

__all__ = ["application"]

ORDER = Path(os.environ["MORTAL_AT"])


def meet_fate(moment, connection):
    fate, _, at = ORDER.read_text().partition(" ") if ORDER.exists() else ("", "", "")
    if not at or at not in moment:
        return
    ORDER.unlink()
    if fate == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    pid = connection.connection.info.backend_pid
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def run(execute, sql, params, many, context):
    answer = execute(sql, params, many, context)
    meet_fate(sql, context["connection"])
    return answer


def watch(connection, **_):
    if run not in connection.execute_wrappers and connection.alias == "default":
        connection.execute_wrappers.append(run)


connection_created.connect(watch)
publishing.after_commit_hooks.append(lambda _note: meet_fate("COMMIT", connection))
