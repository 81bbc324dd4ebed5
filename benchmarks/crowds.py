"""What one client's long work does to others, against a server that runs.

    python benchmarks/crowds.py URL [PID]

Signs up made-up people. One uploads a list of 20,000 rows and changes its policy six
times at once, while another asks for their own list. Then four upload 18 MB each at
once. With the server's PID, its peak memory is told. Raise `THROTTLE_SCALE` for it.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from uuid import uuid4

ROWS = 20_000
POLICIES = ["keep", "overwrite", "max_progress", "newest", "keep", "overwrite"]


class Person:
    def __init__(self, site):
        self.site, self.token = site, ""
        name = uuid4().hex[:12]
        account = {"email": f"{name}@example.org", "password": "Right-Horse-7"}
        self.ask("POST", "/api/auth/signup", account | {"user_name": name})
        self.token = self.ask("POST", "/api/auth/token", account)[1]["data"]["access"]

    def ask(self, method, path, body=None):
        """(status, body) of an answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310
            self.site + path, data if body is not None else None, method=method
        )
        is_file = isinstance(body, bytes)
        kind = "application/octet-stream" if is_file else "application/json"
        request.add_header("Content-Type", kind)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as failure:
            return failure.code, json.loads(failure.read())


def a_list(rows, notes):
    animes = "".join(
        f"<anime><series_animedb_id>{id_}</series_animedb_id>"
        f"<series_title>Title {id_}</series_title><my_status>Watching</my_status>"
        f"<my_watched_episodes>{id_ % 12}</my_watched_episodes>"
        f"<my_comments>{notes}</my_comments></anime>"
        for id_ in range(1, rows + 1)
    )
    return f"<myanimelist>{animes}</myanimelist>".encode()


def timed(call):
    began = time.perf_counter()
    return call(), time.perf_counter() - began


def at_once(calls):
    """(status, seconds) of each."""
    with ThreadPoolExecutor(len(calls)) as pool:
        done = list(pool.map(timed, calls))
    return [(answer[0], round(seconds, 1)) for answer, seconds in done]


def watching(person, is_over):
    """The longest that somebody waited for their list meanwhile."""
    longest = 0.0
    while not is_over.is_set():
        _, seconds = timed(lambda: person.ask("GET", "/api/user/watchList?limit=20"))
        longest = max(longest, seconds)
        time.sleep(0.05)
    return longest


def crowd(name, other, calls):
    is_over = Event()
    with ThreadPoolExecutor(1) as pool:
        longest = pool.submit(watching, other, is_over)
        done, seconds = timed(lambda: at_once(calls))
        is_over.set()
        print(f"{name}: {seconds:.1f} s, {done}")
        print(f"   another person's list took {longest.result():.2f} s at the longest")


def main(site, pid=None):
    mia, other = Person(site), Person(site)
    other.ask("POST", "/api/user/watchList", {"animeId": 1, "type": "Watching"})
    small = a_list(ROWS, "seen")
    (status, body), took = timed(lambda: mia.ask("POST", "/api/user/imports", small))
    print(f"upload of {ROWS} rows, {len(small) // 1024} KB: {status}, {took:.1f} s")
    plan = f"/api/user/imports/{body['data']['id']}"
    answer, took = timed(lambda: mia.ask("PATCH", plan, {"policy": "keep"}))
    print(f"another policy, alone: {answer[0]}, {took:.1f} s")
    changes = [
        lambda policy=policy: mia.ask("PATCH", plan, {"policy": policy})
        for policy in POLICIES
    ]
    crowd("six policies at once", other, changes)
    large = a_list(ROWS, "seen " * 160)
    people = [Person(site) for _ in range(4)]
    uploads = [
        lambda person=person: person.ask("POST", "/api/user/imports", large)
        for person in people
    ]
    crowd(f"four lists of {len(large) // 1024**2} MB at once", other, uploads)
    if pid:
        told = Path(f"/proc/{pid}/status").read_text()
        [peak] = [line for line in told.splitlines() if line.startswith("VmHWM")]
        print(f"peak memory of the server: {int(peak.split()[1]) // 1024} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
