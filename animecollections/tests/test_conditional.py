"""ETags: of all that shapes an answer, and of nothing else."""

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from animecollections.api.conditional import etag_of, if_match, not_modified


class Asker:
    pk = 1


def ask(path="/api/x", who=1, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(APIRequestFactory().get(path, headers=named))
    request.user = Asker()
    request.user.pk = who
    return request


def test_the_same_question_has_the_same_tag():
    assert etag_of(ask(), 1, 2) == etag_of(ask(), 1, 2)


@pytest.mark.parametrize(
    "other",
    [
        lambda: etag_of(ask(), 2, 2),
        lambda: etag_of(ask(), 12),
        lambda: etag_of(ask("/api/y"), 1, 2),
        lambda: etag_of(ask("/api/x?limit=1"), 1, 2),
        lambda: etag_of(ask(who=2), 1, 2),
    ],
)
def test_another_question_has_another_tag(other):
    assert etag_of(ask(), 1, 2) != other()


def test_a_release_may_answer_anew(settings):
    before = etag_of(ask(), 1)
    settings.RELEASE = "another"
    assert etag_of(ask(), 1) != before


@pytest.mark.parametrize("held", ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', '  "a"  '])
def test_held_already(held):
    response = not_modified(ask(If_None_Match=held), '"a"')
    assert response.status_code == 304
    assert response["ETag"] in held
    assert response["ETag"].endswith('"a"')


@pytest.mark.parametrize("held", ["", '"b"', "a", '"A"', '"a', "nonsense,,", "*"])
def test_not_held(held):
    assert not_modified(ask(If_None_Match=held), '"a"') is None


def test_nothing_held():
    assert not_modified(ask(), '"a"') is None


@pytest.mark.parametrize(
    ("sent", "revisions"),
    [
        ('"41"', {41}),
        ('W/"41"', {41}),
        ('"41-3f2b"', {41}),
        ("41", {41}),
        ('"41", "42"', {41, 42}),
        ("*", None),
        ("", None),
        ('"x"', set()),
        ('"-1"', set()),
        ('"٤"', set()),
        ('"x", "42-a"', {42}),
    ],
)
def test_the_revisions_that_a_write_was_decided_on(sent, revisions):
    assert if_match(ask(If_Match=sent)) == revisions
