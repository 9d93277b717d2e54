"""The evidence of the demo company: generated, then imported through the same door as anybody's files."""

import tempfile
from datetime import date, datetime
from pathlib import Path

from django.contrib.auth.models import User

from fixtures import cast
from fixtures.company import generate
