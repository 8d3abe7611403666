"""Starts painmap, as ``python -m painmap`` and as the command ``painmap``.

Nothing but the standard library may be imported before `keep_out_current_folder` has run: a
folder named ``dl`` in the current directory breaks the import of python-gdcm, and with it of
pydicom, and any other name there could stand for a library.
"""

import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
"""The folder that painmap itself is imported from."""


def keep_out_current_folder(entries: list[str], *, home: Path = HOME) -> list[str]:
    """Give the places of imports without the current directory.

    Parameters
    ----------
    entries : list of str
        `sys.path`.
    home : Path
        Stays even if it is the current directory, since the program itself lies there.
    """
    try:
        here = Path.cwd().resolve()
    except OSError:  # deleted while we stood in it
        return [entry for entry in entries if entry not in ("", ".")]
    return [entry for entry in entries if home == here or Path(entry or ".").resolve() != here]


def main() -> int:
    """Run painmap with the arguments of the command line; give the exit status."""
    sys.path[:] = keep_out_current_folder(sys.path)
    from painmap.cli import main as run  # noqa: PLC0415 - only now is the path safe

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
