"""The last wall: the database itself lets no round change the policy version that it opened with."""

from django.db import migrations

WORDS = "a round keeps the policy version it opened with"
SQLITE = [
    "CREATE TRIGGER IF NOT EXISTS selection_round_keeps_policy BEFORE UPDATE OF policy_version_id ON selection_round "
    f"WHEN NEW.policy_version_id IS NOT OLD.policy_version_id BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
]
POSTGRESQL = [
    "CREATE FUNCTION selection_round_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
    "CREATE TRIGGER selection_round_keeps_policy BEFORE UPDATE OF policy_version_id ON selection_round FOR EACH ROW "
    "WHEN (NEW.policy_version_id IS DISTINCT FROM OLD.policy_version_id) EXECUTE FUNCTION selection_round_refuse()",
]
UNDO_SQLITE = ["DROP TRIGGER selection_round_keeps_policy"]
UNDO_POSTGRESQL = [
    "DROP TRIGGER selection_round_keeps_policy ON selection_round",
    "DROP FUNCTION selection_round_refuse()",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in UNDO_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else UNDO_SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("selection", "0002_groups")]
    operations = [migrations.RunPython(guard, unguard)]
