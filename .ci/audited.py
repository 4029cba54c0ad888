"""Reads what pip-audit found: ends with 1 if something has a known hole, and says how much was looked at."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(path: Path) -> int:
    """The exit code; a report that is not there or says nothing is no finding, and that is said."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["dependencies"]
    except (OSError, ValueError, KeyError, TypeError):
        found = []
    looked_at = [each for each in found if "vulns" in each]
    if not looked_at:
        sys.stdout.write("The database of known holes cannot be reached: the dependency audit is skipped.\n")
        return 0
    holes = [(each, hole) for each in looked_at for hole in each["vulns"]]
    for each, hole in holes:
        mended = ", ".join(hole.get("fix_versions") or ["no version yet"])
        sys.stdout.write(f"{each['name']} {each['version']}: {hole['id']}, mended in {mended}\n")
    sys.stdout.write(f"{len(looked_at)} packages held against known holes: {len(holes)} found.\n")
    return 1 if holes else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
