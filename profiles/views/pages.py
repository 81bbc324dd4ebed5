"""The page behind the links in our mails."""

from typing import Any

from django.utils.translation import get_language_from_request
from django.views.generic import TemplateView


class ResetPage(TemplateView):
    """Asks for a link or, opened by one, for the new password; its script calls the
    API, so that rates and refusals are the API's.
    """

    template_name = "reset.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        language = get_language_from_request(self.request)
        return super().get_context_data(language=language, **more)
