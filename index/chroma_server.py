"""A Chroma server, over a session of our own under Chroma's client.

It reaches that address and nothing else (no proxy of the environment, no redirect), it never waits without end, and
what goes wrong on the way has a name: Chroma's own session waits for ever, and its client raises a bare `Exception`
with whatever text came.
"""

from __future__ import annotations

import ssl
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from corpus.errors import UserError
from index.chroma_answers import ADDRESS, Check, checked
from index.chroma_client import chroma, settings
from index.unavailable import Unavailable

Result = TypeVar("Result")
CONNECT_SECONDS = 3.0


class Server:
    """A Chroma server, reached as seldom as can be: nothing is asked before the first call."""

    def __init__(self, url: str, token: str | None = None, timeout_seconds: float = 10.0) -> None:
        """Keep the address.

        Args:
            url: `http://HOST:PORT`, `https://...`, with a path where a proxy has it under one.
            token: sent as `Authorization: Bearer TOKEN`, for a proxy that guards the server; Chroma itself has none.
            timeout_seconds: how long one request may take.

        Raises:
            UserError: the address can't be one.
        """
        self.url = checked(url)
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._opened: list[tuple[Any, httpx.Client]] = []
        self._check = Check(self.url, bool(token))
        # Connections are not left open when the last who asked over them is gone.
        weakref.finalize(self, _close, self._opened)

    def patient(self, timeout_seconds: float) -> Server:
        """Return the same server for requests that take longer, such as a builder's."""
        return Server(self.url, self._token, timeout_seconds)

    def now(self) -> float:
        """Return the server's own time, seconds since 1970: machines need not agree on theirs."""
        return float(self.asked(lambda api: api.heartbeat())) / 1e9

    def kind(self) -> str:
        """Say which server it is; Chroma's Python server calls itself by its package's version, `chroma run` "1.0.0".

        Raises:
            UserError: it is Chroma's Python server, which anybody who reaches it can make run code (CVE-2026-45829).
        """
        version = str(self.asked(lambda api: api.get_version()))
        if self._check.server == "uvicorn":
            raise UserError(
                f"the Chroma server at {self.url} is Chroma's Python server {version}, which is open to code of "
                "whoever reaches it (CVE-2026-45829)",
                "start it with `chroma run`",
            )
        return f"API version {version}"

    def names(self, prefix: str) -> dict[str, Any]:
        """Return the metadata of each collection whose name begins so, by name."""
        found: dict[str, Any] = {}
        seen = 0
        while models := self._page(seen):
            found.update({one.name: one.metadata or {} for one in models if one.name.startswith(prefix)})
            seen += len(models)
        return found

    def _page(self, offset: int) -> Any:
        return self.asked(lambda api: api.list_collections(limit=_PAGE, offset=offset))

    def create(self, name: str, metadata: dict[str, Any], hnsw: dict[str, Any] | None = None) -> Collection | None:
        """Make a collection, in one step; None when there is one of that name."""
        chosen = {"hnsw": hnsw} if hnsw else None
        errors = chroma().errors
        try:
            made = self.asked(
                lambda api: api.create_collection(name, configuration=chosen, metadata=metadata), again=False
            )
        except (errors.ChromaError, ValueError) as error:
            if "already exists" in str(error):
                return None
            raise
        return Collection(self, made)

    def find(self, name: str) -> Collection | None:
        """Return a collection; None when there is none of that name."""
        try:
            return Collection(self, self.asked(lambda api: api.get_collection(name)))
        except chroma().errors.NotFoundError:
            return None

    def delete(self, name: str) -> None:
        """Remove a collection; one that is not there is no error."""
        try:
            self.asked(lambda api: api.delete_collection(name))
        except chroma().errors.NotFoundError:
            return

    def asked(self, request: Callable[[Any], Result], *, again: bool = True) -> Result:
        """Do one request, and say what went wrong on the way.

        Args:
            request: given Chroma's client.
            again: try once more when the connection broke, as one does that the server has closed for being idle.

        Raises:
            Unavailable: the server can't be reached, is not ready, or takes too long; it may be back in a moment.
            UserError: what answers is no Chroma, or asks for a token.
        """
        api = self._api()
        try:
            try:
                return request(api)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if not again:
                    raise
                return request(api)
        except httpx.TransportError as error:
            raise self._away(error) from error
        except chroma().errors.NotFoundError:
            raise
        except chroma().errors.ChromaError as error:
            if "already exists" in str(error):
                raise
            raise UserError(f"the Chroma server at {self.url} refuses: {error}", "wardbook doctor") from error

    def collection(self, model: Any) -> Any:
        """Return Chroma's own object for a collection."""
        made = chroma().api.models.Collection.Collection
        return made(client=self._api(), model=model, embedding_function=None)

    def close(self) -> None:
        """Let go of the connections; closing twice is allowed, and a later call opens new ones."""
        with self._lock:
            _close(self._opened)

    def _api(self) -> Any:
        with self._lock:
            if not self._opened:
                self._opened.append(self._open())
            system, _ = self._opened[0]
        return system.instance(chroma().api.ServerAPI)

    def _open(self) -> tuple[Any, httpx.Client]:
        session = self._session()
        try:
            self._greet(session)
        except BaseException:
            session.close()
            raise
        chosen = settings(
            "chromadb.api.fastapi.FastAPI",
            chroma_server_host=self.url,
            chroma_server_http_port=0,
            chroma_server_ssl_enabled=self.url.startswith("https:"),
            chroma_server_ssl_verify=None,
            chroma_server_headers={},
            chroma_client_auth_provider=None,
        )
        # `chromadb.HttpClient` asks the server four things while it is made, over a session that waits for ever.
        system = chroma().config.System(chosen)
        api = system.instance(chroma().api.ServerAPI)
        api._session.close()
        api._session = session
        system.start()
        return system, session

    def _away(self, error: httpx.TransportError) -> Unavailable:
        said = "it takes too long" if isinstance(error, httpx.TimeoutException) else str(error) or type(error).__name__
        hint = "let SSL_CERT_FILE name the certificate of your authority" if "CERTIFICATE" in said else None
        return Unavailable(f"the Chroma server at {self.url} can't be reached: {said}", hint)

    def _session(self) -> httpx.Client:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(self._timeout_seconds, connect=CONNECT_SECONDS),
            # An intranet's certificates are of its own authority: SSL_CERT_FILE names that, or the system knows it.
            verify=ssl.create_default_context() if self.url.startswith("https:") else False,
            trust_env=False,
            event_hooks={"response": [self._check]},
        )

    def _greet(self, session: httpx.Client) -> None:
        """Make sure that a Chroma server of a version that we speak with is there."""
        try:
            answer = session.get(f"{self.url}/api/v2/heartbeat")
            if _beats(answer):
                self._check.greeted = True
                return
            if _beats(session.get(f"{self.url}/api/v1/heartbeat")):
                raise UserError(f"the Chroma server at {self.url} is older than 1.0", "run Chroma 1.5 or newer there")
        except httpx.TransportError as error:
            raise self._away(error) from error
        raise UserError(f"what answers at {self.url} is no Chroma server ({answer.status_code})", ADDRESS)


