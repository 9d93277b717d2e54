"""Policies: which versions there are, and each as a document and in words."""

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import is_staff, policies_for
from selection.api.permissions import AdmitsInvolved
from selection.api.serializers.policies import PolicySerializer, SignedPolicySerializer, WholePolicySerializer

SHOWN = PolymorphicProxySerializer(
    component_name="PolicyShown",
    serializers=[SignedPolicySerializer, WholePolicySerializer],
    resource_type_field_name=None,
)


class PolicyFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By name and state."""

    name = django_filters.CharFilter()
    state = django_filters.ChoiceFilter(choices=PolicyState.choices)


class PolicyList(Door[PolicyVersion]):
    """Versions of policies."""

    permission_classes = [IsAuthenticated, AdmitsInvolved]
    filterset_class = PolicyFilter
    queryset = PolicyVersion.objects.all()

    @answers(PolicySerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the versions, the newest of each name first; drafts only for HR and auditors."""
        return self.page_of(policies_for(self.person), PolicySerializer)


class PolicyDetail(Door[PolicyVersion]):
    """One version of a policy."""

    permission_classes = [IsAuthenticated, AdmitsInvolved]

    @answers(SHOWN, refusals=(404, 409))
    def get(self, request: Request, pk: int) -> Response:
        """Show a version as TOML, as data and in words; who wrote and published it only to HR and auditors."""
        version = get_object_or_404(policies_for(self.person), pk=pk)
        shown = SignedPolicySerializer if is_staff(self.person) else WholePolicySerializer
        return Response(shown(version).data)
