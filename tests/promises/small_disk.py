"""A run on a disk that is too small: a program of its own, in a mount namespace of its own.

``python -m tests.promises.small_disk FOLDER SIZES`` mounts a file system of so many of the bytes
that the run needs in all, shares by commas, runs until there is no room, gives it room and runs
again. Prints a line of JSON for each.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from groundswell.errors import GroundswellError
from tests.promises.harness import Place
from tests.promises.settled import settled
from tests.promises.whole_run import refresh

ROOM = "size=1g"


def refresh_told(database: str, folder: Path) -> None:
    """Run; what ends it is said in a file beside the small disk, and by status 2."""
    told = folder.parents[1] / "told"
    told.write_text("")
    try:
        refresh(database, folder)
    except GroundswellError as error:
        told.write_text(str(error))
        raise SystemExit(2) from None


def tried(folder: Path, size: int, expected: dict[str, Any]) -> dict[str, Any]:
    """Return how a run on a disk of so many bytes ended, and the one after it."""
    disk = folder / "disk"
    disk.mkdir(parents=True)
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk))
    place = Place(sqlite_file, disk)
    first = place.run(refresh_told)
    said = (folder / "told").read_text()
    mount("-o", f"remount,{ROOM}", str(disk))
    faults = place.faults()
    again = place.run(refresh_told)
    found = {"bytes": size, "first": first, "said": said, "faults": faults, "again": again}
    left = settled(place)
    found["differing"] = [name for name in expected if left[name] != expected[name]]
    subprocess.run(["umount", str(disk)], check=True)
    return found


def sqlite_file(folder: Path) -> str:
    return str(folder / "groundswell.db")


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def main() -> None:
    folder, shares = Path(sys.argv[1]), [float(one) for one in sys.argv[2].split(",")]
    whole = folder / "whole"
    whole.mkdir(parents=True)
    place = Place(sqlite_file, whole)
    if place.run(refresh):
        raise RuntimeError("the undisturbed run failed")
    expected = settled(place)
    files = [path for path in whole.rglob("*") if path.is_file()]
    needed = sum(-(-path.stat().st_size // 4096) * 4096 for path in files)
    for number, share in enumerate(shares):
        size = int(needed * share) // 4096 * 4096
        sys.stdout.write(json.dumps(tried(folder / str(number), size, expected)) + "\n")


if __name__ == "__main__":
    main()
