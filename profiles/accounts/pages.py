"""Pages that stand alone: behind the links in our mails, and on the way back from a
provider.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView


@method_decorator(never_cache, name="dispatch")
class LonePage(TemplateView):
    """Its script calls the API, so that rates and refusals are the API's."""

    def dispatch(
        self, request: HttpRequest, *args: object, **more: object
    ) -> HttpResponseBase:
        """Its address holds the token: nobody learns it as where a request came from,
        our own log of scripts and styles neither.
        """
        response = super().dispatch(request, *args, **more)
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get_context_data(self, **more: object) -> dict[str, object]:
        language = get_language_from_request(self.request)
        return super().get_context_data(language=language, **more)


class ResetPage(LonePage):
    """Asks for a link or, opened by one, for the new password."""

    template_name = "reset.html"


class KeepFactorsPage(LonePage):
    """Keeps a second factor that somebody asked to be removed."""

    template_name = "keep_factors.html"


class EmailPage(LonePage):
    """Confirms an e-mail address, or takes it back. What a mailed link says stands
    behind the `#`, and a button is to be pressed: programs that follow the links in
    mails do nothing here.
    """

    template_name = "email.html"


class ConnectPage(LonePage):
    """Where a provider led back to, and nobody signs in by it yet; or why not."""

    template_name = "connect.html"
