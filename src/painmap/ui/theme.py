"""Colours, type and icons: one accent, one neutral scale, two weights of one family."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

FAMILY = "Inter"
BODY_PX = 14
"""Body text; readable at arm's length on a 1440 x 900 screen."""


class Mode(StrEnum):
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Palette:
    """One neutral scale from the page to the strongest ink, one accent, and two warnings."""

    page: str
    surface: str
    raised: str
    line: str
    faint: str
    muted: str
    ink: str
    accent: str
    accent_soft: str
    on_accent: str
    warning: str
    warning_soft: str
    danger: str
    skin: str
    skin_shade: str
    skin_line: str
    paper: str
    """Under what is written or hatched on the figure."""
    skin_ink: str
    """What is drawn on the figure beside pain: ghosts, and the hand's own lines."""
    pain: tuple[str, ...]
    """Pain intensity 0 to 10: one hue, told apart by lightness alone (OKLCH, hue 350), the
    stronger the darker, in both modes and in print, so that a colour never means its opposite."""
    qualities: tuple[str, ...]
    """One a quality of pain, in the order of the words; each comes with a pattern and a letter."""


LIGHT = Palette(
    page="#f3f4f4",
    surface="#ffffff",
    raised="#f8f9f9",
    line="#dde1e2",
    faint="#8b9598",
    muted="#566165",
    ink="#1b2427",
    accent="#0f6e84",
    accent_soft="#dceef2",
    on_accent="#ffffff",
    warning="#8f5300",
    warning_soft="#fbeed9",
    danger="#a3262a",
    skin="#f1efec",
    skin_shade="#6c7276",
    skin_line="#62686a",
    paper="#ffffff",
    skin_ink="#566165",
    pain=(
        "#f1d5e1",
        "#e9bcd0",
        "#dfa3bf",
        "#d58aae",
        "#ca709d",
        "#ba5087",
        "#b2397c",
        "#9a2c6a",
        "#821f58",
        "#6b1247",
        "#550436",
    ),
    qualities=(
        "#4a4f57",
        "#c2410c",
        "#1d4ed8",
        "#7c3aed",
        "#0f766e",
        "#a16207",
        "#5b3a29",
        "#0e7fb8",
        "#4d7c0f",
    ),
)
DARK = Palette(
    page="#14181a",
    surface="#1b2023",
    raised="#22282b",
    line="#333b3f",
    faint="#7d898d",
    muted="#a3aeb2",
    ink="#e9eef0",
    accent="#4fb3c9",
    accent_soft="#1d3a42",
    on_accent="#0c1a1e",
    warning="#efb35c",
    warning_soft="#3a2d17",
    danger="#f08a86",
    skin="#e4e2de",
    skin_shade="#565c60",
    skin_line="#4a5053",
    paper="#fbfaf9",
    skin_ink="#4b565a",
    pain=LIGHT.pain,
    qualities=LIGHT.qualities,
)
PALETTES = {Mode.LIGHT: LIGHT, Mode.DARK: DARK}


@dataclass(frozen=True, slots=True)
class CtColours:
    """Colours over CT pictures, which are dark by day and by night."""

    ground: str = "#000000"
    frame: str = "#23292c"
    text: str = "#d5dcde"
    faint: str = "#8d999d"
    halo: str = "#000000"
    letter: str = "#ffffff"
    warning: str = "#f2b45a"
    cross: str = "#4fb3c9"
    target: str = "#5fe0ee"
    outline: str = "#ffd76e"
    midline: str = "#c3b2ff"
    measure: str = "#ffffff"
    hazard: str = "#ff9a7a"
    chosen: str = "#ffffff"
    loading: str = "#262b2e"
    loading_line: str = "#3f484d"


CT = CtColours()


