"""Query sets whose SQL is made once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db.models import Q

from animecollections.db.compiled import Compiled
from animecollections.db.ids import new_id
from history.models import Change

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, 0, 123456, UTC)


@pytest.fixture
def changes(alice, stranger):
    for user in (alice, stranger):
        for number in (1, 2, 3):
            Change.objects.create(
                user=user,
                revision=number,
                kind="update",
                after={"notes": f"été {number}"},
                operation_id=new_id(),
                position=0,
                size=1,
                at=NOW + timedelta(minutes=number),
                through="session",
            )


def rows(user_id, since, kind, most):
    """Of every type that a parameter may have, and of types that are converted."""
    found = Change.objects.filter(
        user_id=user_id, at__gt=since, kind=kind, revision__lte=most, position=0
    )
    columns = ("id", "user_id", "revision", "after", "at", "operation_id", "actor_id")
    return found.order_by("revision").values_list(*columns)


def test_it_gives_what_the_query_set_gives(alice, stranger, changes):
    compiled = Compiled(rows, UUID, datetime, str, int)
    for values in [
        (alice.pk, NOW, "update", 3),
        (alice.pk, NOW + timedelta(minutes=1), "update", 2),
        (stranger.pk, NOW, "update", 1),
        (alice.pk, NOW, "add", 3),
    ]:
        assert compiled.fetch(*values) == list(rows(*values))


def test_the_query_set_is_made_once(alice, changes):
    made = []

    def count(*values):
        made.append(values)
        return rows(*values)

    compiled = Compiled(count, UUID, datetime, str, int)
    for _ in range(3):
        assert len(compiled.fetch(alice.pk, NOW, "update", 3)) == 3
    assert len(made) == 1


@pytest.mark.parametrize("text", ["été", "1", "%", "_", "\\", "été_1"])
def test_a_text_within_a_pattern_means_itself(alice, changes, text):
    def rows(user_id, text):
        found = Change.objects.filter(user_id=user_id, kind__contains="dat")
        noted = found.filter(Q(through__startswith=text) | Q(kind__endswith=f"e{text}"))
        return noted.order_by("revision").values_list("id")

    Change.objects.filter(revision=2).update(through=f"{text}.")
    Change.objects.filter(revision=3).update(kind=f"update{text}")
    found = Compiled(rows, UUID, str).fetch(alice.pk, text)
    assert len(found) == 2
    assert found == list(rows(alice.pk, text))
