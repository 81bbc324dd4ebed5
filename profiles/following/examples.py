"""What the reference of the API shows of bodies and answers."""

BOB = {"user_name": "bob", "state": "following", "since": "2026-11-30T09:30:00Z"}
CAROL = {"user_name": "carol", "state": "none", "since": "2026-11-30T09:30:00Z"}
DAVE = {"user_name": "dave", "state": "blocked", "since": "2026-11-30T09:30:00Z"}
BETWEEN = {"user_name": "bob", "state": "following", "follower": "none"}
FOLLOWED = {"state": "following"}
ASKED = {"state": "asked"}
WATCHER = {
    "user_name": "bob",
    "type": "Watching",
    "state": "active",
    "progress": 12,
    "score": 9.5,
}
TOGETHER = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120003",
    "user_name": "bob",
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
    "total_episodes": 37,
    "first": 7,
    "last": 8,
    "watched_on": "2026-11-30",
    "state": "given",
    "since": "2026-11-30T21:30:00Z",
}
