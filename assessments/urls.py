"""Addresses of the grader's desk."""

from django.urls import path

from assessments import views

app_name = "desk"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:alias>/", views.grading, name="grading"),
    path("<str:alias>/open/", views.take_up, name="take_up"),
    path("<str:alias>/skip/", views.skip, name="skip"),
]
