"""The addresses of the portal, all about the one who is logged in."""

from django.urls import path

from selection.portal import incidents, ratings, references, sitting, views, writing

app_name = "portal"
urlpatterns = [
    path("", views.path, name="path"),
    path("policy/", views.policy, name="policy"),
    path("policy/<int:pk>/read/", views.acknowledge_policy, name="acknowledge_policy"),
    path("references/", references.references, name="references"),
    path("references/<int:pk>/", references.reference, name="reference"),
    path("references/<int:pk>/decline/", references.decline_reference, name="decline_reference"),
    path("score/", views.score, name="score"),
    path("ratings/", ratings.ratings, name="ratings"),
    path("ratings/<int:pk>/", ratings.rating, name="rating"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/<int:pk>/", incidents.incident, name="incident"),
    path("incidents/<int:pk>/pictures/<int:picture_pk>/", incidents.incident_picture, name="incident_picture"),
    path("history/", views.history, name="history"),
    path("rounds/<int:pk>/", views.round_path, name="round"),
    path("rounds/<int:pk>/invitation/", views.invitation, name="invitation"),
    path("rounds/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("rounds/<int:pk>/results/", views.results, name="results"),
    path("rounds/<int:pk>/objections/", views.objections, name="objections"),
    path("rounds/<int:pk>/test/", sitting.test, name="test"),
    path("rounds/<int:pk>/test/start/", sitting.start, name="test_start"),
    path("rounds/<int:pk>/test/answers/", sitting.answers, name="test_answers"),
    path("rounds/<int:pk>/test/answers/<int:position>/", sitting.answer, name="test_answer"),
    path("rounds/<int:pk>/test/finish/", sitting.finish, name="test_finish"),
    path("rounds/<int:pk>/task/", writing.task, name="task"),
    path("rounds/<int:pk>/task/start/", writing.start, name="task_start"),
    path("rounds/<int:pk>/task/draft/", writing.draft, name="task_draft"),
    path("rounds/<int:pk>/task/hand-in/", writing.hand_in_page, name="task_hand_in"),
]
