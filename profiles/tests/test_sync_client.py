"""The client of docs/sync.md, as it stands there, on a network that loses things."""

import json
import random
import re
import types
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.conf import settings

from animecollections.tests.serving import serve
from factories import AnimeFactory, UserFactory
from history.models import Change, UserState
from profiles.tests.device import listed
from profiles.tests.sockets import Api, by_cookie, cookie_of

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
SESSIONS = 8
TITLES = range(100, 106)


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    home = tmp_path_factory.mktemp("sync-client")
    with serve(home, LIVE_PING_SECONDS="1") as server:
        yield server


@pytest.fixture
def client_class(monkeypatch):
    """Executed from the page; only its patience is shortened."""
    page = (settings.BASE_DIR / "docs" / "sync.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    module = types.ModuleType("client")
    exec(code, module.__dict__)  # noqa: S102  (our own page)
    module.time = types.SimpleNamespace(sleep=lambda seconds: None)
    return module.Client


class LossyNetwork:
    """Loses every fourth request or so, before it arrives or after it was answered."""

    def __init__(self, api, seed):
        self.api, self.chance, self.lost = api, random.Random(seed), 0

    def __call__(self, method, path, body, headers):
        fate = self.chance.random()
        if fate < 0.12:
            self.lost += 1
            raise ConnectionError("never arrived")
        answer = self.api(method, path, body, **headers)
        if fate > 0.88:
            self.lost += 1
            raise ConnectionError("its answer never arrived")
        return answer


def happen(client, chance, titles):
    """Something the user does on a device."""
    anime_id = chance.choice(titles)
    path = "/api/user/watchList"
    match chance.randrange(6):
        case 0:
            client.write("DELETE", path, {"animeId": anime_id})
        case 1:
            client.write("POST", f"{path}/{anime_id}/increment", {"by": 1})
        case 2:
            query = {"query": str(chance.randrange(10))}
            client.write("POST", "/api/user/searchHistory", query)
        case 3 if chance.random() < 0.3:
            client.write("DELETE", "/api/user/searchHistory", None)
        case _:
            body = {
                "animeId": anime_id,
                "type": chance.choice(["Watching", "To Watch"]),
            }
            client.write("POST", path, body)


def live(server, cookie, device, seed):
    """Writes and listens; its socket is dropped now and then, with what it holds."""
    chance = random.Random(seed)
    for _ in range(SESSIONS):
        with by_cookie(server, cookie) as socket:
            for _ in range(chance.randrange(8)):
                for _ in range(chance.randrange(3)):
                    happen(device, chance, TITLES)
                if chance.random() < 0.7:
                    device.send()
                listen(device, socket, chance.randrange(4))
    device.send()


def listen(device, socket, messages):
    try:
        for _ in range(messages):
            device.hear(json.loads(socket.recv(0.02)))
    except TimeoutError:
        return


def hear_to_the_end(server, cookie, device):
    """What a ping tells is that nothing more is to be told."""
    with by_cookie(server, cookie) as socket:
        kind = None
        while kind != "ping":
            message = json.loads(socket.recv(10))
            device.hear(message)
            kind = message["type"]


def test_two_devices_end_with_the_list_whatever_is_lost(
    server, client_class, client, alice
):
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    for anime_id in TITLES:
        AnimeFactory(id=anime_id)
    networks = [LossyNetwork(Api(server, cookie), seed) for seed in (1, 2)]
    devices = [client_class(network) for network in networks]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(partial(live, server, cookie), devices, (1, 2)))
    assert all(network.lost > 5 for network in networks)
    for device in devices:
        hear_to_the_end(server, cookie, device)
        assert device.entries == listed(client)
        history = client.get("/api/user/searchHistory").json()["data"]
        assert device.wholes["searchHistory"] == history
    newest = UserState.objects.get(user=alice).revision
    assert Change.objects.filter(user=alice).count() == newest > 20


def test_a_write_whose_answer_is_lost_is_done_once(server, client_class):
    alice = UserFactory()
    AnimeFactory(id=100)
    api = Api(server, cookie_of(alice))
    api.add(100)
    answers = []

    def fetch(*request):
        method, path, body, headers = request
        answers.append(api(method, path, body, **headers))
        if len(answers) < 4:
            raise ConnectionError("lost")
        return answers[-1]

    device = client_class(fetch)
    device.write("POST", "/api/user/watchList/100/increment", {"by": 1})
    device.send()
    assert [status for status, _ in answers] == [200] * 4
    device.sync()
    assert device.entries["100"]["progress"] == 1


def test_a_cursor_that_ended_is_overcome(server, client_class, client, alice):
    AnimeFactory(id=100)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    api = Api(server, cookie)
    device = client_class(lambda *request: api(*request[:3], **request[3]))
    device.sync()
    device.entries["999"] = "of another time"
    UserState.objects.filter(user=alice).update(epoch=1)
    api.add(100)
    device.sync()
    assert device.entries == listed(client)
