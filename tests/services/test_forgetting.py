"""What is kept beside the record of a study goes with it: index, thumbnails, copies."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from painmap.domain.places import Sha256
from painmap.domain.progress import run_to_end
from painmap.domain.study import Agreement, IdentityCheck
from painmap.imaging.opener import open_file
from painmap.services.clinic import Clinic
from painmap.services.keeping import copying_first
from painmap.services.studies import attached, scanning_folder
from painmap.services.study_files import Kept, listed
from tests.support import ct

THEN = datetime(2026, 3, 4, tzinfo=UTC)


def test_a_study_that_is_deleted_leaves_nothing_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("painmap.imaging.scan.UNSETTLED_NS", -(10**18))
    ct.write_series(tmp_path / "disc")
    clinic = Clinic.open(tmp_path / "records", author="dr.weber")
    (disk,) = run_to_end(scanning_folder(tmp_path / "disc")).studies
    kept = run_to_end(
        copying_first(
            clinic.store,
            disk,
            disk.first_stack,
            opener=open_file,
            word="disc",
            all_at_once=True,
        )
    )
    (copy,) = run_to_end(scanning_folder(kept.disk.folder, memory=clinic.index)).studies
    unknown = Agreement.UNKNOWN
    check = IdentityCheck(name=unknown, birth_date=unknown, sex=unknown)
    study = attached(copy, origin=copy.origin, identity=check, import_report=Sha256("0" * 64))
    run_to_end(clinic.index.thumbnailing(copy.first_stack))
    clinic.keep_files(
        listed(
            study.id, copy.folder, copy.stacks, kept=Kept.COPY, at=datetime(2026, 3, 4, tzinfo=UTC)
        )
    )
    clinic.index.keep(copy.folder, (study.study_uid,))
    assert clinic.index.recall(copy.folder)
    assert clinic.index.thumbnail(copy.first_stack) is not None

    clinic.forget_files(study)

    assert not copy.folder.exists()
    assert not clinic.index.recall(copy.folder)
    assert clinic.index.thumbnail(copy.first_stack) is None
    assert clinic.files_of(study.id) is None
    assert len(list((tmp_path / "disc").iterdir())) == 6
    clinic.close()
