"""Django's database sessions, with the user and the sign-in epoch in columns."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import F, Q
from django.utils import timezone

EPOCH_KEY = "auth_epoch"
AGENT_KEY = "user_agent"


class SessionStore(DatabaseStore):
    """A session whose epoch its user has left behind is as good as none."""

    @classmethod
    def get_model_class(cls) -> Any:
        from profiles.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        session.auth_epoch = data.get(EPOCH_KEY, 0)
        session.user_agent = data.get(AGENT_KEY, "")
        return session

    def _get_session_from_db(self) -> Any:
        try:
            return self.model.objects.get(
                Q(user=None) | Q(user__auth_epoch=F("auth_epoch")),
                session_key=self.session_key,
                expire_date__gt=timezone.now(),
            )
        except self.model.DoesNotExist:
            self._session_key = None
            return None
