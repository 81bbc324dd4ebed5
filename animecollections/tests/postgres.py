"""A PostgreSQL of a test's own, which it may stop; and a proxy that may hang."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from animecollections.tests.serving import database_url, free_port

# Debian keeps them off the path, a folder for each version.
FOLDERS = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
FOUND = shutil.which(
    "pg_ctl", path=os.pathsep.join([*FOLDERS[::-1], os.environ["PATH"]])
)
needs_postgres = pytest.mark.skipif(
    not FOUND, reason="SKIPPED: the programs of a PostgreSQL server are not here"
)


class Postgres:
    """A cluster in a new folder. The server refuses to run as root: then it runs as
    the user postgres, if there is one.
    """

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.port = free_port()
        self.run("initdb", "-U", "test", "-A", "trust", "--no-sync", "-D", self.data)
        self.start()

    @property
    def data(self):
        return str(self.home / "data")

    @property
    def url(self):
        return f"postgres://test@127.0.0.1:{self.port}/postgres"

    def run(self, program, *arguments):
        more = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.home, user.pw_uid, user.pw_gid)
            more = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run(
            [f"{Path(FOUND).resolve().parent}/{program}", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.home,
            timeout=60,
            **more,
        )

    def standby(self):
        """A second one that follows this one, byte by byte."""
        follower = Postgres.__new__(Postgres)
        follower.home = Path(tempfile.mkdtemp(prefix="postgres-"))
        follower.port = free_port()
        copy = ("-R", "-c", "fast", "-D", follower.data, "-d", self.url)
        follower.run("pg_basebackup", *copy)
        follower.start()
        return follower

    def cut_off(self):
        """The standby hears no more of the primary; it goes on answering."""
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute("ALTER SYSTEM SET primary_conninfo = ''")
            db.execute("SELECT pg_reload_conf()")
            while db.execute("SELECT count(*) FROM pg_stat_wal_receiver").fetchone()[0]:
                time.sleep(0.05)

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off "
        options += f"-c unix_socket_directories={self.home}"
        log = str(self.home / "log")
        self.run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start")

    def stop(self):
        """As a machine that goes down: nobody is waited for."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def remove(self):
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Proxy:
    """Hands bytes on to a server on 127.0.0.1. Frozen, it takes connections and bytes,
    acknowledges them, and answers nothing; closed, it refuses.
    """

    def __init__(self, host, port):
        self.target, self.port = (host, port), free_port()
        self.loop = asyncio.new_event_loop()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.writers = set()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.do(self.open())

    @classmethod
    def to_test_database(cls):
        """In front of the database of this test run."""
        config = connection.settings_dict
        return cls(config["HOST"] or "127.0.0.1", int(config["PORT"] or 5432))

    @property
    def url(self):
        """As DATABASE_URL has it."""
        own = urlsplit(database_url())
        netloc = f"{own.netloc.rpartition('@')[0]}@127.0.0.1:{self.port}"
        return urlunsplit(own._replace(netloc=netloc))

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def open(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)

    async def serve(self, reader, writer):
        try:
            await self.flowing.wait()
            there, back = await asyncio.open_connection(*self.target)
        except (OSError, asyncio.CancelledError):
            writer.close()
            return
        self.writers |= {writer, back}
        await asyncio.gather(self.pump(reader, back), self.pump(there, writer))

    async def pump(self, reader, writer):
        with suppress(OSError):
            while data := await reader.read(65536):
                await self.flowing.wait()
                writer.write(data)
        writer.close()

    def freeze(self):
        self.loop.call_soon_threadsafe(self.flowing.clear)

    def thaw(self):
        self.loop.call_soon_threadsafe(self.flowing.set)

    async def shut(self):
        self.server.close()
        self.flowing.set()
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    def close(self):
        self.do(self.shut())

    def reopen(self):
        self.do(self.open())

    def end(self):
        self.close()
        self.do(asyncio.sleep(0.1))  # connections end
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
