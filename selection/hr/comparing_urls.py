"""Addresses of comparing, of what-ifs and of overrides; below policies and the audit."""

from django.urls import path

from selection.hr import compare

urlpatterns = [
    path("compare/", compare.compare, name="compare"),
    path("compare/make/", compare.make_comparison, name="make_comparison"),
    path("compare/<int:pk>/", compare.comparison, name="comparison"),
    path("compare/<int:pk>/comparison.csv", compare.comparison_csv, name="comparison_csv"),
    path("compare/<int:pk>/comparison.xlsx", compare.comparison_xlsx, name="comparison_xlsx"),
]
