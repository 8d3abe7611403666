"""Short lists that come in as a text file."""

from pathlib import Path

from painmap.domain.errors import PainmapError

MOST_BYTES = 200_000
"""A list of segments has some hundred letters; more is another kind of file."""


def read_list_file(path: Path) -> str:
    """Give the text of a file with a list; it blocks.

    Raises
    ------
    PainmapError
        It cannot be read, is too long, or is no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PainmapError(
            "The file with the list cannot be read.", hint="Choose it again, or paste its text."
        ) from error
    if len(content) > MOST_BYTES:
        raise PainmapError(
            "The file is too long for a list of CHOIR segments.",
            hint="Paste the line with the segments instead.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PainmapError(
            "The file with the list is no plain text.",
            hint="Save it as text (UTF-8), or paste the segments.",
        ) from error
