"""The last wall: the database itself refuses to change or delete a policy version that is no draft.

A published version may only be retired, and a retired one stays as it is. A draft keeps its author, or one person
could pass it off as shipped. SQLite's REPLACE deletes without asking the trigger for deletions, so it is stopped before
it inserts. A later migration that makes SQLite rebuild the table drops its triggers: it has to run `guard` again.
"""

from django.db import migrations

FROZEN = ("name", "version", "document", "document_hash", "author_id", "publisher_id", "created_at", "published_at")
WORDS = "a published policy version is frozen"


def _changed(is_not):
    return " OR ".join(f"NEW.{column} {is_not} OLD.{column}" for column in FROZEN)


def _offence(is_not):
    return (
        f"(OLD.state = 'published' AND (NEW.state NOT IN ('published', 'retired') OR {_changed(is_not)})) "
        "OR OLD.state = 'retired' OR (OLD.state = 'draft' AND NEW.state = 'retired') "
        f"OR (OLD.author_id IS NOT NULL AND NEW.author_id {is_not} OLD.author_id)"
    )


SQLITE = [
    "CREATE TRIGGER IF NOT EXISTS scoring_policy_no_update BEFORE UPDATE ON scoring_policyversion "
    f"WHEN {_offence('IS NOT')} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    "CREATE TRIGGER IF NOT EXISTS scoring_policy_no_delete BEFORE DELETE ON scoring_policyversion "
    f"WHEN OLD.state <> 'draft' BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    "CREATE TRIGGER IF NOT EXISTS scoring_policy_no_replace BEFORE INSERT ON scoring_policyversion "
    "WHEN EXISTS (SELECT 1 FROM scoring_policyversion AS kept WHERE kept.state <> 'draft' "
    "AND (kept.id = NEW.id OR (kept.name = NEW.name AND kept.version = NEW.version))) "
    f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
]
POSTGRESQL = [
    "CREATE FUNCTION scoring_policy_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
    "CREATE TRIGGER scoring_policy_no_update BEFORE UPDATE ON scoring_policyversion FOR EACH ROW "
    f"WHEN ({_offence('IS DISTINCT FROM')}) EXECUTE FUNCTION scoring_policy_refuse()",
    "CREATE TRIGGER scoring_policy_no_delete BEFORE DELETE ON scoring_policyversion FOR EACH ROW "
    "WHEN (OLD.state <> 'draft') EXECUTE FUNCTION scoring_policy_refuse()",
]
UNDO_SQLITE = [f"DROP TRIGGER scoring_policy_no_{verb}" for verb in ("update", "delete", "replace")]
UNDO_POSTGRESQL = [
    "DROP TRIGGER scoring_policy_no_update ON scoring_policyversion",
    "DROP TRIGGER scoring_policy_no_delete ON scoring_policyversion",
    "DROP FUNCTION scoring_policy_refuse()",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in UNDO_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else UNDO_SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
