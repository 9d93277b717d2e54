"""Addresses of the pages of viral incidents, under the evidence."""

from django.urls import path

from selection.hr import incidents

urlpatterns = [
    path("", incidents.incidents, name="incidents"),
    path("new/", incidents.new_incident, name="new_incident"),
    path("<int:pk>/", incidents.incident, name="incident"),
    path("<int:pk>/decide/", incidents.decide, name="decide_incident"),
    path("<int:pk>/severity/", incidents.rate, name="rate_severity"),
    path("<int:pk>/pictures/", incidents.more_pictures, name="add_pictures"),
    path("<int:pk>/pictures/<int:picture_pk>/", incidents.picture, name="incident_picture"),
]
