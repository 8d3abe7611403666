"""Names in the scripts of the world: as their headers spell them, compared, and shown."""

import unicodedata
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from pydicom.dataset import Dataset

from painmap.domain.patient import Patient, PatientKind
from painmap.domain.study import Agreement
from painmap.imaging.header import PatientIdentity
from painmap.services.identity import compare, shown_name
from painmap.services.names import Match, groups_in_words, isolated, match
from tests.imaging.helpers import only_stack
from tests.support.ct import write_series

PEOPLE: dict[str, tuple[str | list[str], str, str, str]] = {
    "Japanese": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう", "山田", "太郎"),
    "Japanese half width": (
        ["ISO 2022 IR 13", "ISO 2022 IR 87"],
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
        "ヤマダ",
        "タロウ",
    ),
    "Korean": (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동", "홍", "길동"),
    "Chinese": ("GB18030", "Wang^XiaoDong=王^小东", "王", "小东"),
    "Chinese traditional": ("ISO_IR 192", "Wang^XiaoDong=王^小東", "王", "小東"),
    "Greek": ("ISO_IR 126", "Διονυσίου^Ελένη", "ΔΙΟΝΥΣΙΟΥ", "Ελενη"),
    "Cyrillic": ("ISO_IR 144", "Фёдоров^Семён", "Федоров", "Семен"),
    "Arabic": ("ISO_IR 127", "قباني^لنزار", "قباني", "لنزار"),
    "Hebrew": ("ISO_IR 138", "שרון^דבורה", "שרון", "דבורה"),
    "Thai": ("ISO_IR 166", "นามสกุล^ชื่อ", "นามสกุล", "ชื่อ"),
    "Turkish": ("ISO_IR 148", "Yıldız^Ayşe", "YILDIZ", "Ayse"),
    "Polish": ("ISO_IR 101", "Łoś^Żaneta", "Los", "Zaneta"),
}


def patient(family: str, given: str) -> Patient:
    return Patient(uuid4(), PatientKind.REAL, family, given, date(1970, 1, 31))


@pytest.mark.parametrize("script", PEOPLE)
def test_a_header_in_its_character_set_is_the_patient_as_typed(script: str, tmp_path: Path) -> None:
    charset, name, family, given = PEOPLE[script]

    def edit(dataset: Dataset, _: int) -> None:
        dataset.SpecificCharacterSet = charset
        dataset.PatientName = name

    write_series(tmp_path, count=1, edit=edit)
    identity = only_stack(tmp_path).identity

    assert identity.name == name
    found = compare(identity, patient(family, given))
    assert found.check.name is Agreement.SAME
    other = compare(identity, patient("Okafor", "Ngozi"))
    assert other.check.name is Agreement.DIFFERENT


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Yamada^Tarou=山田^太郎=ﾔﾏﾀﾞ^ﾀﾛｳ", "Yamada, Tarou (山田 太郎, ヤマダ タロウ)"),
        ("=山田^太郎", "山田 太郎"),
        ("Hong^Gildong=洪^吉洞=홍^길동", "Hong, Gildong (洪吉洞, 홍길동)"),
        ("Wang^XiaoDong=王^小东", "Wang, XiaoDong (王小东)"),
        ("Διονυσίου^Ελένη", "Διονυσίου, Ελένη"),
        ("Roe^Jane^Ann^Dr.", "Roe, Jane Ann"),
        ("", "no name"),
    ],
)
def test_a_name_is_shown_as_its_script_writes_it(name: str, words: str) -> None:
    assert shown_name(PatientIdentity(name=name)) == words


@pytest.mark.parametrize("name", ["قباني^لنزار", "שרון^דבורה"])
def test_a_name_from_right_to_left_does_not_turn_the_sentence_around_it(name: str) -> None:
    study = PatientIdentity(name=name, birth_date=date(1970, 1, 31))

    (difference,) = compare(study, patient("Okafor", "Ngozi")).differences

    assert difference.words.startswith("name: \u2068")
    assert difference.words.endswith("\u2069 in the study, Okafor, Ngozi in the record")
    turned = [sign for sign in difference.words if unicodedata.bidirectional(sign) in ("R", "AL")]
    assert turned, "the name itself stays as it is"


def test_a_name_from_left_to_right_has_no_marks_around_it() -> None:
    assert isolated("Okafor, Ngozi") == "Okafor, Ngozi"


def test_both_kana_spell_one_reading() -> None:
    assert match("やまだ", "たろう", "ヤマダ", "タロウ") is Match.STRONG
    assert match("やまだ", "たろう", "やまた", "たろう") is Match.NONE, "a voiced sign counts"


def test_utf_8_that_no_character_set_declares_is_read_as_what_it_is(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, count=1, name="Иванов^Пётр")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 192", b""))

    assert only_stack(tmp_path).identity.name == "Иванов^Пётр"


def test_latin_letters_that_no_character_set_declares_stay_what_they_are(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, count=1, name="Mueller^Anna")
    content = path.read_bytes().replace(b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 192", b"")
    path.write_bytes(content.replace(b"Mueller", b"M\xfcller ".replace(b" ", b"s")))

    assert only_stack(tmp_path).identity.name == "Müllers^Anna"


def test_a_group_alone_is_shown_once() -> None:
    assert groups_in_words("Roe^Jane=Roe^Jane") == "Roe, Jane"
