"""A day of many people: what a server bears, and where it ends.

    python manage.py seed_demo --users 2000
    pip install locust
    locust -f benchmarks/loadtest.py --host http://127.0.0.1:8000 \
           --users 100 --spawn-rate 10 --run-time 5m --headless

The server wants THROTTLE_SCALE=1000000, and its own machine: locust needs cores too.
People of seed_demo sign in once, then read their list (most often unchanged: 304),
count episodes, look for titles and sync.
"""
# ruff: noqa: S311  (nothing here is a secret)

import random

from locust import HttpUser, between, task

PASSWORD = "Demo-Anime-7"
PEOPLE = 2000
WORDS = ("naruto", "one piece", "deth note", "fate", "gintama", "銀魂", "monster")


class Viewer(HttpUser):
    wait_time = between(0.5, 3)

    def on_start(self):
        number = random.randint(1, PEOPLE)
        body = {"email": f"demo{number}@demo.example.org", "password": PASSWORD}
        self.client.post("/api/auth/signin", json=body)
        self.etag = self.cursor = ""
        self.listed = []
        self.read_list()

    @task(10)
    def read_list(self):
        headers = {"If-None-Match": self.etag} if self.etag else {}
        answer = self.client.get("/api/user/watchList", headers=headers)
        if answer.status_code == 200:
            self.etag = answer.headers["ETag"]
            self.listed = [entry["anime_id"] for entry in answer.json()["data"]]
            self.cursor = answer.json()["meta"]["cursor"]

    @task(3)
    def watch_an_episode(self):
        if self.listed:
            self.client.post(
                f"/api/user/watchList/{random.choice(self.listed)}/increment",
                json={},
                name="/api/user/watchList/…/increment",
            )

    @task(2)
    def search(self):
        word = random.choice(WORDS)
        name = "/api/animes?search=…"
        self.client.get("/api/animes", params={"search": word}, name=name)

    @task(2)
    def sync(self):
        name = "/api/user/sync?cursor=…"
        self.client.get("/api/user/sync", params={"cursor": self.cursor}, name=name)
