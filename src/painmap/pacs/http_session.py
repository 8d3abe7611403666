"""HTTP towards a PACS: login, checked certificates, and sockets that can be cut on a stop."""

import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from painmap.pacs.errand import Errand
from painmap.pacs.node import Auth, Node
from painmap.pacs.tls import context_for


class _Basic(AuthBase):
    """Basic authentication in UTF-8; the usual helper stops at Latin letters."""

    def __init__(self, user: str, secret: str) -> None:
        self._apply = requests.auth.HTTPBasicAuth(user.encode(), secret.encode())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._apply(request)
        return request


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Adapter(HTTPAdapter):
    """Tells the errand of every socket that is opened."""

    def __init__(self, errand: Errand, context: ssl.SSLContext) -> None:
        self._errand = errand
        self._context = context
        super().__init__(max_retries=0)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        # a star may stand as it is (RFC 3986 3.4), and not every server decodes an escaped one:
        # Orthanc's DICOMweb 1.7 finds nothing then
        request.url = (request.url or "").replace("%2A", "*")
        return super().send(request, *args, **kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        errand = self._errand

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                errand.hold(self.sock)

        class Encrypted(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                errand.hold(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}


def session_for(node: Node, secret: str, errand: Errand) -> requests.Session:
    """Open a session that logs in as the profile says.

    Parameters
    ----------
    secret : str
        Password or token; empty where none is needed.

    Raises
    ------
    PacsError
        The file of the authority cannot be read.
    """
    session = requests.Session()
    # no proxy and no login from the environment: pictures go to the PACS and nowhere else
    session.trust_env = False
    # packing a CT costs the server more time than sending it costs the hospital's network
    session.headers["Accept-Encoding"] = "identity"
    adapter = _Adapter(errand, context_for(node.ca_file))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    if node.auth is Auth.BASIC:
        session.auth = _Basic(node.user, secret)
    elif node.auth is Auth.BEARER:
        session.auth = _Bearer(secret)
    return session
