"""Short ways from a folder to a scan, a stack, a volume."""

from pathlib import Path

from painmap.domain.progress import run_to_end
from painmap.imaging.scan import ScanResult, scanning
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume, loading


def scan(path: Path) -> ScanResult:
    return run_to_end(scanning(path))


def only_stack(path: Path) -> Stack:
    (stack,) = scan(path).stacks
    return stack


def load(path: Path) -> Volume:
    return run_to_end(loading(only_stack(path)))


def codes(stack: Stack) -> set[str]:
    return {code.value for code in stack.codes}
