"""Write the generated documents beside their models, or check that they are up to date.

``python -m daybook.schemas.export`` writes; with ``--check`` it writes nothing and exits 1 on drift.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from daybook.schemas.documents import documents

FOLDER: Final = Path(__file__).resolve().parent


def drift(folder: Path) -> list[str]:
    """Paths of documents that are missing, out of date, or that no model stands behind any more."""
    wanted = documents()
    differing = [path for path, text in wanted.items() if _read(folder / path) != text]
    left_over = [f"json/{file.name}" for file in (folder / "json").glob("*.json")]
    return sorted({*differing, *(path for path in left_over if path not in wanted)})


def export(folder: Path) -> list[str]:
    """Bring the documents in ``folder`` up to date; the paths that were written or removed."""
    wanted = documents()
    changed = drift(folder)
    for path in changed:
        target = folder / path
        if path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(wanted[path])
        else:
            target.unlink()
    return changed


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Exit code: 0 where all is up to date or was written, 1 where ``--check`` finds drift."""
    parser = argparse.ArgumentParser(prog="python -m daybook.schemas.export", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a document is out of date"
    )
    check = parser.parse_args(arguments).check
    paths = drift(folder) if check else export(folder)
    for path in paths:
        sys.stderr.write(f"{'out of date' if check else 'written'}: schemas/{path}\n")
    if check and paths:
        sys.stderr.write("Run python -m daybook.schemas.export and commit what it writes.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
