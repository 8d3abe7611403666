"""Whether two names may be one person's: case, accents, order and initials aside."""

import unicodedata
from enum import IntEnum
from itertools import permutations

_EXPANDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_VOICED = "\u3099\u309a"
"""Marks that make another kana of a kana, so that they are no accents."""
_HIRAGANA_OF = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
"""Katakana to hiragana: both spell the same reading of a name."""

_ISOLATE, _POP = "\u2068", "\u2069"
"""Unicode's marks around a text of another direction, so that the sentence keeps its order."""

MOST_GIVEN_NAMES = 5


class Match(IntEnum):
    """How well two names agree."""

    NONE = 0
    WEAK = 1
    """Only by an initial, by a missing given name, or with family and given name exchanged."""
    STRONG = 2


def tokens(text: str) -> list[frozenset[str]]:
    """Split a name into words, each as the set of its spellings without case and accents.

    An umlaut is spelt with and without its e, so that "Müller" meets both "Mueller" and
    "MULLER"; "Mueller" and "Muller" do not meet each other.
    """
    # half-width kana become whole, letters with their accents one sign
    whole = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    words = "".join(sign if _belongs(sign) else " " for sign in whole).split()
    return [frozenset({_plain(word), _plain(word.translate(_EXPANDED))}) for word in words]


def _belongs(sign: str) -> bool:
    return sign.isalnum() or bool(unicodedata.combining(sign))


def _plain(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.translate(_PLAIN).translate(_HIRAGANA_OF))
    kept = (c for c in apart if c in _VOICED or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(kept))


def folded(text: str) -> str:
    """One spelling of a text, to compare numbers and institutions."""
    return " ".join(min(word, key=len) for word in tokens(text))


def dicom_groups(name: str) -> list[tuple[str, str]]:
    """Split a DICOM Person Name into (family, given with middle) of each of its groups.

    Alphabetic, ideographic and phonetic group stand apart by "=" (PS3.5, 6.2); prefix and
    suffix are left out. A name without "^" is one text, given as the family name.
    """
    found = []
    for group in name.split("="):
        family, *rest = (part.strip() for part in group.split("^"))
        if not rest and "," in family:
            family, rest = family.split(",", 1)[0], [family.split(",", 1)[1]]
        given = " ".join(rest[:2]).strip()
        if family.strip() or given:
            found.append((family.strip(), given))
    return found


def written_name(family: str, given: str) -> str:
    """A name as its own script writes it: 山田 太郎, 王小東, 홍길동, else "Family, Given"."""
    if not (family and given):
        return family or given
    scripts = {_script(sign) for sign in family + given if sign.isalpha()}
    if scripts & {"HIRAGANA", "KATAKANA"}:
        return f"{family} {given}"
    if scripts and scripts <= {"HANGUL"}:
        return f"{family}{given}"
    if scripts and scripts <= {"CJK"}:
        return f"{family} {given}" if len(given) > 1 and len(family) > 1 else f"{family}{given}"
    return f"{family}, {given}"


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").split(" ")[0].split("-")[0]


def groups_in_words(name: str) -> str:
    """All groups of a DICOM name: "Yamada, Tarou (山田 太郎, やまだ たろう)"; empty if none."""
    written = [isolated(written_name(*each)) for each in dicom_groups(whole_width(name))]
    if not written:
        return ""
    others = list(dict.fromkeys(each for each in written[1:] if each != written[0]))
    return f"{written[0]} ({', '.join(others)})" if others else written[0]


def whole_width(text: str) -> str:
    """Half-width kana and full-width letters as usual ones, for the screen."""
    return unicodedata.normalize("NFKC", text)


def isolated(text: str) -> str:
    """A name within a sentence: Arabic and Hebrew must not turn what stands around them."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text):
        return f"{_ISOLATE}{text}{_POP}"
    return text


def match(family: str, given: str, other_family: str, other_given: str) -> Match:
    """Hold one name against another."""
    ours, theirs = tokens(family), tokens(other_family)
    our_given, their_given = tokens(given), tokens(other_given)
    if _same_text(ours, theirs):
        if not our_given and not their_given:
            return Match.STRONG
        if not our_given or not their_given:
            return Match.WEAK
        return _match_given(our_given, their_given)
    # one text without components has no order of its own, nor, in some scripts, any spaces
    one_text = not our_given or not their_given
    if _same_words(ours + our_given, theirs + their_given):
        return Match.STRONG if one_text else Match.WEAK
    together = _together(ours + our_given) & _together(theirs + their_given)
    return Match.STRONG if one_text and together - {""} else Match.NONE


def _same_text(ours: list[frozenset[str]], theirs: list[frozenset[str]]) -> bool:
    """Equal words in order, or equal when written together ("Van Dyk", "Vandyk")."""
    if len(ours) == len(theirs):
        return all(a & b for a, b in zip(ours, theirs, strict=True)) and bool(ours)
    return bool(_together(ours) & _together(theirs) - {""})


def _together(words: list[frozenset[str]]) -> set[str]:
    return {"".join(min(w, key=len) for w in words), "".join(max(w, key=len) for w in words)}


def _same_words(ours: list[frozenset[str]], theirs: list[frozenset[str]]) -> bool:
    if len(ours) != len(theirs) or not ours or len(ours) > MOST_GIVEN_NAMES:
        return False
    return any(
        all(a & b for a, b in zip(ours, order, strict=True)) for order in permutations(theirs)
    )


def _match_given(ours: list[frozenset[str]], theirs: list[frozenset[str]]) -> Match:
    """Every name of the shorter list has its own in the longer; initials count as weak.

    The first given names must meet, unless all names are there in another order.
    """
    if _same_text(ours, theirs) or _same_words(ours, theirs):
        return Match.STRONG
    few, many = sorted((ours, theirs), key=len)
    if few[0] & many[0]:
        rest = many[1:]
        for word in few[1:]:
            partner = next((w for w in rest if w & word or _initial(w, word)), None)
            if partner is None:
                return Match.NONE
            rest.remove(partner)
        return Match.STRONG
    if _initial(few[0], many[0]):
        return Match.WEAK
    return Match.WEAK if any(few[0] & word for word in many[1:]) else Match.NONE


def _initial(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether one is the other's first letter."""
    return any((len(x) == 1 or len(y) == 1) and x[:1] == y[:1] for x in a for y in b if x.isascii())
