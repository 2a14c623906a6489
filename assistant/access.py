"""Who may come in, and from where: the part of the settings that the door of the server goes by, read and checked once.

Every entry is exact. What is no origin, no address or no header name stops the start with an error: a typing mistake
that quietly opened or closed the door would be found by the wrong person.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from corpus.errors import UserError

if TYPE_CHECKING:
    from assistant.settings import Settings

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.?|\[[0-9a-f:.]+\]")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PORTS = {"http": 80, "https": 443}
SECRET_CHARS = 32
"""Of a sign-in secret, at least: whoever guesses it signs in without the password."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Access:
    """What the door goes by; the defaults let in everyone on this machine and nobody's page as a frame."""

    embed_origins: tuple[str, ...] = ()
    """Origins whose pages may show ours in a frame."""
    path_prefix: str = ""
    """Where a proxy serves us: "" or "/kb"."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose `X-Forwarded-*` and user header are believed."""
    questions_per_minute: int = 0
    """Of one client; 0 is without limit."""
    password: str | None = None
    """The shared password of the sign-in page; None asks for none."""
    sign_in_secret: str | None = None
    """What tickets of the sign-in page are signed with; None: a secret of this process."""
    user_header: str | None = None
    """The header in which a trusted proxy names who is signed in; None asks for none."""
    hosts: tuple[str, ...] = ()
    """Names by which we may be called; empty is any. Set where only this machine can call us, so that a page of the
    web whose name was pointed at this machine (DNS rebinding) reads nothing."""
    mcp: bool = False
    """Whether agents may call at `/mcp`."""


def access_of(settings: Settings) -> Access:
    """Read and check the settings of the door.

    Raises:
        UserError: names the setting, the entry and what was expected.
    """
    proxies = tuple(_network(entry) for entry in _entries(settings.trusted_proxies))
    if settings.user_header and not proxies:
        raise UserError(
            f"WARDBOOK_USER_HEADER={settings.user_header!r} is believed from a trusted proxy only, and there is none",
            "WARDBOOK_TRUSTED_PROXIES=127.0.0.1 (the address from which your proxy calls)",
        )
    if settings.user_header and not _TOKEN.fullmatch(settings.user_header):
        raise UserError(
            f"WARDBOOK_USER_HEADER={settings.user_header!r} is no header name", "WARDBOOK_USER_HEADER=X-Remote-User"
        )
    if settings.user_header and settings.password:
        raise UserError(
            "WARDBOOK_USER_HEADER and WARDBOOK_PASSWORD are both set; one of them decides who may come in",
            "unset one of the two",
        )
    if settings.password is not None and not settings.password.strip():
        raise UserError("WARDBOOK_PASSWORD is empty", "unset WARDBOOK_PASSWORD, or give a password")
    return Access(
        embed_origins=tuple(dict.fromkeys(origin(entry) for entry in _entries(settings.embed_origins))),
        path_prefix=_prefix(settings.path_prefix),
        trusted_proxies=proxies,
        questions_per_minute=settings.questions_per_minute,
        password=settings.password,
        sign_in_secret=_secret(settings),
        user_header=settings.user_header or None,
        hosts=_LOOPBACK if settings.host in _LOOPBACK and not proxies else (),
        mcp=settings.mcp,
    )


def _secret(settings: Settings) -> str | None:
    secret = settings.sign_in_secret.get_secret_value() if settings.sign_in_secret else None
    if secret is not None and len(secret) < SECRET_CHARS:
        raise UserError(
            f"WARDBOOK_SIGN_IN_SECRET has {len(secret)} characters, expected {SECRET_CHARS} or more",
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return secret


def origin(entry: str) -> str:
    """Return an origin as browsers write it: scheme, host and a port that is not the usual one.

    Raises:
        UserError: the entry is anything else; the hint says how it would be written.
    """
    name = "WARDBOOK_EMBED_ORIGINS"
    example = f"{name}=https://portal.example"
    if "*" in entry:
        raise UserError(f"{name}: {entry!r} has a wildcard; the list is of exact origins", example)
    try:
        parts = urlsplit(entry)
        port = parts.port
    except ValueError:
        raise UserError(f"{name}: {entry!r} is no origin", example) from None
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    if parts.scheme not in _PORTS or not host or "@" in host or not _HOST.fullmatch(host.lower()):
        raise UserError(
            f"{name}: {entry!r} is no origin; expected http:// or https:// and a host, with a port where it is not "
            "the usual one (a name with letters other than a to z in its xn-- form)",
            example,
        )
    exact = f"{parts.scheme}://{host.lower()}" + (f":{port}" if port not in (None, _PORTS[parts.scheme]) else "")
    if entry != exact:
        raise UserError(f"{name}: {entry!r} is not written as browsers write an origin", f"{name}={exact}")
    return exact


def _entries(listed: str) -> list[str]:
    return [entry for entry in re.split(r"[\s,]+", listed) if entry]


def _network(entry: str) -> str:
    try:
        return str(ipaddress.ip_network(entry)) if "/" in entry else str(ipaddress.ip_address(entry))
    except ValueError:
        raise UserError(
            f"WARDBOOK_TRUSTED_PROXIES: {entry!r} is no address and no network",
            "WARDBOOK_TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8",
        ) from None


def _prefix(prefix: str) -> str:
    bare = prefix.strip("/")
    if (bare and not re.fullmatch(r"[\w.~-]+(?:/[\w.~-]+)*", bare, re.ASCII)) or ".." in bare:
        raise UserError(f"WARDBOOK_PATH_PREFIX={prefix!r} is no path", "WARDBOOK_PATH_PREFIX=/kb")
    return f"/{bare}" if bare else ""
