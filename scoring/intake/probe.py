"""Old workbooks are opened by another process first: on a damaged one their reader may take the whole process with it.

The reader asks for memory by numbers that stand in the file; when there is not so much, the process is aborted, and no
exception can be caught. A process of its own, with little memory, dies alone.
"""

import subprocess
import sys
from pathlib import Path

SECONDS = 25
_MEMORY = 1 << 30
_CHILD = f"""
import resource, sys
from python_calamine import CalamineError, CalamineWorkbook, PasswordError
resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
try:
    book = CalamineWorkbook.from_path(sys.argv[1])
    for sheet in book.sheet_names:
        book.get_sheet_by_name(sheet)
except (CalamineError, PasswordError):
    pass
"""


def survives(path: Path) -> bool:
    """Whether a reader lives through opening this workbook and all its sheets, be it with an error it knows."""
    command = [sys.executable, "-I", "-c", _CHILD, str(path)]
    try:
        return subprocess.run(command, capture_output=True, timeout=SECONDS, check=False).returncode == 0  # noqa: S603
    except subprocess.TimeoutExpired:
        return False
