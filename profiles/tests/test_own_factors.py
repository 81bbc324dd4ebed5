"""GET /api/user/security, the authenticator and the recovery codes of a person."""

import pytest
from django.core import mail
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from conftest import signed_in
from factories import PASSWORD
from profiles.accounts import services as accounts
from profiles.models import User
from profiles.second_factor import services as second_factor
from profiles.tests.factors import code_of, first_step, turn_on
from profiles.tests.outbox import send_all
from profiles.tests.test_fresh_proofs import PROVE, make_stale

SECURITY = "/api/user/security"
AUTHENTICATOR = "/api/user/authenticator"
CONFIRM = "/api/user/authenticator/confirm"
CODES = "/api/user/recovery-codes"
pytestmark = pytest.mark.django_db


def data_of(answer):
    assert answer.status_code == 200, answer.json()
    return answer.json()["data"]


def refused(answer):
    return answer.status_code, answer.json().get("code")


def factors_of(user):
    return User.objects.get(pk=user.pk).second_factors


@pytest.fixture
def codes(client, alice):
    """Alice has turned it on, as she does it herself."""
    client.post(AUTHENTICATOR)
    return data_of(client.post(CONFIRM, {"code": code_of(alice)}))["recovery_codes"]


def test_at_first_nothing_is_on(client, budget):
    with budget(6, "sign-in check, account, passkeys, authenticator, codes, removal"):
        told = data_of(client.get(SECURITY))
    assert told == {
        "email_confirmed_at": None,
        "passkey_domain": told["passkey_domain"],
        "passkeys": [],
        "authenticator": None,
        "recovery_codes_left": 0,
        "factor_removal": None,
    }


def test_an_authenticator_is_on_after_its_first_code(client, alice):
    begun = data_of(client.post(AUTHENTICATOR))
    assert begun["secret"] in begun["address"]
    assert begun["picture"].startswith("data:image/svg+xml")
    assert factors_of(alice) == ""
    codes = data_of(client.post(CONFIRM, {"code": code_of(alice)}))["recovery_codes"]
    assert len(set(codes)) == 10
    assert factors_of(alice) == "authenticator"
    told = data_of(client.get(SECURITY))
    assert told["authenticator"]["added_at"]
    assert told["recovery_codes_left"] == 10
    assert begun["secret"] not in str(told)


def test_a_wrong_first_code_turns_nothing_on(client, alice):
    client.post(AUTHENTICATOR)
    told = client.post(CONFIRM, {"code": "000000"})
    assert refused(told) == (401, "wrong_code")
    assert factors_of(alice) == ""
    told = client.post(CONFIRM, {"code": code_of(alice)})
    assert refused(told) == (429, "locked")


def test_what_was_not_begun_is_not_confirmed(client):
    told = client.post(CONFIRM, {"code": "000000"})
    assert refused(told) == (409, "authenticator_not_begun")


def test_it_begins_with_another_secret_each_time(client, alice):
    """Who began it before, in a session that was stolen, knows none that is used."""
    first, second = (data_of(client.post(AUTHENTICATOR))["secret"] for _ in range(2))
    assert first != second
    assert TOTPDevice.objects.filter(user=alice).count() == 1


def test_another_authenticator_takes_the_place_of_the_first(client, alice, codes):
    first = TOTPDevice.objects.get()
    client.post(AUTHENTICATOR)
    told = data_of(client.post(CONFIRM, {"code": code_of(alice)}))
    assert told["recovery_codes"] is None  # those there are stay
    assert TOTPDevice.objects.get().pk != first.pk
    assert StaticToken.objects.count() == 10


def test_the_owner_is_told_of_each_change(client, alice, codes):
    client.post(CODES)
    client.delete(AUTHENTICATOR)
    send_all()
    told = [sent.body for sent in mail.outbox if sent.to == [alice.email]]
    for sentence in (
        "An authenticator was added",
        "new recovery codes",
        "authenticator was removed",
    ):
        assert [body for body in told if sentence in body], sentence


def test_new_codes_end_the_old_ones(client, visitor, alice, codes):
    new = data_of(client.post(CODES))["recovery_codes"]
    assert not {*new} & {*codes}
    ticket = first_step(visitor, alice)
    sent = {"ticket": ticket, "recovery_code": codes[0]}
    assert refused(visitor.post("/api/auth/second-factor", sent))[0] == 401


def test_without_a_factor_there_are_no_codes(client):
    assert refused(client.post(CODES)) == (409, "second_factor_off")
    assert refused(client.delete(AUTHENTICATOR)) == (409, "second_factor_off")


