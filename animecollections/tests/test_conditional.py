"""ETags: of all that shapes an answer, and of nothing else."""

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from animecollections.api.conditional import (
    ALWAYS,
    NotModified,
    Precondition,
    etag_of,
    mismatch,
    precondition,
    revision_tag,
    unless_held,
)
from animecollections.api.errors import ApiError


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
    with pytest.raises(NotModified) as ended:
        unless_held(ask(If_None_Match=held), '"a"')
    assert ended.value.held in held
    assert ended.value.held.endswith('"a"')


@pytest.mark.parametrize("held", ["", '"b"', "a", '"A"', '"a', "nonsense,,", "*"])
def test_not_held(held):
    assert unless_held(ask(If_None_Match=held), '"a"') == '"a"'


def test_nothing_held():
    assert unless_held(ask(), '"a"') == '"a"'


@pytest.mark.parametrize(
    ("sent", "revisions"),
    [
        ('"41"', {41}),
        ('W/"41"', {41}),
        ('"41-3f2b"', {41}),
        ("41", {41}),
        ('"41", "42"', {41, 42}),
        ("", None),
        ('"x, 41"', set()),
        ('"40","41-a,b" , junk', {40, 41}),
        ('"x"', set()),
        ('"-1"', set()),
        ('"٤"', set()),
        ('"x", "42-a"', {42}),
    ],
)
def test_the_revisions_that_a_write_was_decided_on(sent, revisions):
    assert precondition(ask(If_Match=sent)).revisions == revisions


def test_without_headers_nothing_is_asked_for():
    assert precondition(ask()) == ALWAYS


def test_a_star_asks_whether_it_is_there():
    assert precondition(ask(If_Match="*")) == Precondition(is_there=True)
    assert precondition(ask(If_None_Match="*")) == Precondition(is_there=False)


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"41"'},
        {"If_None_Match": '*, "41"'},
        {"If_None_Match": "*", "If_Match": "*"},
        {"If_None_Match": "*", "If_Match": '"41"'},
    ],
)
def test_what_a_write_cannot_be_decided_on_is_refused(headers):
    with pytest.raises(ApiError) as refused:
        precondition(ask(**headers))
    assert refused.value.status_code == 400
    assert "If-None-Match" in refused.value.fields


@pytest.mark.parametrize(
    ("only_if", "revision", "is_allowed"),
    [
        (ALWAYS, None, True),
        (ALWAYS, 0, True),
        (Precondition([41]), 41, True),
        (Precondition([41]), 42, False),
        (Precondition([0]), None, False),
        (Precondition([]), 41, False),
        (Precondition(is_there=True), 41, True),
        (Precondition(is_there=True), 0, True),
        (Precondition(is_there=True), None, False),
        (Precondition(is_there=False), None, True),
        (Precondition(is_there=False), 0, False),
    ],
)
def test_a_precondition_allows_a_revision_or_does_not(only_if, revision, is_allowed):
    assert only_if.allows(revision) is is_allowed


def test_a_mismatch_says_what_is_there_now():
    refused = mismatch(preferences={"revision": 7})
    assert refused.status_code == 412
    assert refused.details == {"preferences": {"revision": 7}}
    assert refused.sentence.startswith("These preferences changed")


def test_the_tag_of_a_thing_with_a_revision_serves_as_a_precondition():
    tag = revision_tag(ask(), 41, "catalogue")
    assert precondition(ask(If_Match=tag)).revisions == {41}
    assert tag != revision_tag(ask(), 41, "another catalogue")
