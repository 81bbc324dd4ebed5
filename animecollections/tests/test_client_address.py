"""Where a request comes from, as far as our own proxies vouch for it."""

import pytest
from django.test import RequestFactory

from animecollections.api.client_ip import address, network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1,2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "1.1.1.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "[2001:db8::1]:1234", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, '"[2001:db8::1]:1234"', "2001:db8::1"),
        (1, "[fe80::1%eth0]:1234", "fe80::1%eth0"),
        (1, "1.2.3.4:5678", "1.2.3.4"),
        (1, "1.2.3.4:", "1.2.3.4"),
        (1, "6.6.6.6, [2001:db8::1]:1234", "2001:db8::1"),
        (2, "6.6.6.6,1.1.1.1:80 , [2001:db8::2]:443", "1.1.1.1"),
        (1, "unknown", "unknown"),
        (1, "6.6.6.6, ", "10.0.0.1"),
        (1, ",", "10.0.0.1"),
        (1, ":80", "10.0.0.1"),
        (1, "[]:80", "10.0.0.1"),
        (1, "[[::1]]:1", "[[::1]]:1"),
        (1, "[2001:db8::1", "[2001:db8::1"),
        (1, "\u0661.2.3.4:\u0665", "\u0661.2.3.4:\u0665"),
        (1, "a\x00b:1", "a\x00b"),
    ],
)
def test_the_entry_of_our_outermost_proxy(settings, proxies, forwarded, expected):
    settings.NUM_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1")
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert address(request) == expected


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("unknown", "unknown"),
        ("x" * 300, "x" * 64),
        ("a\x00b", "ab"),
    ],
)
def test_an_address_counts_as_the_network_of_one_household(address, counted_as):
    assert network(address) == counted_as


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forwarded",
    ["[2001:db8::1]:99999", "%", "[", "]:", "\x00:1", "1.2.3.4:5:6", "é" * 300],
)
def test_whatever_a_proxy_writes_is_no_failure_of_ours(visitor, settings, forwarded):
    settings.NUM_PROXIES = 1
    response = visitor.post(
        "/api/auth/signin",
        {"email": "a@example.org", "password": "wrong-Horse-7"},
        HTTP_X_FORWARDED_FOR=forwarded,
    )
    assert response.status_code == 401


def test_a_household_counts_as_one_whatever_its_ports(settings):
    settings.NUM_PROXIES = 1
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="[2001:db8:1:2::7]:4711")
    assert network(address(request)) == "2001:db8:1:2::"
