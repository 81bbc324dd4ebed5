"""Answers compressed, for clients that say they read it."""

import gzip

import pytest
import zstandard

from animecollections.api.compression import best_of
from animecollections.api.response_cache import bodies
from factories import AnimeFactory

URL = "/api/user/watchList"
READ = {
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(client):
    for anime in AnimeFactory.create_batch(5):
        client.post(URL, {"animeId": anime.id, "type": "Watching"})


def accepting(client, encoding, path=URL, method="get", **headers):
    headers["Accept-Encoding"] = encoding
    return getattr(client, method)(path, headers=headers)


@pytest.mark.parametrize("name", READ)
def test_a_list_comes_compressed_and_is_the_same(client, listed, name):
    plain = client.get(URL)
    response = accepting(client, name)
    assert response["Content-Encoding"] == name
    assert READ[name](response.content) == plain.content
    assert len(response.content) < len(plain.content) / 2
    assert response["Content-Length"] == str(len(response.content))
    assert "Content-Encoding" not in plain.headers
    for one in (plain, response):
        assert "Accept-Encoding" in one["Vary"]


def test_both_forms_are_one_version(client, listed):
    plain, response = client.get(URL), accepting(client, "gzip")
    assert response["ETag"] == f"W/{plain['ETag']}"
    for etag in (plain["ETag"], response["ETag"]):
        unchanged = accepting(client, "gzip", **{"If-None-Match": etag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged["ETag"] == etag
        assert unchanged["Vary"] == response["Vary"]
        assert "Content-Encoding" not in unchanged.headers


def test_head_says_what_get_would(client, listed):
    got, head = accepting(client, "gzip"), accepting(client, "gzip", method="head")
    for name in ("Content-Encoding", "Content-Length", "ETag", "Vary"):
        assert head[name] == got[name]
    assert head.content == b""


def test_a_body_that_is_kept_is_compressed_once(client, listed, monkeypatch):
    first = accepting(client, "gzip")
    monkeypatch.setattr("animecollections.api.compression.ENCODINGS", {"gzip": None})
    assert accepting(client, "gzip").content == first.content
    bodies.forget()
    with pytest.raises(TypeError):
        accepting(client, "gzip")


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("gzip;q=0, zstd; q=0.0", None),
        ("br", None),
        ("identity", None),
        ("*", None),
        ("", None),
        (";;,,q=", None),
    ],
)
def test_what_a_client_reads(accepted, best):
    assert best_of(accepted) == best


def test_a_short_answer_is_left_as_it_is(client):
    response = accepting(client, "gzip")
    assert "Content-Encoding" not in response.headers
    assert not response["ETag"].startswith("W/")


def test_failures_and_writes_are_left_as_they_are(client, listed):
    assert "Content-Encoding" not in accepting(client, "gzip", "/api/none").headers
    form = {"name": "x" * 50, "favorite_genres": ["y" * 50 + str(n) for n in range(50)]}
    response = client.post(
        "/api/user/profile", form, headers={"Accept-Encoding": "gzip"}
    )
    assert len(response.content) > 1500  # more than is left as it is
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    ("path", "is_compressed"),
    [("/api/schema", True), ("/admin/login/", False)],
)
def test_secrets_are_never_compressed_with_what_a_sender_chose(
    visitor, path, is_compressed
):
    response = accepting(visitor, "gzip", path)
    assert response.status_code == 200
    assert len(response.content) > 1024
    assert ("Content-Encoding" in response.headers) == is_compressed
    assert ("Accept-Encoding" in response.get("Vary", "")) == is_compressed
