"""Addresses of comparing, of what-ifs and of overrides; below policies and the audit."""

from django.urls import path

from selection.hr import compare, overrides, what_if

urlpatterns = [
    path("compare/", compare.compare, name="compare"),
    path("compare/make/", compare.make_comparison, name="make_comparison"),
    path("compare/<int:pk>/", compare.comparison, name="comparison"),
    path("compare/<int:pk>/comparison.csv", compare.comparison_csv, name="comparison_csv"),
    path("compare/<int:pk>/comparison.xlsx", compare.comparison_xlsx, name="comparison_xlsx"),
    path("<int:pk>/what-if/", what_if.what_if, name="what_if"),
    path("what-if/runs/<int:pk>/", what_if.try_it, name="try_what_if"),
    path("what-if/<int:pk>/", what_if.seen_what_if, name="seen_what_if"),
    path("overrides/", overrides.overrides, name="overrides"),
    path("what-ifs/", what_if.what_ifs, name="what_ifs"),
]
