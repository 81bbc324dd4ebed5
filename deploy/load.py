"""People who sign up, and read and write as fast as they may, until a line comes on
standard input; then the statuses of their answers as JSON. Python alone is enough for
it: follow.py runs it on a clean Debian.
"""

import json
import sys
import threading
import time
from collections import Counter
from http.client import HTTPException, HTTPSConnection
from secrets import token_hex

PEOPLE = 12
PAUSE = 0.22  # seconds; of 300 writes a minute
JSON = {"Content-Type": "application/json"}
SEARCHES = "/api/user/searchHistory"

PASSWORD = "Right-Horse-7"
seen = Counter()
is_over = threading.Event()


class Person:
    def __init__(self, host):
        self.client = HTTPSConnection(host, timeout=60)
        name = f"p{token_hex(6)}"
        account = {"email": f"{name}@example.org", "user_name": name}
        _, answer = self.ask(
            "POST", "/api/auth/signup", account | {"password": PASSWORD}
        )
        token = {"email": account["email"], "password": PASSWORD}
        _, answer = self.ask("POST", "/api/auth/token", token)
        self.bearer = {"Authorization": f"Bearer {answer['data']['access']}"}

    def ask(self, method, path, body=None, **headers):
        sent = json.dumps(body) if body is not None else None
        self.client.request(method, path, sent, JSON | headers)
        answer = self.client.getresponse()
        return answer.status, json.loads(answer.read())

    def live(self):
        while not is_over.is_set():
            time.sleep(PAUSE)
            for method, body in (("GET", None), ("POST", {"query": "mushishi"})):
                try:
                    status, _ = self.ask(method, SEARCHES, body, **self.bearer)
                    seen[status] += 1
                except (OSError, HTTPException) as error:
                    seen[repr(error)] += 1
                    self.client.close()


def main():
    people = [Person(sys.argv[1]) for _ in range(PEOPLE)]
    threads = [threading.Thread(target=person.live) for person in people]
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    is_over.set()
    for thread in threads:
        thread.join()
    print(json.dumps(seen))


main()
