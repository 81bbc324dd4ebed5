"""Passkeys: added, used to sign in and as second factor; what an attacker sends."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail
from django.core.signing import TimestampSigner

from conftest import WatchedClient, signed_in
from profiles.models import Passkey, Session, UsedChallenge, User
from profiles.second_factor import challenges
from profiles.tests.factors import first_step
from profiles.tests.outbox import send_all
from profiles.tests.soft_passkey import (
    DOMAIN,
    MAY_SYNC,
    ORIGIN,
    PRESENT,
    SYNCED,
    VERIFIED,
    SoftPasskey,
    text_of,
)
from profiles.tests.test_fresh_proofs import PROVE, make_stale
from profiles.tests.test_own_factors import data_of, factors_of, refused

PASSKEYS = "/api/user/passkeys"
SIGN_IN = "/api/auth/passkey"
SECOND = "/api/auth/second-factor"
INVALID = (401, "passkey_invalid")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _domain(settings):
    settings.PUBLIC_URL, settings.PASSKEY_DOMAIN = ORIGIN, DOMAIN


def options_to_use(client):
    return data_of(client.post(f"{SIGN_IN}/options"))


def add(client, device, name="My phone"):
    options = data_of(client.post(f"{PASSKEYS}/options"))
    return client.post(PASSKEYS, {"name": name, "passkey": device.made(options)})


@pytest.fixture
def device(client):
    """Alice's phone, in which she made a passkey."""
    device = SoftPasskey(flags=PRESENT | VERIFIED | MAY_SYNC | SYNCED)
    data_of(add(client, device))
    return device


def sign_in(client, passkey):
    return client.post(SIGN_IN, {"passkey": passkey})


# --- Adding ---------------------------------------------------------------------------


def test_the_first_one_brings_recovery_codes_and_a_mail(client, alice):
    made = data_of(add(client, SoftPasskey()))
    assert made["name"] == "My phone"
    assert made["last_used_at"] is None
    assert len(made["recovery_codes"]) == 10
    assert factors_of(alice) == "passkey"
    assert data_of(add(client, SoftPasskey(), "My key"))["recovery_codes"] is None
    listed = data_of(client.get(PASSKEYS))
    assert [passkey["name"] for passkey in listed] == ["My phone", "My key"]
    send_all()
    assert "A passkey was added" in mail.outbox[-1].body
    assert "My phone" not in mail.outbox[-1].body


def test_options_ask_for_one_that_signs_in_by_itself(client, device, alice):
    options = data_of(client.post(f"{PASSKEYS}/options"))
    wanted = options["authenticatorSelection"]
    assert wanted["residentKey"] == wanted["userVerification"] == "required"
    assert options["rp"]["id"] == DOMAIN
    assert options["user"]["name"] == alice.email
    assert [known["id"] for known in options["excludeCredentials"]] == [
        text_of(device.id)
    ]


@pytest.mark.parametrize(
    "device",
    [
        SoftPasskey(origin="https://evil.example"),
        SoftPasskey(origin="http://anime.example.org"),
        SoftPasskey(domain="evil.example"),
        SoftPasskey(flags=PRESENT),  # nobody was verified
        SoftPasskey(flags=VERIFIED),  # nobody was there
    ],
)
def test_what_is_not_made_here_by_its_owner_is_refused(client, alice, device):
    assert refused(add(client, device)) == INVALID
    assert factors_of(alice) == ""


def test_a_challenge_of_another_person_adds_nothing(client, other_client):
    options = data_of(other_client.post(f"{PASSKEYS}/options"))
    passkey = SoftPasskey().made(options)
    assert refused(client.post(PASSKEYS, {"name": "x", "passkey": passkey})) == INVALID


def test_the_same_answer_adds_one_passkey(client, alice):
    options = data_of(client.post(f"{PASSKEYS}/options"))
    sent = {"name": "My phone", "passkey": SoftPasskey().made(options)}
    answers = [refused(client.post(PASSKEYS, sent)) for _ in range(2)]
    assert answers == [(200, None), INVALID]


def test_the_same_device_is_added_once(client, device):
    assert refused(add(client, device)) == INVALID
    assert Passkey.objects.count() == 1


