"""What a site whose pages are the existing web client's answers in another shape.

docs/existing-client.md has the client; decision 22 says why this is a setting.
"""

from django.conf import settings
from rest_framework.request import Request


def is_existing_client(request: Request) -> bool:
    """A browser of such a site. Apps, which come with a token, get the usual shapes."""
    kind = getattr(request.auth, "kind", "")
    return bool(settings.EXISTING_CLIENT) and kind == "session"
