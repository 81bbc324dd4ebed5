"""The log of what staff did is only ever added to."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from animecollections.identity import Origin
from history.models import StaffAction
from history.staff_log import services as audit

pytestmark = pytest.mark.django_db
ACTOR, USER = uuid4(), uuid4()


@pytest.fixture
def act():
    audit.note(
        action="lock",
        through=Origin("admin", actor_id=ACTOR, request_id="r1"),
        reason="spam",
        user_id=USER,
        before={"is_active": True},
        after={"is_active": False},
    )
    return StaffAction.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "another"},
        {"actor_id": None},
        {"action": "unlock"},
        {"after": {}},
        {"user_id": None},
        {"user_id": None, "reason": "", "before": {}, "after": {}, "actor_id": None},
    ],
    ids=str,
)
def test_no_row_can_be_changed(act, change):
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        StaffAction.objects.update(**change)
    assert StaffAction.objects.get().reason == "spam"


def test_no_row_can_be_deleted(act):
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        StaffAction.objects.all().delete()
    assert StaffAction.objects.exists()


def test_an_erased_person_is_forgotten_and_the_act_is_not(act):
    audit.forget(uuid4())
    assert StaffAction.objects.get().user_id == USER
    audit.forget(USER)
    after = StaffAction.objects.get()
    assert (after.user_id, after.reason, after.before, after.after) == (
        None,
        "",
        {},
        {},
    )
    assert (after.id, after.at, after.actor_id) == (act.id, act.at, ACTOR)
    assert after.action == "lock"


def test_a_reason_opens_one_person_to_one_member_of_staff(act):
    through = Origin("admin", actor_id=ACTOR)
    audit.note(action="reveal", through=through, reason="a complaint", user_id=USER)
    assert audit.revealed_to(ACTOR, [USER, uuid4()]) == {USER}
    assert audit.revealed_to(uuid4(), [USER]) == set()


def test_and_only_for_a_while(act, monkeypatch):
    through = Origin("admin", actor_id=ACTOR)
    audit.note(action="reveal", through=through, reason="a complaint", user_id=USER)
    monkeypatch.setattr(audit, "REVEALED_FOR", -audit.REVEALED_FOR)
    assert audit.revealed_to(ACTOR, [USER]) == set()
