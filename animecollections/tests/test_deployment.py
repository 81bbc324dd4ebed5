"""What docs/deployment.md ships: the files of deploy/, as their readers read them.

`make deployment` follows the whole page on a clean Debian with a real systemd; that
takes minutes, and is no part of the suite.
"""

import gzip
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPSConnection

import pytest
from django.conf import settings
from websockets.sync.client import connect

from animecollections.jobs import JOBS
from animecollections.tests.serving import free_port, serve, wait_for

ROOT = settings.BASE_DIR
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "deployment.md").read_text()
SCRIPTS = ("follow.py", "load.py", "manage", "prepare", "switch", "try_image.py")
OF_CONTAINERS = ("compose.env.example",)  # docs/containers.md
SHOWN = sorted(
    path.name
    for path in DEPLOY.iterdir()
    if path.is_file() and path.name not in SCRIPTS + OF_CONTAINERS
)
SPANS = {
    60: "every minute",
    300: "every 5 minutes",
    900: "every quarter of an hour",
    3600: "hourly",
    86400: "daily",
    604800: "weekly",
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_shows_each_file_as_it_is(name):
    marker = f"<!-- deploy/{name} -->\n"
    assert marker in PAGE
    block = PAGE.partition(marker)[2]
    assert re.match(r"```\w+\n(.*?)```\n", block, re.DOTALL)[1] == (
        (DEPLOY / name).read_text()
    )


def test_the_page_names_each_job_and_how_often_it_runs():
    table = PAGE.partition("| job | how often |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", table, re.MULTILINE))
    assert rows == {job.name: SPANS[int(job.every.total_seconds())] for job in JOBS}


def test_the_table_of_upgrades_names_the_last_migrations():
    """A new migration: name it in the row Unreleased of docs/upgrading.md."""
    page = (ROOT / "docs" / "upgrading.md").read_text()
    apps, row = (
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in page.splitlines()
        if line.startswith(("| release |", "| Unreleased |"))
    )
    told = dict(zip(apps, row, strict=True))
    for app in ("collections_app", "history", "profiles"):
        last = max(path.name for path in (ROOT / app / "migrations").glob("0*.py"))
        assert told[app] == last[:4], f"docs/upgrading.md: {app} has {last}"


def test_the_version_has_its_place_in_the_changelog():
    assert f"## [{settings.RELEASE}]" in (ROOT / "CHANGELOG.md").read_text()


def test_files_of_others_have_their_notice():
    notices = (ROOT / "THIRD-PARTY.md").read_text()
    for path in (ROOT / "static" / "fonts").glob("*.woff2"):
        assert f"static/fonts/{path.name.split('-')[0]}-*.woff2" in notices


@pytest.mark.parametrize("name", [name for name in SCRIPTS if "." not in name])
def test_a_script_is_one(name):
    assert os.access(DEPLOY / name, os.X_OK)
    run(["sh", "-n", DEPLOY / name])


# --- The settings ------------------------------------------------------------------


@pytest.fixture
def settings_file(tmp_path):
    """As an operator leaves it: what stands in comments is set, and a key."""
    text = (DEPLOY / "animecollections.env.example").read_text()
    text = re.sub(r"^# ([A-Z_]+=)", r"\1", text, flags=re.MULTILINE)
    text = text.replace("SECRET_KEY=", f"SECRET_KEY={'of-this-test-alone-_' * 3}")
    text = text.replace("METRICS_TOKEN=", "METRICS_TOKEN=of-this-test-alone")
    path = tmp_path / "animecollections.env"
    path.write_text(text)
    return path


