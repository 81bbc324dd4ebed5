"""What the reference of the API shows of bodies and answers."""

BOB = {"user_name": "bob", "state": "following", "since": "2026-11-30T09:30:00Z"}
CAROL = {"user_name": "carol", "state": "none", "since": "2026-11-30T09:30:00Z"}
DAVE = {"user_name": "dave", "state": "blocked", "since": "2026-11-30T09:30:00Z"}
BETWEEN = {"user_name": "bob", "state": "following", "follower": "none"}
FOLLOWED = {"user_name": "bob", "state": "following"}
ASKED = {"user_name": "carol", "state": "asked"}
WATCHER = {
    "user_name": "bob",
    "type": "Watching",
    "state": "active",
    "progress": 12,
    "score": 9.5,
}
