"""Every address of Rostrum."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from selection.home import health, home, method
from selection.styleguide import style_guide

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("selection.api.urls")),
    path("desk/", include("assessments.urls")),
    path("health/", health, name="health"),
    path("hr/", include("selection.hr.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("me/", include("selection.portal.urls")),
    path("method/", method, name="method"),
    path("style/", style_guide, name="style_guide"),
]
