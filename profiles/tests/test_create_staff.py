"""manage.py create_staff"""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from factories import PASSWORD
from history.models import StaffAction
from history.staff_log import services as audit
from profiles.models import User
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db


def create(*args):
    out = StringIO()
    call_command("create_staff", *args, stdout=out)
    return out.getvalue()


def test_a_new_one_gets_a_link_to_choose_a_password(visitor, mailoutbox):
    Group.objects.create(name="support")
    said = create("Sam@Example.org", "sam", "--group", "support")
    assert said == (
        "sam may enter the admin as support; an invitation will be mailed to "
        "sam@example.org.\n"
    )
    sam = User.objects.get()
    assert (sam.is_staff, sam.is_superuser) == (True, False)
    assert [group.name for group in sam.groups.all()] == ["support"]
    send_all()
    assert mailoutbox[0].subject == "You're invited to the staff of animecollections"
    assert "/admin/" in mailoutbox[0].body
    assert "probably you" not in mailoutbox[0].body
    token = mailoutbox[0].body.split("token=")[1].split()[0]
    body = {"uid": sam.pk.hex, "token": token, "new_password": PASSWORD}
    address = "/api/auth/password/reset/confirm"
    assert visitor.post(address, body).status_code == 200
    signed = visitor.post(
        "/api/auth/signin", {"email": sam.email, "password": PASSWORD}
    )
    assert signed.status_code == 200


def test_an_account_that_is_there_is_let_in_for_a_reason(alice, mailoutbox):
    """As an edit in the admin: logged, and mailed."""
    Group.objects.create(name="support")
    with pytest.raises(CommandError, match="Give a reason with --reason"):
        create(alice.email, "somebody", "--group", "support")
    alice.refresh_from_db()
    assert not alice.is_staff
    said = create(alice.email, "x-y", "--group", "support", "--reason", "helps us")
    assert said == "alice may enter the admin as support, with the existing password.\n"
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (True, False)
    assert alice.user_name == "alice"
    act = StaffAction.objects.get(user_id=alice.pk)
    assert (act.action, act.actor_id, act.reason) == ("let_in", None, "helps us")
    assert act.before == {"is_staff": False, "is_superuser": False, "groups": []}
    assert act.after == {"is_staff": True, "is_superuser": False, "groups": ["support"]}
    send_all()
    [mail] = mailoutbox
    assert "gave you access to the admin" in mail.body


def test_twice_does_no_harm(alice):
    for _ in range(2):
        said = create(alice.email, "somebody", "--administrator", "--reason=helps")
        assert said == (
            "alice may enter the admin as administrator, with the existing password.\n"
        )


def test_interrupted_it_did_nothing(monkeypatch):
    def interrupt(**options):
        raise KeyboardInterrupt

    monkeypatch.setattr(audit, "note", interrupt)
    with pytest.raises(KeyboardInterrupt):
        create("sam@example.org", "sam")
    assert not User.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_dry_run_does_nothing(alice):
    said = create("sam@example.org", "sam", "--dry-run")
    assert said == "sam would enter the admin as staff without a group.\n"
    assert User.objects.get() == alice


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["sam", "sam"], "e-mail"),
        (["sam@example.org", "x"], "3 to 50"),
        (["sam@example.org", "ALICE"], "taken|user name"),
        (["sam@example.org", "sam", "--group", "kings"], "Group not found: 'kings'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_done(alice, args, says):
    with pytest.raises(CommandError, match=says):
        create(*args)
    assert User.objects.count() == 1
    assert not User.objects.get().is_staff
