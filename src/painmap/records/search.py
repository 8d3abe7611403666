"""Finds patients whatever the case and the accents in which a name was typed."""

import unicodedata

from painmap.domain.patient import Patient

_NOT_DECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
"""Letters with a stroke or a bow, which Unicode does not take apart."""


def folded(text: str) -> str:
    """Give `text` in small letters without accents, its words parted by single spaces.

    References
    ----------
    The Unicode Standard, section 3.13, D146: compatibility caseless matching.
    """
    # taking apart may bring forth capitals again
    once = unicodedata.normalize("NFKD", text.casefold())
    apart = unicodedata.normalize("NFKD", once.casefold())
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    plain = plain.translate(_NOT_DECOMPOSED)
    return " ".join("".join(each if each.isalnum() else " " for each in plain).split())


def searched_text(patient: Patient) -> str:
    """What a search for `patient` looks in: names, birth date, record number."""
    born = patient.birth_date
    dates = f"{born.isoformat()} {born:%d.%m.}{born.year} {born:%d/%m/}{born.year}" if born else ""
    return folded(f"{patient.family_name} {patient.given_name} {patient.record_number} {dates}")
