"""Addresses of the evidence pages, under HR's."""

from django.urls import include, path

from selection.hr import (
    disputes,
    evidence,
    evidence_batch,
    evidence_upload,
    evidence_waiting,
    flags,
    replacements,
    without_flagged,
)

urlpatterns = [
    path("", evidence.evidence, name="evidence"),
    path("upload/", evidence_upload.upload_evidence, name="upload_evidence"),
    path("waiting/", evidence_waiting.waiting_agents, name="waiting_agents"),
    path("waiting/resolve/", evidence_waiting.resolve_agent, name="resolve_agent"),
    path("incidents/", include("selection.hr.incident_urls")),
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<int:pk>/", disputes.dispute, name="dispute"),
    path("flags/", flags.flags, name="flags"),
    path("flags/ranking/", without_flagged.ranking_without_flagged, name="ranking_without_flagged"),
    path("flags/<int:pk>/clear/", flags.clear, name="clear_flag"),
    path("replacements/", replacements.replacements, name="replacements"),
    path("replacements/<int:pk>/", replacements.replacement, name="replacement"),
    path("<int:pk>/replacement/", replacements.batch_replacement, name="batch_replacement"),
    path("<int:pk>/", evidence_batch.batch, name="batch"),
    path("<int:pk>/columns/", evidence_batch.columns, name="batch_columns"),
    path("<int:pk>/check/", evidence_batch.check_again, name="check_again"),
    path("<int:pk>/confirm/", evidence_batch.confirm_import, name="confirm_import"),
    path("<int:pk>/cancel/", evidence_batch.cancel_import, name="cancel_import"),
    path("<int:pk>/resume/", evidence_batch.resume_import, name="resume_import"),
    path("<int:pk>/drop/", evidence_batch.drop_file, name="drop_file"),
    path("<int:pk>/withdraw/", evidence_batch.withdraw_batch, name="withdraw_batch"),
    path("<int:pk>/profile/", evidence_batch.keep_profile, name="keep_profile"),
    path("<int:pk>/refused.csv", evidence_batch.refused_csv, name="refused_csv"),
]
