"""The five groups that carry the roles."""

from django.db import migrations

from selection.groups import ensure_groups


def make(apps, schema_editor):
    ensure_groups(
        groups=apps.get_model("auth", "Group"),
        permissions=apps.get_model("auth", "Permission"),
        content_types=apps.get_model("contenttypes", "ContentType"),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("selection", "0001_initial"),
        ("scoring", "0001_initial"),
        ("journal", "0002_append_only"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
