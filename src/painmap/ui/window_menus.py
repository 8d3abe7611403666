"""The menus of the window, as one list."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from painmap.domain.edits import Page
from painmap.ui.actions import Action
from painmap.ui.finish_page import FinishPage
from painmap.ui.theme import Mode
from painmap.ui.window_doors import WindowDoors


@dataclass(frozen=True, slots=True)
class Commands:
    """What menus ask of the window itself."""

    show_page: Callable[[Page], object]
    show_sheet: Callable[[], object]
    undo: Callable[[], object]
    redo: Callable[[], object]
    use_mode: Callable[[Mode], object]
    quit: Callable[[], object]


def window_actions(commands: Commands, doors: WindowDoors, finish: FinishPage) -> list[Action]:
    """Give every entry in the order in which it stands in its menu."""
    return [
        *_file(commands, doors, finish),
        Action("undo", "Edit", "Undo", commands.undo, "Ctrl+Z", True),
        Action("redo", "Edit", "Redo", commands.redo, "Ctrl+Shift+Z", True),
        *_view(commands, doors),
        Action("about", "Help", "What painmap is for", doors.show_purpose, "F1"),
    ]


def _file(commands: Commands, doors: WindowDoors, finish: FinishPage) -> list[Action]:
    file = "File"
    return [
        Action("patients", file, "Patients", partial(commands.show_page, Page.TODAY), "Ctrl+L"),
        Action("open", file, "Open DICOM folder ...", doors.choose_folder, "Ctrl+O", True, True),
        Action("pacs", file, "From PACS ...", doors.show_pacs, "Ctrl+Shift+O", True),
        Action("samples", file, "Sample studies", doors.show_samples),
        Action("open-file", file, "Open zip or DICOMDIR ...", doors.choose_files, needs_visit=True),
        Action("label-map", file, "Import label map ...", doors.choose_label_map, needs_visit=True),
        Action("export", file, "Export visit ...", finish.choose_export, "Ctrl+E", True, True),
        Action("import", file, "Import visit ...", doors.choose_import, "Ctrl+I"),
        Action("copy", file, "Copy visit as text", finish.copy_text, "Ctrl+Shift+C", True),
        Action("sheet", file, "Plan sheet ...", commands.show_sheet, "Ctrl+P", True),
        Action("quit", file, "Quit", commands.quit, "Ctrl+Q", separated=True),
    ]


def _view(commands: Commands, doors: WindowDoors) -> list[Action]:
    view = "View"
    return [
        *(
            Action(
                f"page-{page.value}",
                view,
                page.value,
                partial(commands.show_page, page),
                f"Alt+{n}",
            )
            for n, page in enumerate(Page, 1)
        ),
        Action("group-map", view, "Group map ...", doors.show_group, separated=True),
        Action("light", view, "Light", partial(commands.use_mode, Mode.LIGHT), separated=True),
        Action("dark", view, "Dark", partial(commands.use_mode, Mode.DARK)),
    ]