def test_there_are_at_most_20(client, device, monkeypatch):
    monkeypatch.setattr("profiles.second_factor.passkeys.MOST", 1)
    told = client.post(f"{PASSKEYS}/options")
    assert refused(told) == (409, "passkeys_full")


def test_without_a_domain_there_are_none(client, visitor, settings):
    settings.PASSKEY_DOMAIN = ""
    assert refused(client.post(f"{PASSKEYS}/options")) == (409, "passkeys_off")
    assert refused(visitor.post(f"{SIGN_IN}/options")) == (409, "passkeys_off")
    assert data_of(client.get("/api/user/security"))["passkey_domain"] is None


def test_adding_and_removing_ask_for_a_fresh_proof(client, alice, device):
    make_stale(alice)
    id_ = Passkey.objects.get().pk
    for told in (
        client.post(f"{PASSKEYS}/options"),
        client.delete(f"{PASSKEYS}/{id_}"),
    ):
        assert refused(told) == (403, "proof_needed")
        assert told.json()["details"]["methods"] == ["passkey", "recovery_code"]


# --- Signing in -----------------------------------------------------------------------


def test_it_signs_in_by_itself(visitor, alice, device, budget):
    options = options_to_use(visitor)
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    told = sign_in(visitor, device.used(options))
    assert data_of(told)["user"]["name"] == "alice"
    assert visitor.get("/api/auth/session").json()["data"]["name"] == "alice"
    row = Passkey.objects.get()
    assert row.sign_count == 1
    assert row.used_at
    assert row.is_synced


def test_asking_writes_and_reads_nothing(visitor, budget):
    with budget(0, "a challenge carries its own time and signature"):
        options_to_use(visitor)


def test_an_answer_counts_once(visitor, alice, device):
    passkey = device.used(options_to_use(visitor))
    assert sign_in(visitor, passkey).status_code == 200
    assert refused(sign_in(WatchedClient(), passkey)) == INVALID
    device.count -= 1  # as of a device that does not count
    Passkey.objects.update(sign_count=0)
    assert refused(sign_in(WatchedClient(), passkey)) == INVALID
    assert Session.objects.filter(user=alice).count() == 2  # hers, and the visitor's


def test_a_refused_answer_uses_up_nothing(visitor, device):
    options = options_to_use(visitor)
    other = ec.generate_private_key(ec.SECP256R1())
    assert refused(sign_in(visitor, device.used(options, key=other))) == INVALID
    assert UsedChallenge.objects.count() == 1  # of the adding
    assert sign_in(visitor, device.used(options)).status_code == 200


def test_a_challenge_grows_old(visitor, device, monkeypatch):
    options = options_to_use(visitor)
    monkeypatch.setattr(challenges, "LIFETIME", -1)
    assert refused(sign_in(visitor, device.used(options))) == INVALID


