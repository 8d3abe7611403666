"""The layers hold, and the words that people read are the field's."""

import re
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]

FORBIDDEN = ("safe", "clear", "eligible", "recommended", "optimal", "verified", "anonymous")
"""Words that would promise what was not checked (interface.md, Words)."""


def test_imports_point_down_and_qt_stays_on_top() -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)

    assert status == 0


def test_no_file_names_an_index_host() -> None:
    text = (ROOT / "constraints.txt").read_text()

    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def _texts_of_the_window() -> list[tuple[str, str]]:
    """Every string in ui and in what it shows, with its file; docstrings left out."""
    found = []
    for folder in ("ui", "domain", "services", "exchange", "imaging", "records", "documents"):
        for file in (ROOT / "src" / "painmap" / folder).rglob("*.py"):
            code = re.sub(r'"""(?:.|\n)*?"""', "", file.read_text(encoding="utf-8"))
            found += [(file.name, text) for text in re.findall(r'"([^"\n]*)"', code)]
    return found


def test_no_text_promises_what_was_not_checked() -> None:
    word = re.compile(rf"\b({'|'.join(FORBIDDEN)})\b", re.IGNORECASE)
    told = [(file, text) for file, text in _texts_of_the_window() if word.search(text)]
    sentences = [(file, text) for file, text in told if " " in text.strip()]

    assert sentences == []
