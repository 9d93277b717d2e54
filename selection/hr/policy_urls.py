"""Addresses of policies."""

from django.urls import path

from selection.hr import policies, policy_editor, policy_files, policy_readers

urlpatterns = [
    path("", policies.policies, name="policies"),
    path("new/", policy_editor.new_policy, name="new_policy"),
    path("draft/", policy_editor.draft_policy, name="draft_policy"),
    path("read/", policy_editor.read_policy, name="read_policy"),
    path("policy.schema.json", policy_files.policy_schema, name="policy_schema"),
    path("<int:pk>/", policies.policy, name="policy"),
    path("<int:pk>/edit/", policy_editor.edit_policy, name="edit_policy"),
    path("<int:pk>/discard/", policy_editor.discard, name="discard_policy"),
    path("<int:pk>/publish/", policies.publish, name="publish_policy"),
    path("<int:pk>/retire/", policies.retire, name="retire_policy"),
    path("<int:pk>/readers/", policy_readers.policy_readers, name="policy_readers"),
    path("<int:pk>/policy.toml", policy_files.policy_toml, name="policy_toml"),
    path("<int:pk>/policy.json", policy_files.policy_json, name="policy_json"),
]
