"""Studies on disk, as one door: what a folder holds, one study of it, and finding it again."""

from painmap.services.anchors import anchor_for, anchor_state, stack_of
from painmap.services.attached_studies import (
    Reopened,
    StudyError,
    StudyProblem,
    attached,
    finding_again,
    held_against,
    relocating,
    reopening,
    shows_same_person,
)
from painmap.services.folder_contents import FolderContents, contents_of, scanning_folder
from painmap.services.study_on_disk import Person, StudyOnDisk

__all__ = [
    "FolderContents",
    "Person",
    "Reopened",
    "StudyError",
    "StudyOnDisk",
    "StudyProblem",
    "anchor_for",
    "anchor_state",
    "attached",
    "contents_of",
    "finding_again",
    "held_against",
    "relocating",
    "reopening",
    "scanning_folder",
    "shows_same_person",
    "stack_of",
]
