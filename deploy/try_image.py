"""Does what the Dockerfile says in a clean Debian, where no container engine is.

    python deploy/try_image.py [folder for the Debian, kept; else made and removed]

As root, with debootstrap (`make image`). The steps are read from the Dockerfile itself.
Each stage is a folder, each RUN a chroot. Then the last stage serves as its user, on a
file system that is read-only but for /data and /tmp, until its health check is content;
it takes a write and makes a backup; the worker runs; SIGTERM ends the server.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PORT = 8477
SETTINGS = {
    "SECRET_KEY": "of-this-try-alone-" * 4,
    "ALLOWED_HOSTS": "localhost",
    "PUBLIC_URL": f"http://localhost:{PORT}",
    "FROM_EMAIL": "noreply@example.org",
    "PORT": str(PORT),
    "NUM_PROXIES": "1",  # which this program stands for
}


def run(*command, **more):
    return subprocess.run([*map(str, command)], check=True, text=True, **more)


def instructions():
    """(word, rest) of each line of the Dockerfile, continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


class Stage:
    def __init__(self, folder):
        self.folder, self.place = folder, "/"
        self.environment, self.user = {"PATH": PATH}, "0:0"
        self.entrypoint, self.command, self.health = [], [], []

    def inside(self, path):
        return self.folder / str(Path(self.place) / path).lstrip("/")

    def run(self, command):
        shell = f"cd {shlex.quote(self.place)} && {command}"
        environment = {**self.environment, "SSL_CERT_FILE": BUNDLE, "PIP_CERT": BUNDLE}
        with mounted(self.folder):
            run("chroot", self.folder, "sh", "-ec", shell, env=environment)

    def copy(self, sources, target, origin):
        to = self.inside(target)
        for source in sources:
            found = origin / source.lstrip("/") if source != "." else None
            if found is None:
                copy_context(to)
            elif found.is_dir():
                run("cp", "-a", f"{found}/.", made(to))
            else:
                into = target.endswith("/") or len(sources) > 1
                path = to / found.name if into else to
                made(path.parent)
                shutil.copy(found, path)


BUNDLE = "/usr/local/share/packages.pem"  # where packages come through a proxy


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def copy_context(to):
    """What .dockerignore leaves of the tracked files."""
    tracked = run("git", "-C", ROOT, "ls-files", "-co", "--exclude-standard",
                  stdout=subprocess.PIPE).stdout.split("\n")  # fmt: skip
    for name in filter(None, tracked):
        if is_sent(name) and (ROOT / name).is_file():
            made((to / name).parent)
            shutil.copy(ROOT / name, to / name)


def is_sent(name):
    """By .dockerignore: `*`, then `!path`, then `**/name`."""
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    sent = False
    for rule in rules:
        if rule.startswith("!"):
            path = Path(name)
            sent |= any(
                one.match(rule[1:]) for one in (path, *path.parents) if str(one) != "."
            )
        elif rule.startswith("**/"):
            sent &= rule[3:] not in Path(name).parts
    return sent


@contextmanager
def mounted(folder):
    """The devices and processes that programs look for."""
    with ExitStack() as stack:
        for name in ("proc", "dev"):
            run("mount", "--rbind", f"/{name}", made(folder / name))
            run("mount", "--make-rslave", folder / name)
            stack.callback(run, "umount", "--recursive", "--lazy", folder / name)
        yield


def debian(folder):
    if not (folder / "etc").exists():
        run(
            "debootstrap",
            "--variant=minbase",
            "bookworm",
            folder,
            stdout=subprocess.DEVNULL,
        )
    shutil.copy("/etc/resolv.conf", folder / "etc")
    made((folder / BUNDLE[1:]).parent)
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder / BUNDLE[1:])
    return folder


def build(work, base):
    """The last stage."""
    stages, stage = {}, None
    for word, rest in instructions():
        match word:
            case "ARG":
                pass
            case "FROM":
                source, _, name = rest.partition(" AS ")
                folder = work / f"stage-{len(stages)}"
                origin = stages.get(source)
                run("cp", "-a", origin.folder if origin else base, folder)
                stage = Stage(folder)
                stages[name or "last"] = stage
                print(f"FROM {rest}", flush=True)
            case "COPY":
                parts = rest.split()
                origin = ROOT
                if parts[0].startswith("--from="):
                    origin = stages[parts.pop(0).removeprefix("--from=")].folder
                stage.copy(parts[:-1], parts[-1], origin)
            case "RUN":
                began = time.monotonic()
                stage.run(rest)
                print(f"  {rest}: {time.monotonic() - began:.0f} s", flush=True)
            case "WORKDIR":
                stage.place = rest
                made(stage.inside("."))
            case "ENV":
                stage.environment |= dict(
                    part.split("=", 1) for part in shlex.split(rest)
                )
            case "USER":
                stage.user = rest
            case "ENTRYPOINT":
                stage.entrypoint = json.loads(rest)
            case "CMD":
                stage.command = json.loads(rest)
            case "HEALTHCHECK":
                stage.health = json.loads(rest.partition("CMD ")[2])
    return stages["last"]


