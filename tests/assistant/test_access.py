"""The settings of the door: exact, and a mistake in one stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.access import Access, access_of, origin
from assistant.settings import Settings
from corpus.errors import UserError


def access(**given: object) -> Access:
    return access_of(Settings(home=Path("unused"), **given))  # type: ignore[arg-type]


def test_by_default_nobody_embeds_and_no_proxy_is_believed() -> None:
    assert access() == Access(questions_per_minute=60, hosts=("127.0.0.1", "localhost", "::1"))


def test_every_entry_is_read() -> None:
    read = access(
        embed_origins="https://portal.example, http://intranet:8080\nhttps://portal.example",
        path_prefix="kb/",
        trusted_proxies="127.0.0.1 10.0.0.0/8,::1",
        questions_per_minute=5,
        user_header="X-Remote-User",
        host="0.0.0.0",
    )
    assert read == Access(
        embed_origins=("https://portal.example", "http://intranet:8080"),
        path_prefix="/kb",
        trusted_proxies=("127.0.0.1", "10.0.0.0/8", "::1"),
        questions_per_minute=5,
        user_header="X-Remote-User",
    )


@pytest.mark.parametrize(
    "exact", ["https://a.example", "http://a", "http://127.0.0.1:8080", "https://xn--9ca.example", "http://[::1]:8080"]
)
def test_an_origin_is_taken_as_browsers_write_it(exact: str) -> None:
    assert origin(exact) == exact


@pytest.mark.parametrize(
    ("entry", "sentence", "hint"),
    [
        ("portal.example", "is no origin", "https://portal.example"),
        ("https://", "is no origin", "https://portal.example"),
        ("null", "is no origin", "https://portal.example"),
        ("ftp://a.example", "is no origin", "https://portal.example"),
        ("file:///tmp", "is no origin", "https://portal.example"),
        ("https://a.example:port", "is no origin", "https://portal.example"),
        ("https://user@a.example", "is no origin", "https://portal.example"),
        ("https://é.example", "is no origin", "https://portal.example"),
        ("https://a.example;script-src", "is no origin", "https://portal.example"),
        ("'self'", "is no origin", "https://portal.example"),
        ("*", "wildcard", "https://portal.example"),
        ("https://*.example", "wildcard", "https://portal.example"),
        ("https://a.example/", "not written as browsers", "https://a.example"),
        ("https://a.example/page", "not written as browsers", "https://a.example"),
        ("https://A.example", "not written as browsers", "https://a.example"),
        ("https://a.example:443", "not written as browsers", "https://a.example"),
        ("http://a.example:80", "not written as browsers", "http://a.example"),
    ],
)
def test_what_is_no_origin_is_told_with_what_it_should_be(entry: str, sentence: str, hint: str) -> None:
    with pytest.raises(UserError) as error:
        access(embed_origins=f"https://good.example,{entry}")
    assert entry in error.value.message
    assert sentence in error.value.message
    assert error.value.hint == f"WARDBOOK_EMBED_ORIGINS={hint}"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"trusted_proxies": "nginx"}, "'nginx' is no address"),
        ({"trusted_proxies": "10.0.0.1/8"}, "'10.0.0.1/8' is no address"),
        ({"trusted_proxies": "*"}, "'*' is no address"),
        ({"path_prefix": "/kb?x"}, "'/kb?x' is no path"),
        ({"path_prefix": "/../x"}, "'/../x' is no path"),
        ({"user_header": "X-User"}, "from a trusted proxy only"),
        ({"user_header": "X User", "trusted_proxies": "::1"}, "is no header name"),
        ({"user_header": "X-User", "trusted_proxies": "::1", "password": "p"}, "are both set"),
        ({"password": " "}, "WARDBOOK_PASSWORD is empty"),
    ],
)
def test_a_mistake_in_a_setting_stops_the_start(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError) as error:
        access(**given)
    assert sentence in error.value.message
    assert error.value.hint
