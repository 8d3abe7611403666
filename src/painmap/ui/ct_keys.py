"""The keys of the page CT, as a sheet to read."""

from painmap.imaging.window import WINDOWS
from painmap.ui.ct_tool_strip import TOOLS

TITLE = "Keys of the page CT"

OTHERS = (
    ("F", "Fill the muscle between its contours"),
    ("L", "List the muscles"),
    ("[ and ]", "Smaller or larger brush"),
    ("Shift", "The brush erases; so does the right button"),
    ("Shift and Livewire", "Straight on, whatever lies there"),
    ("Return", "Close the contour; end a way that is measured: its length, the angle of three"),
    (
        "Drag an edge",
        "Move a whole outline; a double click on it adds a vertex, Alt and a click on "
        "a vertex removes it",
    ),
    ("Backspace", "Take the last vertex back"),
    ("Delete", "Remove the vertex that is held, else what is chosen"),
    ("Escape", "Leave the gesture, the question, what is chosen"),
    ("Up and Down", "One slice"),
    ("Page Up and Page Down", "Five slices"),
    ("Space", "Move the picture while it is held"),
    ("Home", "Fit the pictures"),
    ("G", "All views of one size, or a large one with the others beside it"),
    ("Z", "A lens under the pointer, or none"),
    ("K", "Play the slices of the large picture; anything stops them"),
    ("Ctrl+0", "One pixel of the large picture on one pixel of the screen"),
    ("Ctrl and drag", "With the window tool: the window of a region"),
    ("Rings", "With the window tool: drag one on the crosshair for a plane at any angle"),
    ("U", "Turn the axial picture: the back up, the patient's LEFT on the left"),
    ("?", "This sheet"),
)


def key_lines() -> list[str]:
    """One line a key: the tools first, the windows last."""
    tools = [(spec.key, f"{spec.word}. {spec.hint}") for spec in TOOLS]
    windows = [(f"Ctrl+{n}", f"Window: {each.name}") for n, each in enumerate(WINDOWS, 1)]
    return [f"{key}:  {words}" for key, words in (*tools, *OTHERS, *windows)]
