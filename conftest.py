"""The cast, their clients, and query budgets."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from animecollections.api import throttling
from animecollections.api.response_cache import bodies
from animecollections.databases import CITUS
from animecollections.tests import shards
from animecollections.tests.owners import refuse_unowned
from animecollections.tests.shards import none_of_many_shards
from collections_app.catalogue.search import spelling
from collections_app.catalogue.title_cache import held
from collections_app.imports.recognition import candidates_named
from collections_app.models import Anime
from collections_app.watch_list import own_titles
from factories import AnimeFactory, UserFactory
from profiles.accounts.hashers import PooledArgon2Hasher
from profiles.accounts.services import start_session
from profiles.models import User

OLD_KEY = 32  # characters
BOOKKEEPING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--needs-database",
        action="store_true",
        help="only tests that use the database: others say the same with any other",
    )
    parser.addoption(
        "--one-of-each",
        action="store_true",
        help="of each test function one case: what another Python may lack",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if os.environ.get("CI"):
        let_pages_try_twice(items)
    count_coverage_once(items)
    if config.getoption("--needs-database"):
        keep(config, items, uses_database)
    if settings.DATABASES["default"]["ENGINE"] == CITUS:
        leave_out_what_one_machine_does(items)
    if config.getoption("--one-of-each"):
        seen: set[str] = set()
        keep(config, items, lambda item: is_first(item, seen))


def leave_out_what_one_machine_does(items: list[pytest.Item]) -> None:
    """Each says why by its mark."""
    for item in items:
        if mark := item.get_closest_marker("one_machine"):
            item.add_marker(pytest.mark.skip(reason=f"of one machine: {mark.args[0]}"))


def keep(
    config: pytest.Config,
    items: list[pytest.Item],
    is_wanted: Callable[[pytest.Item], bool],
) -> None:
    kept, left_out = [], []
    for item in items:
        (kept if is_wanted(item) else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def let_pages_try_twice(items: list[pytest.Item]) -> None:
    """A browser on a machine that others use too may stand still for seconds. One such
    test of thousands must not turn a good change away; a fault of ours fails twice, and
    the report names what needed its second try (R). At a developer's desk all fail.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def count_coverage_once(items: list[pytest.Item]) -> None:
    """Of each test function in its first case. The others bring other values down the
    same lines, and to trace them takes as much CPU again as to run them.
    """
    seen: set[str] = set()
    for item in items:
        if not is_first(item, seen):
            item.add_marker(pytest.mark.no_cover)


def is_first(item: pytest.Item, seen: set[str]) -> bool:
    function = item.nodeid.partition("[")[0]
    is_new = function not in seen
    seen.add(function)
    return is_new


def uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db"} & {*getattr(item, "fixturenames", ())}
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True, scope="session")
def _cheap_hashes() -> Iterator[None]:
    """Nearly every test makes people, and at its real cost each hash takes 20 ms of CPU
    and more: that was a fifth of the suite.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PooledArgon2Hasher, "time_cost", 1)
        patch.setattr(PooledArgon2Hasher, "memory_cost", 8)  # KiB, the least there is
        yield


@pytest.fixture(autouse=True, scope="session")
def _counters_closed() -> Iterator[None]:
    yield
    shards.close()


@pytest.fixture(autouse=True)
def _fresh_rates() -> None:
    """Rates are counted in process and cache; no test eats another's."""
    cache.clear()
    caches["process"].clear()
    throttling.tally.forget()


@pytest.fixture(autouse=True)
def _nothing_held() -> None:
    """Tests make titles of the same ids, next to the service that counts revisions."""
    held.forget()
    spelling.forget()  # words of a minute ago would serve the next test's search
    bodies.forget()
    own_titles.listed.forget()
    own_titles.listed_or_watched.forget()
    candidates_named.cache_clear()


@pytest.fixture(autouse=True)
def _media_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for `prepares` is tried both ways where PostgreSQL can prepare."""
    if "prepares" in metafunc.fixturenames and connection.vendor == "postgresql":
        metafunc.parametrize(
            "prepares", [False, True], ids=["plain", "prepared"], indirect=True
        )


@pytest.fixture
def prepares(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections keep hot statements prepared from here on, or do not (db/hot.py)."""
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict, "PREPARES", request.param)
        connection.close()
        connection.ensure_connection()
    yield
    connection.close()


@pytest.fixture
def alice(db: None) -> User:
    return UserFactory(user_name="alice")


@pytest.fixture
def stranger(db: None) -> User:
    return UserFactory(user_name="stranger")


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(user_name="staff", is_staff=True, is_superuser=True)


@pytest.fixture
def death_note(db: None) -> Anime:
    return AnimeFactory(id=1535, title="Death Note", episodes=37)


class WatchedClient(APIClient):
    """One whose requests to the API touch no user's rows without saying whose, and so
    ask no more than one shard where the database is spread.
    """

    def request(self, **request: Any) -> Any:
        path = request.get("PATH_INFO", "")
        if not path.startswith("/api/"):
            return super().request(**request)
        with (
            self.of_one_shard(f"{request.get('REQUEST_METHOD')} {path}"),
            connection.execute_wrapper(refuse_unowned),
        ):
            return super().request(**request)

    def of_one_shard(self, what: str) -> AbstractContextManager[None]:
        """But for a session's key of the release before, which is looked for on all,
        and for what is about all whom somebody follows.
        """
        cookie = self.cookies.get(settings.SESSION_COOKIE_NAME)
        is_older = cookie is not None and len(cookie.value) == OLD_KEY
        spans_people = what.endswith("/api/user/feed")
        return nullcontext() if is_older or spans_people else none_of_many_shards(what)


def signed_in(user: User) -> APIClient:
    """A client that carries a session cookie, as a browser does."""
    client = WatchedClient()
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    start_session(session, user)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def visitor() -> APIClient:
    return WatchedClient()


@pytest.fixture
def client(alice: User) -> APIClient:
    """Alice's browser."""
    return signed_in(alice)


@pytest.fixture
def other_client(stranger: User) -> APIClient:
    """The stranger's browser."""
    return signed_in(stranger)


@pytest.fixture
def staff_client(staff: User) -> APIClient:
    return signed_in(staff)


@pytest.fixture
def acts_can_go(transactional_db: None) -> Iterator[None]:
    """The log of staff refuses what empties tables after such a test on SQLite."""
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                "AND tbl_name = 'history_staffaction'"
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("DELETE FROM history_staffaction")
            for _, statement in triggers:
                cursor.execute(statement)


Budget = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def budget() -> Budget:
    """`with budget(2, "sign-in check + rows"):` — at most so many statements.

    Counted without BEGIN, COMMIT and savepoints.
    """

    @contextmanager
    def at_most(number: int, in_words: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        statements = [
            query["sql"]
            for query in captured.captured_queries
            if not query["sql"].upper().startswith(BOOKKEEPING)
        ]
        listing = "\n".join(statements)
        assert len(statements) <= number, (
            f"{len(statements)} statements, budget {number} ({in_words}):\n{listing}"
        )

    return at_most
