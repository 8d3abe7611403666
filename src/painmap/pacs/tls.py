"""Encryption towards a PACS: its certificate is always checked, never waved through."""

import ssl

from painmap.pacs.errors import PacsError, PacsProblem


def context_for(ca_file: str) -> ssl.SSLContext:
    """Give the rules of an encrypted connection.

    Parameters
    ----------
    ca_file : str
        PEM file of an authority; it is trusted beside the usual ones. May be empty.

    Raises
    ------
    PacsError
        The file cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError) as error:  # SSLError is an OSError
            raise PacsError(PacsProblem.CA_FILE) from error
    return context