def test_a_challenge_of_nobody_is_refused(visitor, device):
    signer = TimestampSigner(key="another key", salt="profiles.passkeys.use")
    for text in (signer.sign("x"), "x", "", "ä"):
        options = {"challenge": text_of(text.encode())}
        assert refused(sign_in(visitor, device.used(options))) == INVALID


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://anime.example.org.evil.example"},
        {"domain": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
def test_another_site_another_domain_nobody_verified(visitor, device, change):
    for name, value in change.items():
        setattr(device, name, value)
    assert refused(sign_in(visitor, device.used(options_to_use(visitor)))) == INVALID


def test_a_page_in_a_frame_of_another_site_is_refused(visitor, device):
    passkey = device.used(options_to_use(visitor), crossOrigin=True)
    assert refused(sign_in(visitor, passkey)) == INVALID


def test_a_counter_that_goes_back_is_of_a_copy(visitor, device):
    Passkey.objects.update(sign_count=7)
    assert refused(sign_in(visitor, device.used(options_to_use(visitor)))) == INVALID


def test_another_persons_passkey_opens_nothing(visitor, stranger, alice, device):
    """Neither by saying that it is the stranger's, nor with the stranger's own key."""
    passkey = device.used(options_to_use(visitor), owner=stranger.pk)
    assert refused(sign_in(visitor, passkey)) == INVALID
    theirs = SoftPasskey()
    add(signed_in(stranger), theirs)
    passkey = theirs.used(options_to_use(visitor), owner=alice.pk)
    assert refused(sign_in(visitor, passkey)) == INVALID


def test_a_locked_account_stays_locked(visitor, alice, device):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert refused(sign_in(visitor, device.used(options_to_use(visitor)))) == INVALID


def test_a_removed_passkey_opens_nothing(client, visitor, alice, device):
    id_ = Passkey.objects.get().pk
    assert client.delete(f"{PASSKEYS}/{id_}").status_code == 200
    assert refused(sign_in(visitor, device.used(options_to_use(visitor)))) == INVALID
    assert factors_of(alice) == ""


def absurd(passkey):
    """Bodies of the right shape that are no passkey's answer."""
    for name in passkey["response"]:
        for value in ("", "!", "AAAA", "A" * 4000, text_of(b'{"type": []}'), "Ā"):
            yield passkey | {"response": passkey["response"] | {name: value}}
    yield passkey | {"id": "AAAA"}
    yield passkey | {"rawId": "AAAA"}


def test_whatever_is_sent_is_refused_and_never_a_500(visitor, client, device):
    for passkey in absurd(device.used(options_to_use(visitor))):
        assert sign_in(visitor, passkey).status_code in (400, 401)
    options = data_of(client.post(f"{PASSKEYS}/options"))
    for passkey in absurd(SoftPasskey().made(options)):
        told = client.post(PASSKEYS, {"name": "x", "passkey": passkey})
        assert told.status_code in (400, 401)
    for passkey in (None, "x", [], {}, {"id": 1}, {"response": {}}):
        assert refused(sign_in(visitor, passkey)) == (400, "invalid")


# --- As second factor, and as proof ---------------------------------------------------


def test_it_is_a_second_factor_after_the_password(visitor, alice, device):
    ticket = first_step(visitor, alice)
    passkey = device.used(options_to_use(visitor))
    told = visitor.post(SECOND, {"ticket": ticket, "passkey": passkey})
    assert data_of(told)["user"]["name"] == "alice"


def test_another_persons_is_none(visitor, stranger, alice, device):
    theirs = SoftPasskey()
    add(signed_in(stranger), theirs)
    for owner in (stranger.pk, alice.pk):
        ticket = first_step(visitor, alice)
        passkey = theirs.used(options_to_use(visitor), owner=owner)
        told = visitor.post(SECOND, {"ticket": ticket, "passkey": passkey})
        assert refused(told) == INVALID


def test_it_proves_who_asks(client, alice, device):
    make_stale(alice)
    passkey = device.used(options_to_use(client))
    assert client.post(PROVE, {"passkey": passkey}).status_code == 200
    assert client.post(PROVE, {}).status_code == 200
    assert refused(client.post(PROVE, {"passkey": passkey})) == INVALID


def test_its_recovery_codes_stand_in_for_it(client, visitor, alice):
    codes = data_of(add(client, SoftPasskey()))["recovery_codes"]
    ticket = first_step(visitor, alice)
    told = visitor.post(SECOND, {"ticket": ticket, "recovery_code": codes[0]})
    assert told.status_code == 200


# --- Names, and strangers -------------------------------------------------------------


def test_it_is_renamed(client, device):
    id_ = Passkey.objects.get().pk
    told = client.patch(f"{PASSKEYS}/{id_}", {"name": "Old phone"})
    assert data_of(told)["name"] == "Old phone"
    assert refused(client.patch(f"{PASSKEYS}/{id_}", {"name": ""}))[0] == 400


def test_a_stranger_sees_renames_and_removes_none(other_client, device):
    id_ = Passkey.objects.get().pk
    assert data_of(other_client.get(PASSKEYS)) == []
    missing = (404, "passkey_not_found")
    told = other_client.patch(f"{PASSKEYS}/{id_}", {"name": "mine"})
    assert refused(told) == missing
    assert refused(other_client.delete(f"{PASSKEYS}/{id_}")) == missing
    assert Passkey.objects.get().name == "My phone"