def load_fonts(resources: Path) -> None:
    """Register the bundled family, so that every machine shows the same widths."""
    for file in sorted((resources / "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(file))


def font(px: int = BODY_PX, *, strong: bool = False) -> QFont:
    """Give the family in `px` pixels, regular or semi-bold, with figures of equal width."""
    result = QFont(FAMILY)
    result.setPixelSize(px)
    result.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


class Icons:
    """Line icons from SVG, drawn in the colour that is asked for."""

    def __init__(self, resources: Path) -> None:
        self._folder = resources / "icons"

    def pixmap(self, name: str, colour: str, px: int = 20, ratio: float = 2.0) -> QPixmap:
        return _pixmap(self._folder / f"{name}.svg", colour, px, ratio)

    def icon(self, name: str, palette: Palette, px: int = 20) -> QIcon:
        """Give `name` in muted ink, and in the accent while its button is checked."""
        result = QIcon()
        result.addPixmap(self.pixmap(name, palette.muted, px), QIcon.Mode.Normal, QIcon.State.Off)
        result.addPixmap(self.pixmap(name, palette.accent, px), QIcon.Mode.Normal, QIcon.State.On)
        result.addPixmap(self.pixmap(name, palette.line, px), QIcon.Mode.Disabled)
        return result


@lru_cache(maxsize=512)
def _pixmap(file: Path, colour: str, px: int, ratio: float) -> QPixmap:
    svg = file.read_text().replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    pixmap = QPixmap(QSize(round(px * ratio), round(px * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, px * ratio, px * ratio))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def apply(app: QApplication, mode: Mode, resources: Path | None = None) -> Palette:
    """Dress the whole program in `mode`; without `resources` boxes lack their arrow."""
    palette = PALETTES[mode]
    app.setStyle("Fusion")
    app.setFont(font())
    app.setPalette(_qt_palette(palette))
    app.setStyleSheet(style_sheet(palette) + (_arrows(resources) if resources else ""))
    return palette


def _arrows(resources: Path) -> str:
    """The arrow of a box that opens; a style sheet takes it from a file only."""
    file = (resources / "icons" / "chevron.svg").as_posix()
    return f'QComboBox::down-arrow {{ image: url("{file}"); width: 12px; height: 12px; }}'


def _qt_palette(palette: Palette) -> QPalette:
    qt = QPalette()
    role = QPalette.ColorRole
    for each, colour in {
        role.Window: palette.page,
        role.Base: palette.surface,
        role.AlternateBase: palette.raised,
        role.Button: palette.raised,
        role.WindowText: palette.ink,
        role.Text: palette.ink,
        role.ButtonText: palette.ink,
        role.PlaceholderText: palette.faint,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.ink,
        role.Link: palette.accent,
        role.Accent: palette.accent,
    }.items():
        qt.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        qt.setColor(QPalette.ColorGroup.Disabled, each, QColor(palette.faint))
    return qt


def style_sheet(p: Palette) -> str:
    """The style sheet of one palette; object names and properties say what a thing is."""
    return f"""
* {{ font-family: "{FAMILY}"; }}
QWidget {{ color: {p.ink}; font-size: {BODY_PX}px; }}
QMainWindow, QWidget#page {{ background: {p.page}; }}
QToolTip {{ background: {p.raised}; color: {p.ink}; border: 1px solid {p.line}; padding: 4px 6px; }}
QLabel[tone="title"] {{ font-size: 24px; font-weight: 600; }}
QLabel[tone="heading"] {{ font-size: 16px; font-weight: 600; }}
QLabel[tone="caption"] {{ font-size: 12px; font-weight: 600; color: {p.muted}; }}
QLabel[tone="muted"] {{ color: {p.muted}; }}
QLabel[tone="faint"] {{ color: {p.muted}; font-size: 13px; }}
QLabel[tone="warning"] {{ color: {p.warning}; }}
QLabel[tone="badge"] {{ color: {p.warning}; background: {p.warning_soft}; border-radius: 4px;
    padding: 3px 8px; font-size: 12px; font-weight: 600; }}
QFrame[card="true"] {{ background: {p.surface}; border: 1px solid {p.line}; border-radius: 8px; }}
QFrame[card="question"] {{ background: {p.warning_soft}; border: 1px solid {p.warning};
    border-radius: 8px; }}
QFrame#patientBar {{ background: {p.surface}; border-bottom: 1px solid {p.line}; }}
QFrame#steps {{ background: {p.surface}; border-right: 1px solid {p.line}; }}
QFrame#sentences {{ background: {p.surface}; border-left: 1px solid {p.line}; }}
QFrame#statusLine {{ background: {p.surface}; border-top: 1px solid {p.line}; }}
QFrame#statusLine QLabel {{ color: {p.muted}; font-size: 12px; }}
QFrame[sentence="true"] {{ background: {p.raised}; border: 1px solid transparent;
    border-radius: 6px; }}
QFrame[sentence="true"]:hover {{ border-color: {p.line}; }}
QFrame[sentence="true"]:focus {{ border-color: {p.accent}; }}
QFrame[sentence="true"][chosen="true"] {{ background: {p.accent_soft};
    border-color: {p.accent}; }}
QFrame#message {{ background: {p.raised}; border: 1px solid {p.line}; border-radius: 8px; }}
QFrame#message[tone="warning"] {{ background: {p.warning_soft}; border-color: {p.warning}; }}

QPushButton {{ background: {p.surface}; border: 1px solid {p.line}; border-radius: 6px;
    padding: 7px 14px; min-height: 20px; }}
QPushButton:hover {{ border-color: {p.faint}; }}
QPushButton:pressed {{ background: {p.raised}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {p.accent}; }}
QPushButton:disabled {{ color: {p.faint}; }}
QPushButton[primary="true"] {{ background: {p.accent}; color: {p.on_accent};
    border-color: {p.accent}; font-weight: 600; }}
QPushButton[primary="true"]:disabled {{ background: {p.line}; border-color: {p.line};
    color: {p.faint}; }}
QPushButton[flat="true"] {{ background: transparent; border-color: transparent;
    color: {p.accent}; }}
QPushButton[flush="true"] {{ padding-left: 0; }}
QPushButton[flat="true"]:hover {{ background: {p.raised}; }}
QPushButton[chip="true"] {{ border-radius: 15px; padding: 4px 13px; min-height: 20px; }}
QPushButton[chip="true"]:checked {{ background: {p.accent_soft}; border-color: {p.accent};
    color: {p.ink}; font-weight: 600; }}
QPushButton[chip="true"][tight="true"] {{ padding: 4px 6px; }}
QPushButton[side="true"] {{ padding: 7px 10px; font-weight: 600; }}
QPushButton[side="true"]:checked {{ background: {p.accent}; border-color: {p.accent};
    color: {p.on_accent}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 5px; color: {p.muted}; }}
QToolButton:hover {{ background: {p.raised}; }}
QToolButton:checked {{ background: {p.accent_soft}; color: {p.accent}; }}
QToolButton[tool="true"] {{ font-size: 12px; padding: 5px 3px; }}
QToolButton[step="true"] {{ padding: 9px 4px 7px 4px; font-size: 12px; border-radius: 8px; }}
QToolButton[step="true"]:checked {{ color: {p.accent}; font-weight: 600; }}
QToolButton[step="true"]:disabled {{ color: {p.faint}; }}

QFrame#scoresRule {{ background: {p.line}; border: none; }}
QToolButton#aboutScore {{ border: 1px solid {p.line}; border-radius: 12px; padding: 0;
    font-size: 12px; font-weight: 600; }}
QToolButton#aboutScore:focus {{ border-color: {p.accent}; }}

QFrame#ctHead {{ background: {p.surface}; border-bottom: 1px solid {p.line}; }}
QFrame#ctTools {{ background: {p.surface}; border-right: 1px solid {p.line}; }}
QFrame#ctBar {{ background: {p.page}; }}
QFrame#ctViews {{ background: {CT.frame}; }}
QFrame#ctWhy {{ background: {CT.ground}; }}
QFrame#ctWhy QLabel {{ color: {CT.text}; }}
QFrame#ctHead QToolButton::menu-indicator {{ image: none; width: 0; }}
QLabel[tone="strong"] {{ font-weight: 600; }}
QToolButton[ctTool="true"] {{ padding: 5px 2px 4px 2px; font-size: 11px; }}
QPushButton[chip="true"][warning="true"] {{ color: {p.warning}; border-color: {p.warning};
    background: {p.warning_soft}; }}

QLineEdit, QPlainTextEdit, QComboBox, QDateEdit, QSpinBox {{ background: {p.surface};
    border: 1px solid {p.line}; border-radius: 6px; padding: 6px 9px; min-height: 20px;
    selection-background-color: {p.accent}; selection-color: {p.on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QDateEdit:focus {{
    border-color: {p.accent}; }}
QLineEdit[search="true"] {{ font-size: 16px; padding: 9px 12px; }}
QComboBox QLineEdit {{ border: none; padding: 0; min-height: 0; background: transparent; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox QAbstractItemView {{ background: {p.surface}; border: 1px solid {p.line};
    selection-background-color: {p.accent_soft}; selection-color: {p.ink}; outline: none; }}

QListView, QTreeView, QTableView {{ background: {p.surface}; border: 1px solid {p.line};
    border-radius: 8px; outline: none; gridline-color: {p.line}; }}
QListView::item, QTreeView::item {{ padding: 7px 8px; }}
QTableView::item {{ padding: 6px 10px; }}
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {{
    background: {p.accent_soft}; color: {p.ink}; }}
QHeaderView {{ background: {p.surface}; }}
QTableView {{ alternate-background-color: {p.raised}; }}
QHeaderView::section {{ background: {p.surface}; color: {p.muted}; border: none;
    border-bottom: 1px solid {p.line}; padding: 8px 10px; font-size: 12px; font-weight: 600; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle {{ background: {p.line}; border-radius: 3px; min-height: 28px;
    min-width: 28px; }}
QScrollBar::handle:hover {{ background: {p.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
    background: none; border: none; width: 0; height: 0; }}
QMenuBar {{ background: {p.surface}; padding: 2px 6px; font-size: 13px; }}
QMenuBar::item {{ padding: 5px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {p.raised}; }}
QMenu {{ background: {p.surface}; border: 1px solid {p.line}; padding: 5px; }}
QMenu::item {{ padding: 6px 26px 6px 14px; border-radius: 4px; }}
QMenu::item:selected {{ background: {p.accent_soft}; color: {p.ink}; }}
QMenu::item:disabled {{ color: {p.faint}; }}
QMenu::separator {{ height: 1px; background: {p.line}; margin: 5px 8px; }}
QProgressBar {{ background: {p.line}; border: none; border-radius: 3px; max-height: 6px;
    min-height: 6px; }}
QProgressBar::chunk {{ background: {p.accent}; border-radius: 3px; }}
QSplitter::handle {{ background: {p.line}; }}
"""
