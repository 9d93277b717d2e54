"""Who has read which version of a policy."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from selection.acknowledgements import acknowledge, those_who_have_read
from selection.api.documented import answers
from selection.api.doors import Door
from selection.api.getters import policies_for
from selection.api.permissions import STAFF_ONLY, AdmitsAgents
from selection.api.serializers.comparing import AcknowledgementSerializer
from selection.api.serializers.strict import NothingSerializer
from selection.candidacies import policy_for
from selection.models import PolicyAcknowledgement


class AcknowledgementList(Door[PolicyAcknowledgement]):
    """The acquaintance sheet of a version."""

    permission_classes = STAFF_ONLY
    queryset = PolicyAcknowledgement.objects.all()

    @answers(AcknowledgementSerializer(many=True), refusals=(400, 404))
    def get(self, request: Request, pk: int) -> Response:
        """List who has read the version, the latest first."""
        version = get_object_or_404(policies_for(self.person), pk=pk)
        return self.page_of(those_who_have_read(version), AcknowledgementSerializer)


class Acknowledging(Door[PolicyAcknowledgement]):
    """Saying that one has read the version that applies to oneself."""

    permission_classes = [IsAuthenticated, AdmitsAgents]

    @answers(AcknowledgementSerializer, takes=NothingSerializer, refusals=(400, 404, 413, 415))
    def post(self, request: Request, pk: int) -> Response:
        """Keep that one has read the version; said twice it is kept once. Any other is as absent as none."""
        self.taken(NothingSerializer)
        version = policy_for(self.person.agent) if self.person.agent else None
        if version is None or version.pk != pk:
            raise Http404
        return Response(AcknowledgementSerializer(acknowledge(version=version, actor=self.actor, at=self.now)).data)
