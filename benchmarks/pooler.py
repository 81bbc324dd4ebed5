"""PgBouncer in transaction mode, before the database of a benchmark."""

import os
import pwd
from contextlib import contextmanager
from urllib.parse import urlsplit

from benchmarks.measuring import started

CONFIG = """
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
ignore_startup_parameters = options
unix_socket_dir =
"""


@contextmanager
def pooler(database, *, port, home):
    """A pool of two connections; its URL of the same database, and its process."""
    url = urlsplit(database)
    server = {
        "host": url.hostname or "127.0.0.1",
        "port": url.port or 5432,
        "user": url.username or "postgres",
        "password": url.password,
    }
    known = " ".join(f"{name}={value}" for name, value in server.items() if value)
    config = home / "pgbouncer.ini"
    config.write_text(CONFIG.format(server=known, own_port=port))
    command = ["pgbouncer", str(config)]
    if os.geteuid() == 0:  # which it refuses to run as
        nobody = pwd.getpwnam("nobody")
        os.chown(config, nobody.pw_uid, nobody.pw_gid)
        home.chmod(0o711)
        command[1:1] = ["--user", "nobody"]
    with started(
        command, port=port, environment=dict(os.environ), log=home / "pooler"
    ) as pid:
        yield f"postgres://pooled@127.0.0.1:{port}{url.path}", pid
