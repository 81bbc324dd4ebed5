"""Django's own command, for its sessions app is not installed: ours are."""

from django.contrib.sessions.management.commands.clearsessions import (
    Command as ClearSessions,
)


class Command(ClearSessions):
    help = "Deletes what sign-ins leave: ended sessions, token families, lock-outs."
