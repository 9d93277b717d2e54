"""HR's addresses."""

from django.urls import include, path

from selection.hr import agents, audit, candidates, exports, ranking, references, rounds, runs, today

app_name = "hr"
urlpatterns = [
    path("", today.today, name="today"),
    path("ranking/", ranking.ranking, name="ranking"),
    path("ranking/export.csv", exports.ranking_csv, name="ranking_csv"),
    path("ranking/export.xlsx", exports.ranking_xlsx, name="ranking_xlsx"),
    path("ranking/scores/<int:pk>/explanation.json", exports.explanation, name="explanation"),
    path("ranking/scores/<int:score_pk>/nominate/", ranking.nominate, name="nominate"),
    path("ranking/runs/new/", runs.new_run, name="new_run"),
    path("ranking/runs/<int:pk>/", runs.run, name="run"),
    path("ranking/agents/<int:pk>/", agents.agent, name="agent"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/open/", rounds.open_round, name="open_round"),
    path("rounds/path/", rounds.path, name="path"),
    path("rounds/<int:pk>/", rounds.round_page, name="round"),
    path("rounds/<int:pk>/invite/", rounds.invite_all, name="invite_all"),
    path("rounds/<int:pk>/phase/", rounds.next_phase, name="next_phase"),
    path("rounds/candidates/<int:pk>/", candidates.candidate, name="candidate"),
    path("rounds/candidates/<int:pk>/moves/<slug:name>/", candidates.make_move, name="move"),
    path("rounds/candidates/<int:pk>/references/", references.references, name="references"),
    path("rounds/candidates/<int:pk>/references/ask/", references.ask_references, name="ask_references"),
    path("rounds/references/<int:pk>/replace/", references.replace_reference, name="replace_reference"),
    path("rounds/appeals/<int:pk>/answer/", candidates.answer, name="answer_appeal"),
    path("evidence/", include("selection.hr.evidence_urls")),
    path("policies/", include("selection.hr.policy_urls")),
    path("policies/", include("selection.hr.comparing_urls")),
    path("audit/", audit.audit, name="audit"),
    path("audit/verify/", audit.verify, name="verify"),
]
