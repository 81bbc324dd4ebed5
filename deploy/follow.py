"""Follows docs/deployment.md, command by command, on a clean Debian 12.

    python deploy/follow.py [folder for the Debian, made where it is missing]

As root, with debootstrap, systemd-nspawn, ip and nft (`apt-get install debootstrap
systemd-container iproute2 nftables`). Debian boots in a container, with its systemd and
a network of its own; every block of `sh` on the page runs there, in order. Three things
are not as on the page: the repository is this one, the certificate is made here (there
is no authority to ask), and the name leads to the machine itself. Under the upgrade and
the way back people read and write through nginx; then it is booted once more.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "deployment.md"
NAME = "anime.example.org"
REPOSITORY = "https://git.example.org/animecollections.git"
LIVE = f"/etc/letsencrypt/live/{NAME}"
NETWORK, HERE, THERE = "anime-try", "10.77.0.1", "10.77.0.2"
CERTIFICATE = f"""mkdir -p {LIVE}
openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN={NAME} \
    -addext subjectAltName=DNS:{NAME} -addext basicConstraints=critical,CA:true \
    -keyout {LIVE}/privkey.pem -out {LIVE}/fullchain.pem 2>/dev/null
cp {LIVE}/fullchain.pem /usr/local/share/ca-certificates/try.crt
update-ca-certificates >/dev/null 2>&1
"""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Whatever a shell reads in the settings, systemd gave to the worker.
READ_ALIKE = r"""worker='animecollections-worker@*'
pid=$(systemctl show --property=MainPID --value "$worker")
tr '\0' '\n' </proc/$pid/environ | sort >/tmp/systemd
env -i sh -c 'set -a; . /etc/animecollections.env; env' | sort >/tmp/shell
grep --quiet ^SECRET_KEY=.. /tmp/shell
test -z "$(comm -23 /tmp/shell /tmp/systemd | grep -v ^PWD=)"
"""
# As the page says of a restore.
RESTORE = """systemctl stop animecollections-web.socket 'animecollections-worker@*'
cd /srv/animecollections/releases/current
deploy/manage restore --yes "$(ls -d /backups/*Z | tail -n 1)"
deploy/switch
deploy/manage doctor
"""
LOAD = Path(__file__).with_name("load.py")


def run(*command, **more):
    return subprocess.run(command, check=True, text=True, **more)


class Debian:
    def __init__(self, folder):
        self.folder, self.process = folder, None

    def make(self):
        if not (self.folder / "etc").exists():
            run("debootstrap", "bookworm", self.folder, stdout=subprocess.DEVNULL)
        shutil.copy("/etc/resolv.conf", self.folder / "etc")
        with (self.folder / "etc" / "hosts").open("a") as hosts:
            hosts.write(f"127.0.0.1 {NAME}\n")
        # Where packages come through a proxy, pip has to trust it.
        bundle = "usr/local/share/packages.pem"
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", self.folder / bundle)
        (self.folder / "etc" / "pip.conf").write_text(f"[global]\ncert = /{bundle}\n")
        source = self.folder / "srv" / "source.git"
        run("git", "clone", "--quiet", "--bare", ROOT, source)
        git = self.folder / "etc" / "gitconfig"
        git.write_text("[safe]\n directory = *\n")

    def boot(self):
        self.process = subprocess.Popen(
            [
                "systemd-nspawn",
                "--quiet",
                "--boot",
                f"--directory={self.folder}",
                f"--network-namespace-path=/run/netns/{NETWORK}",
                "--resolv-conf=off",
                "--register=no",
                "--keep-unit",
            ],
            env={"PATH": PATH, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(60):
            time.sleep(1)
            told = self.do("systemctl is-system-running", check=False)
            if told.strip() in ("running", "degraded"):
                return
        raise SystemExit("It does not boot.")

    def halt(self):
        if self.process is not None:
            self.do("systemctl --no-block poweroff", check=False)
            self.process.wait(60)

    def begin(self, *command, **more):
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        [leader] = " ".join(path.read_text() for path in threads).split()
        inside = [
            "nsenter",
            "-t",
            leader,
            "-m",
            "-u",
            "-i",
            "-n",
            "-p",
            "-C",
            "env",
            "-i",
        ]
        more |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        # No language: none is installed on a clean Debian.
        given = [f"PATH={PATH}", "HOME=/root", "DEBIAN_FRONTEND=noninteractive"]
        return subprocess.Popen([*inside, *given, *command], **more)

    def do(self, script, *, check=True):
        """As typed into one shell, which ends at the first command that fails."""
        try:
            process = self.begin("bash", "-e", "-x" if check else "-e", "-c", script)
        except ValueError:  # it has no process yet
            return ""
        told, _ = process.communicate()
        if check and process.returncode:
            raise SystemExit(f"{told}\nIt failed (status {process.returncode}).")
        return told


@contextmanager
def network():
    """A pair of wires, and the way out through this machine."""
    forward = Path("/proc/sys/net/ipv4/ip_forward")
    before, table = forward.read_text(), "animecollections_try"
    inside = ["ip", "-n", NETWORK]
    try:
        run("ip", "netns", "add", NETWORK)
        run("ip", "link", "add", "ve-anime", "type", "veth", "peer", "host0")
        run("ip", "link", "set", "host0", "netns", NETWORK)
        run("ip", "address", "add", f"{HERE}/24", "dev", "ve-anime")
        run("ip", "link", "set", "ve-anime", "up")
        run(*inside, "link", "set", "lo", "up")
        run(*inside, "address", "add", f"{THERE}/24", "dev", "host0")
        run(*inside, "link", "set", "host0", "up")
        run(*inside, "route", "add", "default", "via", HERE)
        forward.write_text("1")
        rule = f"ip saddr {THERE} oifname != ve-anime masquerade"
        hook = "type nat hook postrouting priority 100;"
        run("nft", f"table ip {table} {{\nchain out {{\n{hook}\n{rule}\n}}\n}}")
        yield
    finally:
        forward.write_text(before)
        subprocess.run(["nft", "delete", "table", "ip", table], check=False)
        subprocess.run(["ip", "link", "delete", "ve-anime"], check=False)
        subprocess.run(["ip", "netns", "delete", NETWORK], check=False)


def blocks(heading):
    """The commands of a chapter, as one script."""
    chapter = PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^```sh\n(.*?)^```$", chapter, re.MULTILINE | re.DOTALL)
    script = "\n".join(found).replace(REPOSITORY, "/srv/source.git")
    # The certificate is made here; certbot's line goes on to the last backslash.
    return re.sub(
        r"^certbot (?:.*\\\n)*.*\n", lambda _: CERTIFICATE, script, flags=re.M
    )


def step(says, work):
    began = time.monotonic()
    print(f"{says} …", flush=True)
    told = work()
    print(f"  {time.monotonic() - began:.0f} s", flush=True)
    return told


def under_load(debian, script):
    """Runs it while people read and write; what their answers were."""
    load = debian.begin("python3", "-c", LOAD.read_text(), NAME, stdin=subprocess.PIPE)
    time.sleep(3)
    debian.do(script)
    time.sleep(3)
    told, _ = load.communicate("enough\n")
    statuses = json.loads(told.splitlines()[-1])
    print(f"  {sum(statuses.values()):,} requests: {statuses}", flush=True)
    if set(statuses) != {"200"}:
        raise SystemExit("Requests were lost.")


def follow(debian):
    step("A clean Debian boots", debian.boot)
    step(
        "From nothing",
        lambda: debian.do(blocks("From nothing to a served installation")),
    )
    debian.do('test -n "$(ls /backups)"; test "$(stat -c %a /backups)" = 700')
    debian.do(f"curl -fsS https://{NAME}/ | grep -qi '<!doctype html>'")
    debian.do(READ_ALIKE)
    upgrade = blocks("Upgrading without a gap")
    step("An upgrade, under load", lambda: under_load(debian, upgrade))
    back = "$(ls -d /srv/animecollections/releases/2*/ | head -n 1)deploy/switch"
    step("The way back, under load", lambda: under_load(debian, back))
    running = "systemctl list-units --plain --no-legend 'animecollections-web@*'"
    debian.do(f"test $({running} | wc -l) = 1")
    step("A restore", lambda: debian.do(RESTORE))
    debian.halt()
    step("It boots once more", debian.boot)
    time.sleep(10)
    debian.do(f"curl -fsS https://{NAME}/api/auth/session")
    debian.do(
        'curl -sS http://127.0.0.1:8000/readyz | grep -q \'"database":{"ok":true\''
    )
    failed = debian.do("systemctl --failed --plain --no-legend", check=False)
    if "animecollections" in failed:
        raise SystemExit(failed)


def main():
    with ExitStack() as stack:
        given = sys.argv[1:] or [stack.enter_context(tempfile.TemporaryDirectory())]
        debian = Debian(Path(given[0]).resolve())
        step("Debian is made", debian.make)
        stack.enter_context(network())
        stack.callback(debian.halt)
        follow(debian)
        print("From nothing to an upgraded installation: nothing was missing.")


if __name__ == "__main__":
    main()
