"""What who acts for an account may do there: a scope for each kind of operation.

Every operation says which it needs (`@documented(…, scope="list:read")`), or that it
needs none (`scope=OPEN`): what any visitor may ask, and the ways to sign in and out.
A session and the tokens of a sign-in have all scopes but one; a personal token has
those that it was made with. `sandbox` is of personal tokens alone, and such a token is
of a sandbox account (profiles/accounts/sandboxes.py).
"""

from collections.abc import Collection
from typing import Final

SCOPES: Final = {
    "account": "Change the password, make tokens, feeds, links and webhooks, export "
    "the whole account, erase it. Apps cannot get this.",
    "export": "Export the lists.",
    "feeds": "See which feeds there are of what airs of the list, and end them.",
    "following:read": "See who is followed, who follows, asks and is blocked; and what "
    "the followed show to followers.",
    "following:write": "Follow people, end it, decline requests, and block.",
    "history:read": "Read the search history.",
    "history:write": "Add to the search history, and clear it.",
    "import": "Plan and apply imports of lists.",
    "list:read": "Read the list and its history.",
    "list:write": "Change the list, and undo changes.",
    "lists:read": "Read the lists of one's own.",
    "lists:write": "Make lists of one's own, and change them.",
    "live": "Receive changes live.",
    "profile:read": "Read the profile, the preferences and the uploaded pictures.",
    "profile:write": "Change the profile, the preferences and the pictures.",
    "sandbox": "Be tried out in an account that counts nowhere, fail there on demand, "
    "and empty it.",
    "scrobble": "Tell what a player plays, and nothing else.",
    "sharing": "Decide who sees what; see which links there are to it, and end them.",
    "stats:read": "Read the statistics.",
    "watched:write": "Add to the diary of what was watched when, and correct it.",
    "webhooks": "See which webhooks there are, what came of them, test and end them.",
}
SANDBOX: Final = "sandbox"
ALL_SCOPES: Final = frozenset(SCOPES) - {SANDBOX}
OPEN: Final[tuple[str, ...]] = ()
ACCOUNT: Final = "account"
GRANTABLE: Final = ALL_SCOPES - {ACCOUNT}
# Words for several at once, where somebody says what a token may do.
GROUPS: Final = {
    word: frozenset(name for name in GRANTABLE if name.endswith(f":{word}"))
    for word in ("read", "write")
}


def scopes_of(said: str | Collection[str]) -> tuple[str, ...]:
    """As a tuple, in order. An operation may need several, each of them."""
    needed = (said,) if isinstance(said, str) else tuple(sorted(said))
    if unknown := [scope for scope in needed if scope not in SCOPES]:
        raise ValueError(f"No such scopes in scopes.SCOPES: {', '.join(unknown)}")
    return needed


def with_groups(said: Collection[str]) -> frozenset[str]:
    """The scopes of words that may be groups."""
    return frozenset().union(*(GROUPS.get(word, {word}) for word in said))
