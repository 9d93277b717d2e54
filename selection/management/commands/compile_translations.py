"""`manage.py compile_translations`: make the .mo files that Django reads, without the gettext binaries."""

from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Compile every catalogue below the locale folders."""

    help = "Compile the translations."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for catalogue in sorted(folder.glob("*/LC_MESSAGES/*.po")):
                polib.pofile(str(catalogue)).save_as_mofile(str(catalogue.with_suffix(".mo")))
                if options["verbosity"]:
                    self.stdout.write(f"{catalogue.parent.parent.name}: compiled")
