"""Candidates as deciders see them and as they see themselves; what moves are possible, and how to ask for one."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework import serializers

from scoring.models import Score
from selection.api.serializers.agents import AgentNameSerializer
from selection.api.serializers.rounds import RoundSerializer
from selection.api.serializers.runs import StandingSerializer
from selection.api.serializers.strict import StrictSerializer
from selection.dossier import dossier, dossier_hash
from selection.gates import DECISIONS
from selection.models import Candidate, Decision, Placement, Round, StageChange
from selection.models.candidates import MOVE_NAMES, ROLE_NAMES
from selection.models.overrides import OverrideReason
from selection.stages import MOVES

LONGEST_REASON = 4_000


class OwnChangeSerializer(serializers.ModelSerializer[StageChange]):
    """One move on one's own way: what and when, not who and why."""

    name = serializers.CharField(source="get_move_display")

    class Meta:
        model = StageChange
        fields = ("move", "name", "from_stage", "to_stage", "at")


class ChangeSerializer(OwnChangeSerializer):
    """One move on a candidate's way."""

    actor = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta(OwnChangeSerializer.Meta):
        fields = (*OwnChangeSerializer.Meta.fields, "actor", "reason")  # type: ignore[assignment]


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """One signature, with the hash of what its writer saw."""

    verdict = serializers.CharField(help_text="granted or refused")
    person = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Decision
        fields = ("role", "verdict", "person", "reason", "dossier_hash", "decided_at", "is_current")


class PlacementSerializer(serializers.ModelSerializer[Placement]):
    """A place in the department."""

    class Meta:
        model = Placement
        fields = ("starts_on", "ends_on")


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    """A candidate in a list of a decider."""

    agent = AgentNameSerializer()
    stage_name = serializers.CharField(source="get_stage_display")
    nominated_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    score = serializers.PrimaryKeyRelatedField[Score](read_only=True)

    class Meta:
        model = Candidate
        fields = ("id", "round", "agent", "stage", "stage_name", "score", "nominated_by", "nominated_at")


class FullCandidateSerializer(CandidateSerializer):
    """A candidate to a decider, with the dossier and its hash, which a decision quotes.

    The hash is the SHA-256 of the dossier as JSON with sorted keys, so that a client can check it.
    """

    round = RoundSerializer()
    score = StandingSerializer(allow_null=True)  # type: ignore[assignment]
    changes = ChangeSerializer(many=True)
    decisions = DecisionSerializer(many=True)
    placement = PlacementSerializer(allow_null=True, default=None)
    dossier = serializers.SerializerMethodField()
    dossier_hash = serializers.SerializerMethodField()

    class Meta(CandidateSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *CandidateSerializer.Meta.fields, "changes", "decisions", "placement", "dossier", "dossier_hash",
        )  # fmt: skip

    def get_dossier(self, candidate: Candidate) -> dict[str, Any]:
        """All that is known, in the very form that is hashed."""
        told: dict[str, Any] = json.loads(json.dumps(dossier(candidate), cls=DjangoJSONEncoder))
        return told

    def get_dossier_hash(self, candidate: Candidate) -> str:
        """The hash to send with a decision."""
        return dossier_hash(candidate)


class OwnRoundSerializer(serializers.ModelSerializer[Round]):
    """The round that one is in."""

    phase_name = serializers.CharField(source="get_phase_display")
    policy = serializers.PrimaryKeyRelatedField[Any](source="policy_version", read_only=True)

    class Meta:
        model = Round
        fields = ("id", "title", "phase", "phase_name", "places", "policy", "assessments_until", "decisions_until")


class OwnCandidacySerializer(serializers.ModelSerializer[Candidate]):
    """One's own candidacy in a list: no name of anybody else."""

    round = OwnRoundSerializer()
    stage_name = serializers.CharField(source="get_stage_display")

    class Meta:
        model = Candidate
        fields = ("id", "round", "stage", "stage_name", "nominated_at")


class FullOwnCandidacySerializer(OwnCandidacySerializer):
    """One's own candidacy: where one stands, and the way so far."""

    score = StandingSerializer(allow_null=True)
    changes = OwnChangeSerializer(many=True)
    placement = PlacementSerializer(allow_null=True, default=None)

    class Meta(OwnCandidacySerializer.Meta):
        fields = (*OwnCandidacySerializer.Meta.fields, "score", "changes", "placement")  # type: ignore[assignment]


class NominationSerializer(StrictSerializer):
    """Into which round, with which score; the score says who. Against the verdict it takes a code and a reason."""

    round = serializers.PrimaryKeyRelatedField(queryset=Round.objects.select_related("policy_version"))
    score = serializers.PrimaryKeyRelatedField(queryset=Score.objects.select_related("run", "agent"))
    reason_code = serializers.ChoiceField(choices=OverrideReason.choices, allow_blank=True, default="")
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class PossibleMoveSerializer(serializers.Serializer[str]):
    """A move that the asker could make now, and what it needs. Made from the name of the move."""

    name = serializers.CharField()
    title = serializers.CharField()
    role = serializers.CharField()
    role_name = serializers.CharField()
    needs_reason = serializers.BooleanField()
    needs_effective_on = serializers.BooleanField()
    needs_dossier_hash = serializers.BooleanField()

    def to_representation(self, instance: str) -> dict[str, Any]:
        """Tell what is written about the move in the table of moves."""
        move = MOVES[instance]
        return {
            "name": move.name,
            "title": str(MOVE_NAMES[move.name]),
            "role": move.role.value,
            "role_name": str(ROLE_NAMES[move.role]),
            "needs_reason": move.needs_reason,
            "needs_effective_on": move.name == "approve",
            "needs_dossier_hash": move.name in DECISIONS,
        }


class PossibleMovesSerializer(serializers.Serializer[dict[str, Any]]):
    """Where the candidate stands, and what could follow."""

    stage = serializers.CharField()
    moves = PossibleMoveSerializer(many=True)


class WantedMoveSerializer(StrictSerializer):
    """Which move, why, from when, and on the strength of which dossier; the gates say what is missing."""

    name = serializers.CharField(max_length=20)
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")
    reason_code = serializers.ChoiceField(choices=OverrideReason.choices, allow_blank=True, default="")
    effective_on = serializers.DateField(allow_null=True, default=None)
    dossier_hash = serializers.CharField(max_length=64, allow_blank=True, default="")
