"""Every address of the API, version 1."""

from django.urls import path

from selection.api.views import (
    acknowledgements,
    agents,
    candidates,
    comparing,
    docs,
    evidence,
    overrides,
    policies,
    references,
    replacements,
    rounds,
    runs,
)

app_name = "api"
urlpatterns = [
    path("agents/", agents.AgentList.as_view(), name="agents"),
    path("agents/me/", agents.Me.as_view(), name="me"),
    path("agents/<int:pk>/", agents.AgentDetail.as_view(), name="agent"),
    path("ratings/", evidence.Ratings.as_view(), name="ratings"),
    path("viral-incidents/", evidence.Incidents.as_view(), name="incidents"),
    path("batches/", evidence.BatchList.as_view(), name="batches"),
    path("batches/<int:pk>/", evidence.BatchDetail.as_view(), name="batch"),
    path("batches/<int:pk>/replacements/", replacements.BatchReplacements.as_view(), name="batch_replacements"),
    path("replacements/", replacements.ReplacementList.as_view(), name="replacements"),
    path("replacements/<int:pk>/", replacements.ReplacementDetail.as_view(), name="replacement"),
    path("replacements/<int:pk>/decide/", replacements.Decision.as_view(), name="decide_replacement"),
    path("policies/", policies.PolicyList.as_view(), name="policies"),
    path("policies/<int:pk>/", policies.PolicyDetail.as_view(), name="policy"),
    path("policies/<int:pk>/publish/", policies.PolicyPublication.as_view(), name="publish_policy"),
    path("policies/<int:pk>/retire/", policies.PolicyRetirement.as_view(), name="retire_policy"),
    path(
        "policies/<int:pk>/acknowledgements/", acknowledgements.AcknowledgementList.as_view(), name="acknowledgements"
    ),
    path("policies/<int:pk>/acknowledge/", acknowledgements.Acknowledging.as_view(), name="acknowledge"),
    path("comparisons/", comparing.ComparisonList.as_view(), name="comparisons"),
    path("comparisons/<int:pk>/", comparing.ComparisonDetail.as_view(), name="comparison"),
    path("what-ifs/", comparing.WhatIfList.as_view(), name="what_ifs"),
    path("overrides/", overrides.OverrideList.as_view(), name="overrides"),
    path("overrides/people/", overrides.OverrideRates.as_view(), name="override_rates"),
    path("score-runs/", runs.RunList.as_view(), name="runs"),
    path("score-runs/<int:pk>/", runs.RunDetail.as_view(), name="run"),
    path("score-runs/<int:pk>/scores/", runs.ScoreList.as_view(), name="scores"),
    path("score-runs/<int:pk>/what-ifs/", comparing.RunWhatIfs.as_view(), name="run_what_ifs"),
    path("rounds/", rounds.RoundList.as_view(), name="rounds"),
    path("rounds/<int:pk>/", rounds.RoundDetail.as_view(), name="round"),
    path("rounds/<int:pk>/next-phase/", rounds.NextPhase.as_view(), name="next_phase"),
    path("candidates/", candidates.CandidateList.as_view(), name="candidates"),
    path("candidates/<int:pk>/", candidates.CandidateDetail.as_view(), name="candidate"),
    path("candidates/<int:pk>/moves/", candidates.Moves.as_view(), name="moves"),
    path("candidates/<int:pk>/references/", references.CandidateReferences.as_view(), name="candidate_references"),
    path("references/", references.ReferenceList.as_view(), name="references"),
    path("references/mine/", references.OwnReferenceList.as_view(), name="own_references"),
    path("references/<int:pk>/hand-in/", references.HandedInReference.as_view(), name="hand_in_reference"),
    path("references/<int:pk>/decline/", references.DeclinedReference.as_view(), name="decline_reference"),
    path("references/<int:pk>/replace/", references.ReplacedReference.as_view(), name="replace_reference"),
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
]