class Container:
    """The last stage as it would run: read-only, as its user, without capabilities."""

    def __init__(self, stage, data):
        self.stage, self.data = stage, data

    def start(self, *command, **more):
        root, (uid, gid) = self.stage.folder, self.stage.user.split(":")
        # chroot needs what setpriv then takes away.
        script = f"""
            mount --bind {root} {root}
            mount -o remount,bind,ro {root}
            mount --bind {self.data} {root}/data
            mount -t tmpfs tmpfs {root}/tmp
            mount -t proc proc {root}/proc
            mount --rbind /dev {root}/dev
            cd {root}
            exec chroot . setpriv --reuid={uid} --regid={gid} --clear-groups \\
                --bounding-set=-all --no-new-privs "$@"
        """
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child=SIGTERM",
             "--propagation=private", "sh", "-ec", script, "sh", *command],
            env={**self.stage.environment, **SETTINGS},
            text=True, **more,
        )  # fmt: skip

    def run(self, *command, check=True):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = self.start(*command, **pipes)
        said, _ = process.communicate()
        if check and process.returncode:
            raise SystemExit(f"{said}\n{command} failed ({process.returncode}).")
        return said


PROXIED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


def fetch(path):
    request = urllib.request.Request(f"http://localhost:{PORT}{path}", headers=PROXIED)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read()


def call(method, path, body=None, headers=()):
    request = urllib.request.Request(
        f"http://localhost:{PORT}{path}",
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={**PROXIED, "Content-Type": "application/json", **dict(headers)},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer), answer.headers


def serve(container):
    entry = container.stage.entrypoint
    print(container.run(*entry, "migrate", "-v0") or "migrated", flush=True)
    # The root is read-only, and it is no root.
    said = container.run(
        "/bin/sh", "-c", "id -u; touch /app/x 2>&1; touch /data/x", check=False
    )
    if "10001" not in said or "Read-only" not in said:
        raise SystemExit(f"It can write its own files, or is root: {said}")
    server = container.start(*entry, *container.stage.command)
    try:
        for _ in range(60):
            time.sleep(1)
            if healthy(container):
                break
        else:
            raise SystemExit("Its health check is never content.")
        account = {
            "email": "a@example.org",
            "password": "Right-Horse-7",
            "user_name": "anna",
        }
        call("POST", "/api/auth/signup", account)
        tokens, _ = call(
            "POST", "/api/auth/token", {k: account[k] for k in ("email", "password")}
        )
        bearer = {"Authorization": f"Bearer {tokens['data']['access']}"}
        call("PATCH", "/api/user/preferences", {"theme": "dark"}, bearer)
        [script, *_] = re.findall(rb'src="(/static/[^"]+\.js)"', fetch("/"))
        fetch(script.decode())
        print(container.run(*entry, "backup", "/data/backups").strip(), flush=True)
        print(container.run(*entry, "doctor").strip()[-200:], flush=True)
        worker = container.start(*entry, "worker", stderr=subprocess.DEVNULL)
        time.sleep(5)
        if worker.poll() is not None:
            raise SystemExit("The worker ended.")
        end(worker)
    finally:
        began = time.monotonic()
        end(server)
    print(f"SIGTERM ended it within {time.monotonic() - began:.0f} s.", flush=True)


def end(process):
    """As an engine does: the signal goes to the first process inside."""
    asked = ["pgrep", "-P", str(process.pid)]
    inner = subprocess.run(asked, capture_output=True, text=True, check=False)
    for pid in inner.stdout.split():
        os.kill(int(pid), signal.SIGTERM)
    process.wait(40)


def healthy(container):
    check = container.start(*container.stage.health, stderr=subprocess.DEVNULL)
    return check.wait() == 0


def main():
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        base = debian(Path(sys.argv[1]).resolve() if sys.argv[1:] else work / "debian")
        last = build(work, base)
        data = made(work / "data")
        os.chown(data, 10001, 10001)
        serve(Container(last, data))
        print("The image's steps build what serves: nothing was missing.")


if __name__ == "__main__":
    main()