def run(command, **more):
    command = [shutil.which(command[0]), *command[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def variables(text):
    return dict(line.split("=", 1) for line in text.splitlines())


def as_shell(path):
    bare = ["env", "-i", "PATH=/usr/bin:/bin", "sh", "-c"]
    return variables(run([*bare, f"set -e -a; . {path}; env"]))


def as_systemd(path):
    """By systemd's rules; by itself where it runs (`make deployment` has one)."""
    if systemd_runs():
        bare = ["systemd-run", "--pipe", "--quiet", "-p"]
        return variables(run([*bare, f"EnvironmentFile={path}", "env"]))
    found = {}
    for line in path.read_text().splitlines():
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        name, value = line.split("=", 1)
        assert not set(value) & set("\\'\""), "this reader knows neither"
        found[name] = value.strip()
    return found


def systemd_runs():
    if not shutil.which("systemd-run"):
        return False
    asked = [shutil.which("systemctl"), "is-system-running"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return told.strip() in ("running", "degraded")


def as_docker(path):
    """By the rules of `docker run --env-file`, which needs a daemon: a line is taken as
    it stands, quotes and what follows a value too.
    """
    lines = [line.lstrip() for line in path.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and line[0] != "#")


def test_all_readers_read_the_settings_alike(settings_file):
    wanted = as_docker(settings_file)
    assert len(wanted) >= 10
    for read in (as_shell, as_systemd):
        found = read(settings_file)
        assert {name: found.get(name) for name in wanted} == wanted, read.__name__


def test_the_settings_are_known_and_fit_for_production(settings_file):
    known = (ROOT / "docs" / "settings.md").read_text()
    values = as_shell(settings_file)
    for name in as_docker(settings_file):
        assert f"`{name}`" in known, name
    # Which tests with a browser set in this process.
    unmarked = {**os.environ}
    unmarked.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=unmarked | values | {"DATABASE_URL": "sqlite://:memory:"},
    )


PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "of-this-test-alone-" * 3,
    "NUM_PROXIES": "1",
    "METRICS_TOKEN": "of-this-test-alone",
}


# --- nginx -------------------------------------------------------------------------


@contextmanager
def nginx(home, server, static):
    """A real one with the shipped file, whose paths and ports are of this test; yields
    its port for HTTPS and for HTTP.
    """
    secure, plain = free_port(), free_port()
    key, certificate = home / "key.pem", home / "certificate.pem"
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["-keyout", key, "-out", certificate]
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *named, *made])
    text = (DEPLOY / "nginx.conf").read_text()
    live = "/etc/letsencrypt/live/anime.example.org"
    for old, new in {
        "listen [::]:443 ssl http2;": "",
        "listen [::]:80;": "",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "127.0.0.1:8000": f"127.0.0.1:{server.port}",
        "server_name anime.example.org": "server_name localhost",
        f"{live}/fullchain.pem": str(certificate),
        f"{live}/privkey.pem": str(key),
        "/var/log/nginx": str(home),
        "/srv/animecollections/releases/current/staticfiles": str(static),
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    (home / "site.conf").write_text(text)
    (home / "nginx.conf").write_text(
        # As whoever owns the folders of a test, which nobody else may enter.
        f"{'user root; ' if os.geteuid() == 0 else ''}daemon off; pid {home}/pid;\n"
        f"events {{}}\nhttp {{ include /etc/nginx/mime.types; access_log off;\n"
        + "".join(
            f"{kind}_temp_path {home}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"include {home}/site.conf; }}\n"
    )
    log = home / "start.log"
    command = [shutil.which("nginx"), "-p", home, "-c", home / "nginx.conf", "-e", log]
    run([*command, "-t"])
    process = subprocess.Popen(command)
    try:
        wait_for(plain, process, log)
        yield secure, plain
    finally:
        process.terminate()
        process.wait(20)


def ask(client, path, **headers):
    client.request("GET", path, headers={"Host": "localhost"} | headers)
    answer = client.getresponse()
    return answer, answer.read()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx")
def test_behind_nginx(tmp_path):
    """Static files come compressed, both logs have one id, and no log a secret."""
    home = tmp_path / "nginx"
    home.mkdir()
    static = tmp_path / "static"
    static.mkdir()
    script = b"// some words, again and again\n" * 999
    (static / "a.0123456789ab.js").write_bytes(script)
    (static / "a.0123456789ab.js.gz").write_bytes(gzip.compress(script))
    with serve(tmp_path, **PRODUCTION) as server:
        with nginx(home, server, static) as (secure, plain):
            trusting = ssl.create_default_context(cafile=home / "certificate.pem")
            client = HTTPSConnection("localhost", secure, context=trusting, timeout=20)
            told, body = ask(
                client, "/static/a.0123456789ab.js", **{"Accept-Encoding": "gzip"}
            )
            assert told.headers["Content-Encoding"] == "gzip"
            assert len(body) < len(script) / 20
            assert gzip.decompress(body) == script
            assert "max-age=31536000" in told.headers["Cache-Control"]
            told, _ = ask(client, "/api/auth/session?token=s3cr3t-token")
            assert told.status == 400  # it takes no parameters
            own_id = told.headers["X-Request-Id"]
            for path in ("/metrics", "/readyz", "/healthz"):
                bearer = {"Authorization": "Bearer of-this-test-alone"}
                assert ask(client, path, **bearer)[0].status == 404
            referrer = {"Referer": "https://localhost/?q=s3cr3t-search"}
            assert (
                ask(client, "/api/nothing?q=s3cr3t-search", **referrer)[0].status == 404
            )
            client.close()
            client = HTTPConnection("localhost", plain, timeout=20)
            told, _ = ask(client, "/reset?token=s3cr3t-token")
            assert told.status == 301
            client.close()
        server.stop()
        ours = server.log.read_text()
    logs = {path.name: path.read_text() for path in home.glob("*.log")}
    assert own_id in logs["access.log"]
    assert own_id in ours
    assert '"GET /api/auth/session HTTP/1.1" 400' in logs["access.log"]
    for name, text in (logs | {"ours": ours}).items():
        assert "s3cr3t" not in text, name
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in (home / "site.conf").read_text()


# --- Caddy -------------------------------------------------------------------------


