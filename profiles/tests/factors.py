"""People with second factors, for tests."""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from factories import PASSWORD
from profiles.second_factor import services as second_factor
from profiles.second_factor.factors import changing_factors


def turn_on(user):
    """An authenticator, and the recovery codes."""
    with changing_factors(user.pk):
        TOTPDevice.objects.create(user=user, name="authenticator", confirmed=True)
        codes = second_factor.new_codes(user)
    user.refresh_from_db()
    return codes


def code_of(user, ahead=0):
    """Six digits of the time, or of `ahead` steps of 30 seconds later."""
    device = TOTPDevice.objects.filter(user=user).latest("pk")
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * ahead
    return f"{totp.token():06}"


def first_step(client, user, path="/api/auth/signin"):
    """The ticket that the right password gets."""
    told = client.post(path, {"email": user.email, "password": PASSWORD})
    assert told.status_code == 401, told.json()
    assert told.json()["code"] == "second_factor_needed"
    return told.json()["details"]["ticket"]
