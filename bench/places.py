"""Where the benches keep their files: the folder may be deleted at any time."""

import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "rostrum-bench"
