"""The pages behind the links in our mails."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView


@method_decorator(never_cache, name="dispatch")
class MailedPage(TemplateView):
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


class ResetPage(MailedPage):
    """Asks for a link or, opened by one, for the new password."""

    template_name = "reset.html"


class KeepFactorsPage(MailedPage):
    """Keeps a second factor that somebody asked to be removed."""

    template_name = "keep_factors.html"
