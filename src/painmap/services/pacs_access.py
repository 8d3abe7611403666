"""What a window or a command needs to work with a PACS: profiles, passwords, store, as jobs."""

from dataclasses import dataclass
from pathlib import Path

from painmap.domain.progress import Job
from painmap.pacs.archive import Archive, Finding, FoundStudy, Patience, StudyQuery
from painmap.pacs.errand import running
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.node import Node
from painmap.services.pacs import archive_for, retrieving, searching
from painmap.services.pacs_ledger import Held
from painmap.services.pacs_profiles import PacsProfiles
from painmap.services.pacs_store import PacsStore
from painmap.services.secrets import Secrets

ASKING = "Asking the keyring"


@dataclass(frozen=True, slots=True)
class SecretState:
    """Whether passwords can be kept here, and whether one is kept for a profile."""

    can_keep: bool
    kept: bool


class PacsAccess:
    """The PACS of one data folder.

    Parameters
    ----------
    folder : Path
        The data folder.
    secrets : Secrets or None
        None: the keyring of the system.
    """

    def __init__(
        self, folder: Path, *, secrets: Secrets | None = None, patience: Patience | None = None
    ) -> None:
        self.profiles = PacsProfiles(folder)
        self.store = PacsStore(folder)
        self._secrets = secrets or Secrets()
        self._patience = patience

    def secret_state(self, name: str) -> Job[SecretState]:
        """Ask the keyring, which may take its time."""

        def ask() -> SecretState:
            return SecretState(self._secrets.is_available, bool(self._secrets.of(name)))

        return running(lambda _: ask(), ASKING)

    def keeping(self, name: str, secret: str, *, instead_of: str = "") -> Job[bool]:
        """Keep a password in the keyring; gives whether it is there.

        Parameters
        ----------
        secret : str
            Empty: what was kept stays.
        instead_of : str
            Former name of the profile, whose password it takes over.
        """

        def keep() -> bool:
            word = secret
            if instead_of and instead_of != name:
                word = secret or self._secrets.of(instead_of)
                self._secrets.keep(instead_of, "")
            return not word or self._secrets.keep(name, word)

        return running(lambda _: keep(), ASKING)

    def forgetting(self, name: str) -> Job[bool]:
        """Take a password out of the keyring."""
        return running(lambda _: self._secrets.keep(name, ""), ASKING)

    def testing(self, node: Node, typed: str = "") -> Job[None]:
        """Find out whether a PACS answers and takes the login."""
        archive = yield from self._archive(node, typed)
        yield from archive.echo()

    def searching(self, node: Node, query: StudyQuery, typed: str = "") -> Job[Finding]:
        archive = yield from self._archive(node, typed)
        return (yield from searching(archive, query))

    def retrieving(
        self, node: Node, study: FoundStudy, *, modality: str, typed: str = ""
    ) -> Job[Held]:
        """Fetch what is missing of a study; see `services.pacs.retrieving`."""
        archive = yield from self._archive(node, typed)
        return (
            yield from retrieving(archive, self.store, study, source=node.name, modality=modality)
        )

    def _archive(self, node: Node, typed: str) -> Job[Archive]:
        """Give the archive with its password: as typed, else from the keyring.

        Raises
        ------
        PacsError
            One is needed, and there is none.
        """
        secret = ""
        if node.needs_secret:
            secret = typed or (yield from running(lambda _: self._secrets.of(node.name), ASKING))
            if not secret:
                raise PacsError(PacsProblem.NOT_TYPED)
        return archive_for(node, secret, self._patience)