def test_with_the_last_factor_the_codes_go(client, visitor, alice, codes):
    assert client.delete(AUTHENTICATOR).status_code == 200
    assert factors_of(alice) == ""
    assert not StaticToken.objects.exists()
    sent = {"email": alice.email, "password": PASSWORD}
    assert visitor.post("/api/auth/signin", sent).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", AUTHENTICATOR, None),
        ("post", CONFIRM, {"code": "123456"}),
        ("delete", AUTHENTICATOR, None),
        ("post", CODES, None),
    ],
)
def test_each_change_asks_for_a_fresh_proof(client, alice, codes, method, path, body):
    make_stale(alice)
    told = getattr(client, method)(path, body)
    assert refused(told) == (403, "proof_needed")
    methods = ["authenticator", "recovery_code"]
    assert told.json()["details"] == {"methods": methods}


def test_a_stranger_sees_and_changes_nothing(other_client, alice, codes):
    assert data_of(other_client.get(SECURITY))["authenticator"] is None
    assert other_client.delete(AUTHENTICATOR).status_code == 409
    assert factors_of(alice) == "authenticator"


def test_a_sign_in_that_ended_meanwhile_leaves_no_factor(client, alice, monkeypatch):
    """An attacker's request, next to the owner's new password."""
    client.post(AUTHENTICATOR)
    code, real = code_of(alice), second_factor.changing_factors

    def after_the_end(user_id, sign_in=None):
        accounts.end_everything(user_id=user_id)
        return real(user_id, sign_in)

    monkeypatch.setattr(second_factor, "changing_factors", after_the_end)
    told = client.post(CONFIRM, {"code": code})
    assert refused(told) == (401, "session_ended")
    assert factors_of(alice) == ""


# --- Proofs --------------------------------------------------------------------------


def test_with_a_factor_on_a_password_proves_nothing(client, alice, codes):
    make_stale(alice)
    told = client.post(PROVE, {"password": PASSWORD})
    assert refused(told) == (403, "proof_needed")
    assert "password" not in told.json()["details"]["methods"]


@pytest.mark.parametrize("kind", ["code", "recovery_code"])
def test_a_code_proves_it(client, alice, kind):
    codes = turn_on(alice)
    make_stale(alice)
    sent = {"code": code_of(alice), "recovery_code": codes[3]}[kind]
    assert client.post(PROVE, {kind: sent}).status_code == 200
    assert client.post(CODES).status_code == 200


def test_a_wrong_code_proves_nothing_and_counts(client, alice, codes, settings):
    make_stale(alice)
    for _ in range(settings.LOCKOUT_TRIES):
        told = client.post(PROVE, {"code": "000000"})
        assert refused(told) == (401, "wrong_code")
        TOTPDevice.objects.update(throttling_failure_count=0)
    assert refused(client.post(PROVE, {"code": "000000"})) == (429, "locked")
    assert client.post(CODES).status_code == 403


def test_only_one_proof_is_taken_at_a_time(client, alice, codes):
    told = client.post(PROVE, {"code": "000000", "password": PASSWORD})
    assert refused(told) == (400, "invalid")


def test_without_a_factor_no_code_proves_it(client, alice):
    make_stale(alice)
    for sent in ({"code": "000000"}, {"recovery_code": "aaaa-bbbb-cccc-dddd"}):
        assert refused(client.post(PROVE, sent)) == (401, "wrong_code")


# --- What takes the password ---------------------------------------------------------


def test_with_a_factor_on_the_password_alone_changes_none(client, alice, codes):
    make_stale(alice)
    sent = {"old_password": PASSWORD, "new_password": "Left-Cow-8"}
    told = client.post("/api/auth/password", sent)
    assert refused(told) == (403, "proof_needed")
    client.post(PROVE, {"recovery_code": codes[0]})
    assert client.post("/api/auth/password", sent).status_code == 200
    assert factors_of(alice) == "authenticator"


def test_with_a_factor_on_the_password_alone_erases_nothing(client, alice, codes):
    make_stale(alice)
    told = client.post("/api/user/erase", {"password": PASSWORD})
    assert refused(told) == (403, "proof_needed")
    client.post(PROVE, {"recovery_code": codes[0]})
    assert client.post("/api/user/erase", {"password": PASSWORD}).status_code == 200


def test_without_one_the_password_is_the_proof(client, alice):
    make_stale(alice)
    sent = {"old_password": PASSWORD, "new_password": "Left-Cow-8"}
    assert client.post("/api/auth/password", sent).status_code == 200
    browser, sent = signed_in(User.objects.get()), {"password": "Left-Cow-8"}
    make_stale(alice)
    assert browser.post("/api/user/erase", sent).status_code == 200
