"""What the reference of the API shows of bodies and answers."""

IMAGE_URL = (
    "https://anime.example.org/media/images/550e8400-e29b-41d4-a716-446655440000/"
    "5d41402abc4b2a76b9719d911017c592.webp"
)
IMAGE = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "url": IMAGE_URL,
    "kind": "avatar",
    "width": 512,
    "height": 512,
    "size": 20480,
    "created_at": "2026-11-23T09:30:00Z",
}
