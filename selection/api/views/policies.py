"""Policies: which versions there are, each as a document and in words, and the steps of a version's life."""

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from scoring import policies as verbs
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import is_staff, policies_for
from selection.api.permissions import STAFF_ONLY, AdmitsInvolved, OnlyHRChanges
from selection.api.serializers.policies import (
    PolicySerializer,
    PublicationSerializer,
    RetirementSerializer,
    RevisedPolicySerializer,
    SignedPolicySerializer,
    WantedPolicySerializer,
    WholePolicySerializer,
)

SHOWN = PolymorphicProxySerializer(
    component_name="PolicyShown",
    serializers=[SignedPolicySerializer, WholePolicySerializer],
    resource_type_field_name=None,
)
REFUSALS = (400, 404, 409, 413, 415)


class PolicyFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no type hints
    """By name and state."""

    name = django_filters.CharFilter()
    state = django_filters.ChoiceFilter(choices=PolicyState.choices)


class PolicyDoor(Door[PolicyVersion]):
    """An address about one version."""

    def version(self, pk: int) -> PolicyVersion:
        """The version, or 404 alike for an absent one and somebody else's draft."""
        return get_object_or_404(policies_for(self.person), pk=pk)


class PolicyList(PolicyDoor):
    """Versions of policies."""

    permission_classes = [IsAuthenticated, AdmitsInvolved, OnlyHRChanges]
    filterset_class = PolicyFilter
    queryset = PolicyVersion.objects.all()

    @answers(PolicySerializer(many=True), refusals=(400,))
    def get(self, request: Request) -> Response:
        """List the versions, the newest of each name first; drafts only for HR and auditors."""
        return self.page_of(policies_for(self.person), PolicySerializer)

    @answers(SignedPolicySerializer, status_code=201, takes=WantedPolicySerializer, refusals=(400, 409, 413, 415))
    def post(self, request: Request) -> Response:
        """Draft a policy: the next version of the one that the document names."""
        drafted = verbs.draft(text=self.taken(WantedPolicySerializer)["document"], actor=self.actor, at=self.now)
        return Response(SignedPolicySerializer(drafted).data, status=status.HTTP_201_CREATED)


class PolicyDetail(PolicyDoor):
    """One version of a policy."""

    permission_classes = [IsAuthenticated, AdmitsInvolved, OnlyHRChanges]

    @answers(SHOWN, refusals=(404, 409))
    def get(self, request: Request, pk: int) -> Response:
        """Show a version as TOML, as data and in words; who wrote and published it only to HR and auditors."""
        version = self.version(pk)
        shown = SignedPolicySerializer if is_staff(self.person) else WholePolicySerializer
        return Response(shown(version).data)

    @answers(SignedPolicySerializer, takes=RevisedPolicySerializer, refusals=REFUSALS)
    def put(self, request: Request, pk: int) -> Response:
        """Revise one's own draft; what is published is never edited."""
        version = self.version(pk)
        verbs.require_own_draft(version=version, actor=self.actor)
        given = self.taken(RevisedPolicySerializer)
        seen, text = given["document_hash"], given["document"]
        revised = verbs.revise(version=version, text=text, seen=seen, actor=self.actor, at=self.now)
        return Response(SignedPolicySerializer(revised).data)

    @answers(None, status_code=204, refusals=(404, 409))
    def delete(self, request: Request, pk: int) -> Response:
        """Discard one's own draft; what is published is never deleted."""
        verbs.discard(version=self.version(pk), actor=self.actor, at=self.now)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PolicyPublication(PolicyDoor):
    """Publishing a draft."""

    permission_classes = STAFF_ONLY

    @answers(SignedPolicySerializer, takes=PublicationSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Publish a draft that somebody else wrote; it is frozen from then on."""
        version, seen = self.version(pk), self.taken(PublicationSerializer)["document_hash"]
        published = verbs.publish(version=version, actor=self.actor, at=self.now, seen=seen)
        return Response(SignedPolicySerializer(published).data)


class PolicyRetirement(PolicyDoor):
    """Retiring a published version."""

    permission_classes = STAFF_ONLY

    @answers(SignedPolicySerializer, takes=RetirementSerializer, refusals=REFUSALS)
    def post(self, request: Request, pk: int) -> Response:
        """Take a published version out of use; running rounds keep it."""
        version, reason = self.version(pk), self.taken(RetirementSerializer)["reason"]
        retired = verbs.retire(version=version, actor=self.actor, reason=reason, at=self.now)
        return Response(SignedPolicySerializer(retired).data)
