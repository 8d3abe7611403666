"""Passwords in the keyring of the system; never in a file, a setting or a log.

A keyring may ask the user to open it, and may take its time: call these in a job.
"""

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import chainer
from keyring.errors import KeyringError

SERVICE = "painmap PACS"

TRUSTED = ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
"""Modules of `keyring.backends` that keep passwords encrypted by the system's own means."""

NO_KEYRING = (
    "This system has no keyring that keeps passwords, so painmap asks for it each time and keeps "
    "it nowhere."
)


class Secrets:
    """The passwords of one data folder's profiles.

    Parameters
    ----------
    backend : KeyringBackend or None
        None: the system's.
    """

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._given = backend

    @property
    def is_available(self) -> bool:
        """Whether a password can be kept; where not, it is asked each time."""
        return self._backend() is not None

    def of(self, name: str) -> str:
        """Give the password of a profile; empty when none is kept or the keyring stays shut."""
        backend = self._backend()
        if backend is None:
            return ""
        try:
            return backend.get_password(SERVICE, name) or ""
        except KeyringError:
            return ""

    def keep(self, name: str, secret: str) -> bool:
        """Keep a password, or forget it when it is empty; say whether that was done."""
        backend = self._backend()
        if backend is None:
            return False
        try:
            if secret:
                backend.set_password(SERVICE, name, secret)
            elif backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)
        except KeyringError:
            return False
        return True

    def _backend(self) -> KeyringBackend | None:
        if self._given is not None:
            return self._given
        found = keyring.get_keyring()
        return found if is_trusted(found) else None


def is_trusted(backend: KeyringBackend) -> bool:
    """Whether a keyring is one of the system's, and not a file with readable passwords."""
    if isinstance(backend, chainer.ChainerBackend):
        return any(is_trusted(each) for each in backend.backends[:1])
    package, _, module = type(backend).__module__.rpartition(".")
    return package == "keyring.backends" and module in TRUSTED
