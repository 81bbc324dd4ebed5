"""What an app can register to be told at, and what it can ask for then."""

import pytest

from profiles.oauth.redirects import LONGEST, is_registered, what_is_wrong


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.org/callback",
        "https://app.example.org:8443/callback?from=ac",
        "https://app.example.org",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:5173/callback",
        "http://[::1]:8080/callback",
        "http://localhost:3000/callback",
        "org.example.app:/callback",
        "org.example.app://callback",
    ],
)
def test_can_be_registered(uri):
    assert what_is_wrong(uri) is None
    assert is_registered(uri, [uri])


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "callback",
        "/callback",
        "//app.example.org/callback",
        "http://app.example.org/callback",
        "http://127.0.0.1.example.org/callback",
        "http://localhost.example.org/",
        "http://127.0.0.2/callback",
        "https://app.example.org/callback#",
        "https://app.example.org/callback#part",
        "https://*.example.org/callback",
        "https://app.example.org/*",
        "https://mia@app.example.org/callback",
        "https://app.example.org\\@evil.example/",
        "https://app.example.org/call back",
        "https://app.example.org/\n",
        "https://app.example.org/é",
        "https:app.example.org/callback",
        "https:///callback",
        "myapp:/callback",
        "javascript:alert(1)",
        "javascript.example:alert(1)",
        "data:text/html,x",
        "https://" + "a" * LONGEST,
    ],
)
def test_cannot_be_registered_nor_asked_for(uri):
    assert what_is_wrong(uri)
    assert not is_registered(uri, [uri])


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1/callback", "http://127.0.0.1:49152/callback"),
        ("http://127.0.0.1:80/callback", "http://127.0.0.1/callback"),
        ("http://[::1]/callback", "http://[::1]:1024/callback"),
    ],
)
def test_on_the_persons_own_machine_any_port_will_do(registered, asked):
    assert is_registered(asked, [registered])


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("https://a.example/callback", "https://a.example/callback/"),
        ("https://a.example/callback", "https://a.example/callback?x=1"),
        ("https://a.example/callback", "https://a.example/Callback"),
        ("https://a.example/callback", "https://a.example:443/callback"),
        ("https://a.example/callback", "https://a.example/callback/../other"),
        ("https://a.example/callback", "https://a.example/%63allback"),
        ("https://a.example/callback", "https://a.example.evil.example/callback"),
        ("https://a.example/callback", "http://a.example/callback"),
        ("http://127.0.0.1/callback", "http://127.0.0.1:80/other"),
        ("http://127.0.0.1/callback", "http://localhost:80/callback"),
        ("http://127.0.0.1/callback", "http://[::1]:80/callback"),
        ("http://localhost:3000/callback", "http://localhost:3001/callback"),
        ("http://127.0.0.1/callback", "http://127.0.0.1:80@evil.example/callback"),
        ("org.example.app:/callback", "org.example.app:/callback2"),
    ],
)
def test_else_letter_for_letter(registered, asked):
    assert not is_registered(asked, [registered])
