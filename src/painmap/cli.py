"""The command line: the same work without the window, and the way to open it.

Every command ends with status 0, or with another and exactly one line on standard error.
"""

import argparse
import getpass
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NoReturn, TypeAlias

from painmap import __version__
from painmap.domain.errors import PainmapError
from painmap.phantom import PatientPosition
from painmap.services import commands, pacs_commands, samples_commands
from painmap.services.data_folder import data_folder
from painmap.services.pacs import StudyQuery
from painmap.services.window_needs import check_window

USAGE_STATUS = 2
ERROR_STATUS = 1
FAULT_STATUS = 70
"""EX_SOFTWARE of BSD's sysexits: the program is to blame."""
STOPPED_STATUS = 130


_Subcommands: TypeAlias = "argparse._SubParsersAction[_Parser]"


class UsageError(PainmapError):
    """The arguments are not right."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", hint=f"See {self.prog} --help.")


def main(argv: Sequence[str]) -> int:
    """Run one command; give the exit status.

    Parameters
    ----------
    argv : sequence of str
        Arguments without the program's name.
    """
    try:
        return _run(argv)
    except UsageError as error:
        return _fail(str(error), USAGE_STATUS)
    except PainmapError as error:
        return _fail(str(error), ERROR_STATUS)
    except BrokenPipeError:
        # whoever read our output has enough; keep Python from flushing into the void at exit
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _fail("Stopped.", STOPPED_STATUS)
    except OSError as error:
        return _fail(f"The operating system says: {error.strerror or error}.", ERROR_STATUS)
    except Exception as error:
        # the last door: whoever calls from a script gets a line and a status, never a traceback
        if os.environ.get("PAINMAP_DEBUG"):
            raise
        fault = f"painmap has a fault of its own ({type(error).__name__})."
        return _fail(f"{fault} Set PAINMAP_DEBUG=1 to see where, and report it.", FAULT_STATUS)


def _fail(message: str, status: int) -> int:
    line = " ".join(message.split())
    with suppress(OSError):
        sys.stderr.write(f"painmap: {line}\n")
    return status


def _run(argv: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a test's stream has none
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    arguments = parser().parse_args(argv)
    if arguments.command is None:
        return _open_window(arguments)
    try:
        with warnings.catch_warnings():
            # libraries quote values of the files in their warnings, which may be names
            warnings.simplefilter("ignore")
            text = _text(arguments)
    except commands.CommandError as error:
        _print(error.output)
        raise
    _print(text)
    return 0


def _text(arguments: argparse.Namespace) -> str:
    match arguments.command:
        case "series":
            return commands.series(arguments.path, as_json=arguments.json)
        case "convert":
            return commands.convert(
                arguments.path,
                arguments.out,
                series_uid=arguments.series,
                stack=arguments.stack,
                reading=arguments.reading,
            )
        case "export":
            return commands.export(
                _data(arguments), arguments.visit_id, arguments.folder, _painter()
            )
        case "import":
            return commands.import_file(_data(arguments), arguments.file)
        case "samples" if arguments.samples == "list":
            return samples_commands.listing(_data(arguments), as_json=arguments.json)
        case "samples":
            return samples_commands.getting(
                _data(arguments),
                arguments.sample,
                endpoint=arguments.endpoint,
                report=_report if sys.stdout.isatty() else _keep_quiet,
            )
        case "pacs":
            return _pacs(arguments)
        case _:
            return commands.phantom(arguments.out, commands.phantom_options(vars(arguments)))


def _pacs(arguments: argparse.Namespace) -> str:
    data, name = _data(arguments), arguments.profile
    match arguments.pacs_command:
        case "echo":
            return pacs_commands.echo(data, name, _ask_secret)
        case "find":
            query = StudyQuery(
                family_name=arguments.family,
                given_name=arguments.given,
                patient_id=arguments.id,
                birth_date=arguments.birth_date,
                since=arguments.since,
                until=arguments.until,
                modality=arguments.modality,
            )
            return pacs_commands.find(data, name, query, _ask_secret, as_json=arguments.json)
        case _:
            return pacs_commands.fetch(
                data, name, arguments.study_uid, _ask_secret, modality=arguments.modality
            )


def _ask_secret(name: str) -> str:
    """Ask at the terminal; a script that has none is told that the password is missing."""
    return getpass.getpass(f"Password or token for {name}: ") if sys.stdin.isatty() else ""


def _painter() -> commands.Painter | None:
    """The way to paint pictures without a screen; None where Qt cannot be loaded."""
    try:
        check_window({**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    except PainmapError:
        return None
    from painmap import app  # noqa: PLC0415 - Qt is loaded for what is seen only

    return app.export_with_pictures


def _print(text: str) -> None:
    if text:
        print(text)
        sys.stdout.flush()  # a full disk or a closed pipe shows here, not at exit


def _report(words: str) -> None:
    """Say on one line of the terminal how far something is."""
    sys.stdout.write(f"\r\x1b[K{words}\r")
    sys.stdout.flush()


def _keep_quiet(_: str) -> None:
    """Whoever reads from a script is told the end only."""


def _open_window(arguments: argparse.Namespace) -> int:
    check_window()
    from painmap import app  # noqa: PLC0415 - Qt is loaded for the window only

    data, demo = _records(arguments)
    return app.run(demo=demo, data=data)


def _data(arguments: argparse.Namespace) -> Path:
    data, demo = _records(arguments)
    return data_folder(data, demo=demo)


def _records(arguments: argparse.Namespace) -> tuple[Path | None, bool]:
    # absent unless said, so that it may stand before or after the command
    return getattr(arguments, "data", None), getattr(arguments, "demo", False)


def parser() -> _Parser:
    """Describe the command line."""
    records = _Parser(add_help=False)
    records.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        default=argparse.SUPPRESS,
        help="data folder; else PAINMAP_DATA, else the usual place of this system",
    )
    records.add_argument(
        "--demo",
        action="store_true",
        default=argparse.SUPPRESS,
        help="the demonstration, in a data folder of its own",
    )
    top = _Parser(
        prog="painmap",
        parents=[records],
        description="Pain drawing, CT, muscle and injection plan in one record. Without a "
        "command the window opens.",
    )
    top.add_argument("--version", action="version", version=f"painmap {__version__}")
    subcommands = top.add_subparsers(dest="command", metavar="COMMAND")
    _add_ct(subcommands)
    _add_records(subcommands, records)
    _add_samples(subcommands, records)
    _add_phantom(subcommands)
    _add_pacs(subcommands, records)
    return top


def _add_ct(subcommands: _Subcommands) -> None:
    series = subcommands.add_parser(
        "series", help="which CT stacks are in a folder, file, DICOMDIR or zip"
    )
    series.add_argument("path", type=Path, metavar="PATH")
    series.add_argument("--json", action="store_true", help="for programs, with every detail")
    convert = subcommands.add_parser("convert", help="write one stack as a NIfTI volume in HU")
    convert.add_argument("path", type=Path, metavar="PATH")
    convert.add_argument("out", type=Path, metavar="OUT.nii.gz")
    convert.add_argument("--series", metavar="UID", help="Series Instance UID")
    convert.add_argument("--stack", type=int, metavar="N", help="number within the series, from 0")
    convert.add_argument(
        "--reading",
        metavar="WAY",
        help="another way to read a series that has several: its number as painmap series lists "
        'them, from 1, or its name, such as "split by acquisition"',
    )


def _add_records(
    subcommands: _Subcommands,
    records: _Parser,
) -> None:
    export = subcommands.add_parser("export", parents=[records], help="write a visit's files")
    export.add_argument("visit_id", metavar="VISIT_ID")
    export.add_argument("folder", type=Path, metavar="FOLDER")
    take_in = subcommands.add_parser(
        "import", parents=[records], help="take in a visit from its JSON document"
    )
    take_in.add_argument("file", type=Path, metavar="FILE")


def _add_samples(subcommands: _Subcommands, records: _Parser) -> None:
    samples = subcommands.add_parser("samples", help="public CT series to try the program with")
    actions = samples.add_subparsers(dest="samples", metavar="list|get", required=True)
    listed = actions.add_parser(
        "list", parents=[records], help="which there are, and their licence"
    )
    listed.add_argument("--json", action="store_true", help="for programs, with every detail")
    get = actions.add_parser("get", parents=[records], help="bring one to this computer")
    get.add_argument("sample", metavar="NAME", help="as painmap samples list calls it")
    get.add_argument("--endpoint", metavar="URL", help="another server that speaks S3")


def _add_pacs(subcommands: _Subcommands, records: _Parser) -> None:
    pacs = subcommands.add_parser("pacs", help="ask a PACS, search it, fetch a study")
    below = pacs.add_subparsers(dest="pacs_command", metavar="COMMAND", required=True)
    echo = below.add_parser("echo", parents=[records], help="does it answer")
    find = below.add_parser("find", parents=[records], help="list studies")
    fetch = below.add_parser("fetch", parents=[records], help="fetch what is missing of a study")
    for each in (echo, find, fetch):
        each.add_argument("profile", metavar="PROFILE", help="its name in the window")
    for name in ("family", "given", "id"):
        find.add_argument(f"--{name}", default="", metavar="TEXT")
    for name in ("birth-date", "since", "until"):
        find.add_argument(f"--{name}", type=date.fromisoformat, metavar="YYYY-MM-DD")
    find.add_argument("--json", action="store_true", help="for programs")
    fetch.add_argument("study_uid", metavar="STUDY_UID")
    for each in (find, fetch):
        each.add_argument("--modality", default="CT", metavar="CT", help='"" for any')


def _add_phantom(subcommands: _Subcommands) -> None:
    phantom = subcommands.add_parser("phantom", help="write the synthetic lumbar CT")
    phantom.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder")
    phantom.add_argument("--seed", type=int, help="chooses the body and the noise")
    phantom.add_argument(
        "--position",
        choices=[each.value for each in PatientPosition],
        dest="patient_position",
        help="how the patient lies",
    )
    millimetres = {
        "off-centre-mm": "shift to the patient's left",
        "rotation-deg": "turn around the long axis",
        "scoliosis-mm": "largest sideways shift of the spine",
        "gantry-tilt-deg": "tilt of each slice",
        "slice-step-mm": "distance from slice to slice",
        "noise-hu": "standard deviation of the noise",
    }
    for name, words in millimetres.items():
        phantom.add_argument(f"--{name}", type=float, metavar="X", help=words)
    for name in ("rows", "columns", "slices"):
        phantom.add_argument(f"--{name}", type=int, metavar="N")
    phantom.add_argument(
        "--pixel-spacing",
        type=float,
        nargs=2,
        metavar=("ROWS", "COLUMNS"),
        help="millimetres between rows, between columns",
    )
    for name, words in (("missing", "left out"), ("duplicate", "written twice")):
        phantom.add_argument(
            f"--{name}-slices", type=int, nargs="+", metavar="K", help=f"slices that are {words}"
        )
    phantom.add_argument(
        "--rescales",
        metavar="SLOPE:INTERCEPT,...",
        help="how stored values become HU, slice by slice in turn, such as 1:-1024,0.5:-1024",
    )
    phantom.add_argument("--padding", action="store_true", default=None)
    phantom.add_argument("--shuffled", action="store_true", default=None, help="files in no order")
