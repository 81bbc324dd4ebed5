"""Anyone who asks without signing in."""

from django.contrib.auth.models import AnonymousUser


class Visitor(AnonymousUser):
    """A visitor sees no mature titles."""

    hides_mature = True
    timezone = "UTC"
