"""Every address of the API, version 1."""

from django.urls import path

from selection.api.views import agents, candidates, docs, evidence, policies, rounds, runs

app_name = "api"
urlpatterns = [
    path("agents/", agents.AgentList.as_view(), name="agents"),
    path("agents/me/", agents.Me.as_view(), name="me"),
    path("agents/<int:pk>/", agents.AgentDetail.as_view(), name="agent"),
    path("ratings/", evidence.Ratings.as_view(), name="ratings"),
    path("viral-incidents/", evidence.Incidents.as_view(), name="incidents"),
    path("batches/", evidence.BatchList.as_view(), name="batches"),
    path("batches/<int:pk>/", evidence.BatchDetail.as_view(), name="batch"),
    path("policies/", policies.PolicyList.as_view(), name="policies"),
    path("policies/<int:pk>/", policies.PolicyDetail.as_view(), name="policy"),
    path("policies/<int:pk>/publish/", policies.PolicyPublication.as_view(), name="publish_policy"),
    path("policies/<int:pk>/retire/", policies.PolicyRetirement.as_view(), name="retire_policy"),
    path("score-runs/", runs.RunList.as_view(), name="runs"),
    path("score-runs/<int:pk>/", runs.RunDetail.as_view(), name="run"),
    path("score-runs/<int:pk>/scores/", runs.ScoreList.as_view(), name="scores"),
    path("rounds/", rounds.RoundList.as_view(), name="rounds"),
    path("rounds/<int:pk>/", rounds.RoundDetail.as_view(), name="round"),
    path("rounds/<int:pk>/next-phase/", rounds.NextPhase.as_view(), name="next_phase"),
    path("candidates/", candidates.CandidateList.as_view(), name="candidates"),
    path("candidates/<int:pk>/", candidates.CandidateDetail.as_view(), name="candidate"),
    path("candidates/<int:pk>/moves/", candidates.Moves.as_view(), name="moves"),
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
]
