"""The OpenAPI document and a page to read it, served by us without inline script or style."""

from django.contrib.auth.decorators import login_required
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    """The OpenAPI document."""


@method_decorator(login_required, name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The document as a page; whoever is not logged in is asked to."""

    url_name = "api:schema"
    template_name = "api/docs.html"
