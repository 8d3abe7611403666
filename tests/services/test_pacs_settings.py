"""Profiles without passwords, and passwords in the keyring alone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, fail, null
from keyring.errors import KeyringLocked

from painmap.domain.progress import run_to_end
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.node import Auth, Kind, Node, Retrieve
from painmap.services.data_folder import DataFolderError
from painmap.services.pacs_access import PacsAccess, SecretState
from painmap.services.pacs_profiles import FILE_NAME, PacsProfiles
from painmap.services.secrets import Secrets, is_trusted
from tests.support.keyring import MemoryKeyring

HOSPITAL = Node("Hospital", host="10.0.0.7", port=11112, ae_title="PACS")
CLOUD = Node(
    "Cloud", kind=Kind.DICOMWEB, url="https://pacs.org/dw", auth=Auth.BASIC, user="radiology"
)


def test_profiles_come_back_the_last_one_first(tmp_path: Path) -> None:
    profiles = PacsProfiles(tmp_path)
    profiles.save(HOSPITAL)
    profiles.save(CLOUD)

    assert PacsProfiles(tmp_path)() == (CLOUD, HOSPITAL)
    assert profiles.named("Hospital") == HOSPITAL
    assert profiles.named("Nowhere") is None


def test_a_renamed_profile_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    profiles = PacsProfiles(tmp_path)
    profiles.save(HOSPITAL)

    profiles.save(replace(HOSPITAL, name="Clinic"), instead_of="Hospital")
    assert [node.name for node in profiles()] == ["Clinic"]
    profiles.remove("Clinic")
    assert profiles() == ()


_TITLES = st.text("ABCXYZ_019", min_size=1, max_size=16)


@given(
    name=st.text(min_size=1).filter(lambda text: bool(text.strip())),
    port=st.integers(1, 65535),
    titles=st.tuples(_TITLES, _TITLES),
    retrieve=st.sampled_from(Retrieve),
    tls=st.booleans(),
)
def test_every_profile_comes_back(
    name: str,
    port: int,
    titles: tuple[str, str],
    retrieve: Retrieve,
    tls: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("data")
    node = Node(
        name,
        host="pacs",
        port=port,
        ae_title=titles[0],
        own_ae_title=titles[1],
        retrieve=retrieve,
        tls=tls,
    )
    PacsProfiles(folder).save(node)

    assert PacsProfiles(folder)() == (node,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1, null]",
        '[{"name": "x"}]',
        '[{"name": "x", "host": "h", "ae_title": "A", "port": "104"}]',
        '[{"name": "x", "host": "h", "ae_title": "A", "port": true}]',
        '[{"name": "x", "host": "h", "ae_title": "A", "kind": "smtp"}]',
        '[{"name": 5, "host": "h", "ae_title": "A"}]',
    ],
)
def test_what_is_no_profile_is_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)

    assert PacsProfiles(tmp_path)() == ()


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError):
        PacsProfiles(tmp_path / "missing").save(HOSPITAL)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": " "}, "name"),
        ({"host": ""}, "address"),
        ({"host": "a b"}, "address"),
        ({"ae_title": ""}, "AE title of the PACS"),
        ({"ae_title": "A" * 17}, "AE title of the PACS"),
        ({"own_ae_title": "Ä"}, "AE title of this program"),
        ({"own_ae_title": "A\\B"}, "AE title of this program"),
        ({"port": 0}, "port"),
        ({"port": 70000}, "port"),
        ({"retrieve": Retrieve.MOVE, "receiver_port": 80}, "receiving port"),
    ],
)
def test_a_profile_that_cannot_be_right_says_why(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        replace(HOSPITAL, **changes)  # type: ignore[arg-type]  # as named


@pytest.mark.parametrize(
    "url",
    ["", "pacs.org", "ftp://pacs.org", "https://", "https://a b", "http://x:99999", "http://[::1"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address of the service"):
        replace(CLOUD, url=url)


def test_a_password_in_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="out of the address"):
        replace(CLOUD, url="https://me:secret@pacs.org/dw")


def test_a_password_over_plain_http_is_noticed() -> None:
    assert replace(CLOUD, url="http://pacs.org/dw").is_readable_on_the_way
    assert not CLOUD.is_readable_on_the_way
    assert not replace(CLOUD, url="http://pacs.org/dw", auth=Auth.NONE).is_readable_on_the_way


# --- passwords


def test_a_password_is_kept_in_the_keyring_and_in_no_file(tmp_path: Path) -> None:
    ring = MemoryKeyring()
    access = PacsAccess(tmp_path, secrets=Secrets(ring))
    access.profiles.save(CLOUD)

    assert run_to_end(access.keeping("Cloud", "s3cret-word"))

    assert ring.kept == {("painmap PACS", "Cloud"): "s3cret-word"}
    assert run_to_end(access.secret_state("Cloud")) == SecretState(can_keep=True, kept=True)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not any(b"s3cret-word" in file.read_bytes() for file in files)
    assert json.loads((tmp_path / FILE_NAME).read_text())[0]["user"] == "radiology"


def test_an_empty_password_is_forgotten() -> None:
    ring = MemoryKeyring()
    secrets = Secrets(ring)
    secrets.keep("Cloud", "word")

    assert secrets.keep("Cloud", "")
    assert secrets.keep("Cloud", "")
    assert secrets.of("Cloud") == ""
    assert ring.kept == {}


def test_a_keyring_that_stays_shut_gives_no_password() -> None:
    class Shut(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringLocked

        set_password = get_password  # type: ignore[assignment]  # both refuse alike

    secrets = Secrets(Shut())

    assert secrets.of("Cloud") == ""
    assert not secrets.keep("Cloud", "")


def test_without_a_keyring_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_keyring", fail.Keyring)
    access = PacsAccess(tmp_path)

    assert not run_to_end(access.keeping("Cloud", "word"))
    assert run_to_end(access.secret_state("Cloud")) == SecretState(can_keep=False, kept=False)
    with pytest.raises(PacsError) as caught:
        run_to_end(access.testing(CLOUD))
    assert caught.value.problem is PacsProblem.NOT_TYPED


def test_a_keyring_that_is_a_readable_file_is_not_used() -> None:
    readable = type("PlaintextKeyring", (MemoryKeyring,), {"__module__": "keyrings.alt.file"})()

    assert not is_trusted(readable)
    assert not is_trusted(null.Keyring())
    assert not is_trusted(fail.Keyring())
    assert is_trusted(SecretService.Keyring())


def test_the_first_of_a_chain_of_keyrings_decides() -> None:
    from keyring.backends import chainer  # noqa: PLC0415 - for this alone

    class Chain(chainer.ChainerBackend):
        backends: list[KeyringBackend] = [MemoryKeyring(), SecretService.Keyring()]  # type: ignore[assignment]  # noqa: RUF012 - a property there

    assert not is_trusted(Chain())