@contextmanager
def caddy(home, server):
    """A real one with the shipped file, whose site is of this test, with a certificate
    of its own authority; yields its port for HTTPS and for HTTP.
    """
    secure, plain = free_port(), free_port()
    text = (DEPLOY / "Caddyfile").read_text()
    own = (
        f"{{\n\tadmin off\n\tskip_install_trust\n\thttp_port {plain}\n"
        f"\thttps_port {secure}\n\tstorage file_system {home}\n"
    )
    first, _, rest = text.partition("{\n")
    site = "\tlog {\n"
    assert site in rest
    rest = rest.replace(site, f"{site}\t\toutput file {home}/access.log\n")
    (home / "Caddyfile").write_text(first + own + rest)
    log = home / "start.log"
    named = {
        "SITE": "localhost",
        "UPSTREAM": f"127.0.0.1:{server.port}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
    }
    told = ["--config", home / "Caddyfile", "--adapter", "caddyfile"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [shutil.which("caddy"), "run", *told],
            env=os.environ | named,
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(secure, process, log)
            yield secure, plain
        finally:
            process.terminate()
            process.wait(20)


def trusting(home, seconds=20):
    """Its authority, once Caddy has made it."""
    root = home / "pki/authorities/local/root.crt"
    for _ in range(seconds * 10):
        if root.exists() and [*home.glob("certificates/local/*/*.crt")]:
            return ssl.create_default_context(cafile=root)
        time.sleep(0.1)
    raise AssertionError((home / "start.log").read_text())


def send(client, path, body, **headers):
    client.request("POST", path, body, {"Content-Type": "application/json"} | headers)
    answer = client.getresponse()
    return answer, answer.read()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("caddy"), reason="NOT TESTED: deploy/Caddyfile")
def test_behind_caddy(tmp_path):
    """Over TLS: a sign-in whose cookie only HTTPS carries, a socket, large bodies, what
    is private, and no secret in a log.
    """
    home = tmp_path / "caddy"
    home.mkdir()
    with serve(tmp_path, **PRODUCTION) as server:
        with caddy(home, server) as (secure, plain):
            context = trusting(home)
            client = HTTPSConnection("localhost", secure, context=context, timeout=20)
            typed = {
                "user_name": "mia",
                "email": "mia@example.org",
                "password": "Right-Horse-7",
            }
            told, body = send(client, "/api/auth/signup", json.dumps(typed))
            assert told.status == 200, body
            [cookie] = [
                one.partition(";")[0]
                for one in told.headers.get_all("Set-Cookie")
                if one.startswith("__Host-sessionid=")  # it knows of the TLS
            ]
            own_id = told.headers["X-Request-Id"]
            assert told.headers["Strict-Transport-Security"]
            signed_in = {"Cookie": cookie}

            told, body = send(client, "/api/auth/ticket", "{}", **signed_in)
            ticket = json.loads(body)["data"]["ticket"]
            live = f"wss://localhost:{secure}/ws/user?ticket={ticket}"
            with connect(live, ssl=context) as device:
                assert json.loads(device.recv(10))["type"] == "hello"
                changed = '{"theme": "dark"}'
                path = "/api/user/preferences"
                assert send(client, path, changed, **signed_in)[0].status == 200
                assert json.loads(device.recv(10))["preferences"]["theme"] == "dark"

            # Ours says so where ours refuses, the proxy before it reads it all.
            large = b'{"image": "' + b"A" * 12_000_000 + b'"}'
            told, body = send(client, "/api/user/preferences", large, **signed_in)
            assert json.loads(body)["code"] == "too_large"
            client.close()
            assert sent_in_vain(secure, context, 17_000_000) == 413

            client = HTTPSConnection("localhost", secure, context=context, timeout=20)
            for path in ("/metrics", "/readyz", "/healthz"):
                bearer = {"Authorization": "Bearer of-this-test-alone"}
                assert ask(client, path, **bearer)[0].status == 404
            hidden = {"Referer": "https://localhost/?q=s3cr3t", "X-Other": "s3cr3t"}
            told, _ = ask(client, "/api/nothing?q=s3cr3t", **hidden)
            assert told.status == 404
            client.close()
            client = HTTPConnection("localhost", plain, timeout=20)
            told, _ = ask(client, "/reset?token=of-a-mail")
            assert told.status == 308
            assert told.headers["Location"].startswith("https://localhost")
            client.close()
        server.stop()
        ours = server.log.read_text()
    logged = (home / "access.log").read_text()
    assert "/api/auth/signup" in logged
    assert own_id in ours
    for text in (logged, ours, (home / "start.log").read_text()):
        for secret in ("s3cr3t", ticket, cookie.partition("=")[2], "Right-Horse-7"):
            assert secret not in text


def sent_in_vain(port, context, size):
    """The status that ends a body of so many bytes."""
    client = HTTPSConnection("localhost", port, context=context, timeout=20)
    client.putrequest("POST", "/api/uploadImage")
    client.putheader("Content-Length", str(size))
    client.endheaders()
    with suppress(OSError):
        for _ in range(size // 100_000):
            client.send(b"A" * 100_000)
    with client.getresponse() as told:
        client.close()
        return told.status
