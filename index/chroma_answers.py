"""What may answer at the address of a Chroma server, and what is said of it."""

from __future__ import annotations

import httpx

from corpus.errors import UserError
from index.unavailable import Unavailable

_LARGE = "let the proxy before it take 40 MB (nginx: client_max_body_size 40m)"
ADDRESS = "set WARDBOOK_CHROMA_URL to the address of `chroma run`, such as http://127.0.0.1:8000"


class Check:
    """Gives a name to what no Chroma server says of itself; the rest is read by Chroma's client."""

    def __init__(self, url: str, with_token: bool) -> None:
        self._url = url
        self._with_token = with_token
        self.greeted = False
        """Whether a Chroma server has been found there."""
        self.server = ""
        """What it called itself in its last answer."""

    def __call__(self, response: httpx.Response) -> None:
        """Raise if the answer is none of Chroma's own; arguments of httpx's event hook."""
        status = response.status_code
        self.server = response.headers.get("server", "")
        if status in (401, 403):
            response.read()
            sent = "does not take the token" if self._with_token else "asks for a token"
            raise UserError(f"the Chroma server at {self._url} {sent} ({status})", "set WARDBOOK_CHROMA_TOKEN")
        if status in (429, 502, 503, 504):
            raise Unavailable(f"the Chroma server at {self._url} is not ready ({status})")
        if status >= 500:
            text = response.read().decode("utf-8", "replace")[:300]
            raise Unavailable(f"the Chroma server at {self._url} failed ({status}): {text}")
        if status == 413:
            raise UserError(f"the Chroma server at {self._url} takes no request as large as ours (413)", _LARGE)
        if 300 <= status < 400:
            raise UserError(f"what answers at {self._url} sends elsewhere ({status})", ADDRESS)
        if self.greeted and "json" not in response.headers.get("content-type", ""):
            text = response.read().decode("utf-8", "replace")[:300]
            raise UserError(f"what answers at {self._url} is no Chroma server ({status}): {text}", ADDRESS)


def checked(url: str) -> str:
    """Return the address of a server without a slash at its end.

    Raises:
        UserError: it can't be one.
    """
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise UserError(f"{url!r} is no address: {error}", ADDRESS) from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise UserError(f"{url!r} is no address of a server", ADDRESS)
    if parsed.userinfo:
        raise UserError("the address of the Chroma server holds a password", "set WARDBOOK_CHROMA_TOKEN instead")
    return str(parsed).rstrip("/")