class Collection:
    """A collection of a server, known by its id: one that takes its name later is another."""

    def __init__(self, server: Server, model: Any) -> None:
        self._server = server
        self._model = model

    @property
    def id(self) -> str:
        """What tells it from one that takes its name later."""
        return str(self._model.id)

    @property
    def name(self) -> str:
        """Its name when it was looked up."""
        return str(self._model.name)

    @property
    def metadata(self) -> dict[str, Any]:
        """What was noted of it when it was looked up."""
        return dict(self._model.metadata or {})

    def add(self, **records: Any) -> None:
        """Add records; of an id that there is, nothing is changed."""
        self._asked(lambda collection: collection.add(**records))

    def count(self) -> int:
        """Return how many records it has."""
        return int(self._asked(lambda collection: collection.count()))

    def get(self, **wanted: Any) -> Any:
        """Return records."""
        return self._asked(lambda collection: collection.get(**wanted))

    def query(self, **wanted: Any) -> Any:
        """Return the nearest records."""
        return self._asked(lambda collection: collection.query(**wanted))

    def delete(self, **which: Any) -> None:
        """Remove records."""
        self._asked(lambda collection: collection.delete(**which))

    def modify(self, **values: Any) -> bool:
        """Change name or metadata in one step; False when the collection is no more."""
        try:
            self._server.asked(lambda _api: self._server.collection(self._model).modify(**values))
        except chroma().errors.NotFoundError:
            return False
        return True

    def _asked(self, request: Callable[[Any], Result]) -> Result:
        try:
            return self._server.asked(lambda _api: request(self._server.collection(self._model)))
        except chroma().errors.NotFoundError as error:
            message = f"the Chroma server at {self._server.url} does not have collection {self.name} any more"
            raise Unavailable(message, "wardbook index") from error


def _close(opened: list[tuple[Any, httpx.Client]]) -> None:
    while opened:
        system, session = opened.pop()
        system.stop()
        session.close()


_PAGE = 500


def _beats(answer: httpx.Response) -> bool:
    try:
        return answer.status_code == 200 and "nanosecond heartbeat" in answer.json()
    except (ValueError, TypeError):
        return False
