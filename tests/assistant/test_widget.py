"""The widget on pages of another site, in a real Chromium: what a web team pastes, and what a page can do to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from host_pages import Hosts, hosting
from page_browser import DESK, PHONE, Site, axe_violations, serving
from page_fakes import FakeLibrary

from assistant.access import Access
from assistant.embed import widget_integrity, widget_name
from assistant.feedback import FeedbackStore
from assistant.review import Bench
from assistant.static_files import text_of
from corpus.types import Document

pytestmark = pytest.mark.real

PROSE = "<main><h1>Ward handbook</h1><p>Round at eight.</p><button id='own'>Ask about this</button></main>"
STRICT = "default-src 'none'; script-src {0}; frame-src {0}; require-trusted-types-for 'script'"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with hosting() as running:
        yield running


@pytest.fixture(scope="module")
def other(document: Document) -> Document:
    return replace(document, id="second", title="A second document", version="sha256:" + "1" * 64)


@pytest.fixture(scope="module")
def site(document: Document, other: Document, hosts: Hosts) -> Iterator[Site]:
    with serving(FakeLibrary(document, other), access=Access(embed_origins=(hosts.origin,))) as running:
        yield running


def tag(site: Site, options: str = "", name: str = "widget.js") -> str:
    return f"<script src='{site.address}{name}' {options} defer></script>"


@contextmanager
def at(browser: Any, address: str, site: Site, *, allow: tuple[str, ...] = (), **options: Any) -> Iterator[Any]:
    """Open a page of the host; afterwards nothing may have failed, gone elsewhere, or been kept."""
    profile = browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
    profile.set_default_timeout(60_000)
    page = profile.new_page()
    page.lines = []
    foreign: list[str] = []
    ours = (site.address, "/".join(address.split("/")[:3]) + "/", "data:")
    page.on("request", lambda one: one.url.startswith(ours) or foreign.append(one.url))
    page.on("console", lambda one: page.lines.append(one.text))
    page.on("pageerror", lambda error: page.lines.append(f"page error: {error}"))
    page.on("dialog", lambda dialog: (page.lines.append("a dialog"), dialog.dismiss()))
    page.goto(address)
    yield page
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    cookies = profile.cookies()
    profile.close()
    assert foreign == []
    assert (kept, cookies) == ('[{},{},""]', [])
    assert [line for line in page.lines if not any(word in line for word in allow)] == []


LAUNCH = "wardbook-widget .launch"
PANEL = "wardbook-widget .panel"


def opened(page: Any, frame: str = "wardbook-widget iframe") -> Any:
    """Return the inside of the frame, once the assistant in it can be asked."""
    inside = page.frame_locator(frame)
    inside.locator("#wb-box textarea").wait_for()
    return inside


def asked(page: Any, inside: Any, question: str = "What is the differential diagnosis?") -> Any:
    """Type a question where the focus is, and return the answer."""
    before = inside.locator(".wb-answer").count()
    inside.locator("#wb-box textarea").fill(question)
    page.keyboard.press("Enter")
    answer = inside.locator(".wb-answer").nth(before)
    answer.locator(".wb-outcome").wait_for()
    inside.locator(".wb-waiting").wait_for(state="detached")
    return answer


def test_a_thumb_in_the_widget_reaches_the_reviewers(
    browser: Any, document: Document, hosts: Hosts, tmp_path: Path
) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite", 0)
    bench = Bench(store, None, tmp_path / "suites", tmp_path / "runs")
    with (
        serving(FakeLibrary(document), access=Access(embed_origins=(hosts.origin,)), bench=bench) as rated,
        at(browser, hosts.add("/thumb", PROSE + tag(rated)), rated) as page,
    ):
        page.locator(LAUNCH).click()
        inside = opened(page)
        answer = asked(page, inside)
        thumb = answer.locator(".wb-thumb-down")
        thumb.click()
        page.keyboard.press("Escape")  # closes the line for the word, not the widget
        inside.locator(".wb-why").wait_for(state="detached")
        assert page.locator(PANEL).is_visible()
        thumb.click()
        page.keyboard.type("Too long.")
        page.keyboard.press("Enter")
        answer.get_by_text("Sent to the reviewers. Thank you.").wait_for()
    assert [(one.verdict, one.word, one.document_id) for one in store.all()] == [("down", "Too long.", document.id)]


def test_one_line_opens_the_same_assistant_with_its_sources(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/one", PROSE + tag(site)), site) as page:
        assert page.locator("iframe").count() == 0  # nothing is loaded before it is asked for
        page.locator(LAUNCH).focus()
        assert page.locator(LAUNCH).inner_text() == "Ask Wardbook"
        page.keyboard.press("Enter")
        inside = opened(page)
        page.wait_for_function("document.activeElement.tagName === 'WARDBOOK-WIDGET'")
        inside.locator("#wb-box textarea:focus").wait_for()
        page.keyboard.type("What is the differential diagnosis?")
        page.keyboard.press("Enter")
        inside.locator(".wb-foot").wait_for()
        inside.locator("a.wb-cite").nth(3).focus()
        inside.locator("#wb-quote", has_text="Morphea").wait_for()
        page.keyboard.press("Enter")
        assert inside.locator("mark").inner_text() == "Morphea"
        assert page.locator(PANEL).get_attribute("role") == "dialog"
        assert page.locator(PANEL).get_attribute("aria-label") == "Wardbook"
        # Escape goes from the inside out: the place in the document, then the widget; the focus comes back.
        page.keyboard.press("Escape")
        inside.locator("mark").wait_for(state="detached")
        page.keyboard.press("Escape")
        page.locator(PANEL).wait_for(state="hidden")
        assert page.evaluate("document.querySelector('wardbook-widget').shadowRoot.activeElement.className") == "launch"
        page.keyboard.press("Enter")
        assert inside.locator(".wb-answer").count() == 1  # and the conversation is still there


def test_a_reader_who_closes_at_a_large_window_sees_the_place_at_any_width(
    browser: Any, site: Site, hosts: Hosts
) -> None:
    with at(browser, hosts.add("/large", PROSE + tag(site)), site) as page:
        page.locator(LAUNCH).click()
        inside = opened(page)
        asked(page, inside).locator("a.wb-cite").nth(16).click()
        inside.locator("#wb-panel[data-open] mark").wait_for()
        page.locator("wardbook-widget .large-toggle").click()
        inside.locator("#wb-panel:not([data-open])").wait_for()
        page.wait_for_timeout(200)
        box, panel = inside.locator("mark").bounding_box(), page.locator(PANEL).bounding_box()
        assert panel["y"] < box["y"] < panel["y"] + panel["height"]


def test_the_keyboard_goes_in_and_out_and_is_never_trapped(browser: Any, site: Site, hosts: Hosts) -> None:
    page_of = "<a href='#a' id='before'>before</a>" + tag(site)
    with at(browser, hosts.add("/keys", page_of), site) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        inside = opened(page)
        inside.locator("#wb-box textarea:focus").wait_for()
        seen = []
        for _ in range(60):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.querySelector('wardbook-widget').shadowRoot.activeElement?.className"))
            if seen[-1] == "launch":
                break
        assert seen[-1] == "launch"  # out of the frame, on to what follows
        page.keyboard.press("Shift+Tab")
        inside.locator(":focus").wait_for()  # on a busy machine the frame gets the focus a moment later
        page.keyboard.press("Escape")
        page.locator(PANEL).wait_for(state="hidden")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.id") == "before"


HOSTILE_CSS = """<style>
  * { font: 3px fantasy !important; color: red !important; letter-spacing: 2em !important; }
  body *, wardbook-widget { display: none !important; opacity: 0 !important; pointer-events: none !important;
    position: static !important; width: 3px !important; z-index: -1 !important; visibility: hidden !important;
    --a: red !important; }
  button, iframe, dialog, [role] { display: none !important; }
</style>"""


def test_hostile_styles_do_not_reach_it(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/css", HOSTILE_CSS + PROSE + tag(site)), site) as page:
        button = page.locator(LAUNCH)
        button.wait_for()
        styles = "one => { const s = getComputedStyle(one); return [s.fontSize, s.letterSpacing, s.backgroundColor] }"
        assert button.evaluate(styles) == ["16px", "normal", "rgb(20, 96, 107)"]
        button.click()
        inside = opened(page)
        assert asked(page, inside).locator("li").count() == 17
        assert page.locator(PANEL).bounding_box()["width"] > 400


def test_a_strict_policy_of_the_host_needs_two_words_only(browser: Any, site: Site, hosts: Hosts) -> None:
    policy = {"content-security-policy": STRICT.format(site.address.rstrip("/"))}
    pinned = tag(site, f"integrity='{widget_integrity()}' crossorigin='anonymous'", widget_name())
    with at(browser, hosts.add("/csp", PROSE + pinned, policy), site) as page:
        page.locator(LAUNCH).click()
        asked(page, opened(page))


def test_a_policy_without_our_frame_is_told_in_a_sentence(browser: Any, site: Site, hosts: Hosts) -> None:
    policy = {"content-security-policy": f"default-src 'none'; script-src {site.address}"}
    allow = ("frame-src", "Framing")
    with at(browser, hosts.add("/noframe", PROSE + tag(site), policy), site, allow=allow) as page:
        page.locator(LAUNCH).click()
        page.get_by_text("The security policy of this page does not let Wardbook open here.").wait_for()
        assert any(f"needs: frame-src {site.address.rstrip('/')}" in line for line in page.lines)


def test_a_page_that_is_not_listed_shows_nothing_of_ours(
    browser: Any, site: Site, document: Document, hosts: Hosts
) -> None:
    allow = (
        "status of 403",
        "WARDBOOK_EMBED_ORIGINS",
        "frame-ancestors",
        "Refused to frame",
        "Framing",
        "chrome-error",
    )
    with hosting() as stranger:
        address = stranger.add("/", PROSE + tag(site))
        with at(browser, address, site, allow=allow) as page:
            page.locator(LAUNCH).click()
            page.get_by_text("Wardbook does not answer.").wait_for()
            assert page.frame_locator("wardbook-widget iframe").locator("#wb-box").count() == 0
            assert any(f"is {stranger.origin} in WARDBOOK_EMBED_ORIGINS?" in line for line in page.lines)
        # A frame of its own making, past the widget: the server refuses, and so does the browser.
        plain = stranger.add("/plain", f"<iframe src='{site.address}' referrerpolicy='no-referrer'></iframe>")
        with at(browser, plain, site, allow=allow) as page:
            page.wait_for_timeout(500)
            assert page.frame_locator("iframe").locator("#wb-box").count() == 0


def test_two_documents_two_assistants(
    browser: Any, site: Site, hosts: Hosts, document: Document, other: Document
) -> None:
    two = tag(site, f"data-document='{document.id}' data-title='First'") + tag(
        site, "data-document='second' data-title='Second'"
    )
    with at(browser, hosts.add("/two", PROSE + two), site) as page:
        first, second = page.locator(LAUNCH).nth(0), page.locator(LAUNCH).nth(1)
        second.wait_for()
        assert [first.inner_text(), second.inner_text()] == ["First", "Second"]
        upper, lower = second.bounding_box(), first.bounding_box()
        assert upper["y"] + upper["height"] <= lower["y"]
        second.click()
        inside = page.frame_locator("iframe[title='Second']")
        inside.locator("#wb-box textarea").wait_for()
        inside.locator("#wb-title", has_text=other.title).wait_for(state="attached")
        inside.locator(".wb-welcome", has_text=other.title).wait_for()
        asked(page, inside, "What is it?")
        assert site.fake.asked[-1][2] == "second"
        page.get_by_role("button", name="Close").click()
        first.click()
        inside = page.frame_locator("iframe[title='First']")
        inside.locator("#wb-box textarea").wait_for()
        inside.locator(".wb-welcome", has_text=document.title).wait_for()
        assert inside.locator(".wb-answer").count() == 0  # each keeps its own conversation
        assert inside.locator("#wb-picker").is_hidden()


def test_a_single_page_application_makes_its_elements_anew(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/spa", PROSE + tag(site)), site) as page:
        page.locator(LAUNCH).click()
        asked(page, opened(page), "What is it?")
        page.evaluate("history.pushState({}, '', '/spa/next'); document.body.replaceChildren('another view')")
        page.locator(LAUNCH).wait_for()
        opened(page).locator(".wb-answer").wait_for()  # the conversation is still there
        # Some run the scripts of a view each time it is shown.
        page.evaluate(
            """src => new Promise((done) => {
                const script = document.createElement('script');
                Object.assign(script, {src, onload: done});
                document.body.append(script);
            })""",
            f"{site.address}widget.js",
        )
        assert page.locator("wardbook-widget").count() == 1


def test_inside_an_element_that_comes_and_goes(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/inline", PROSE + tag(site, "data-inline='#here'")), site) as page:
        page.wait_for_timeout(200)
        assert page.locator("wardbook-widget").count() == 0
        for _ in range(2):
            page.evaluate(
                "document.body.insertAdjacentHTML("
                "'beforeend', '<div id=here style=\"width: 900px; height: 600px\"></div>')"
            )
            inside = opened(page)
            assert page.locator(LAUNCH).is_hidden()
            box = page.locator("wardbook-widget iframe").bounding_box()
            assert (round(box["width"]), round(box["height"])) == (898, 598)
            assert page.evaluate("document.activeElement.tagName") == "BODY"  # it takes no focus
            inside.locator("#wb-box textarea").focus()
            page.keyboard.press("Escape")
            assert page.locator(PANEL).is_visible()
            page.evaluate("document.querySelector('#here').remove(); document.activeElement.blur()")


def test_opened_by_a_button_of_the_page(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/own", PROSE + tag(site, "data-open='#own'")), site) as page:
        button = page.locator("#own")
        page.locator("wardbook-widget").wait_for(state="attached")
        assert page.locator(LAUNCH).is_hidden()
        button.click()
        inside = opened(page)
        inside.locator("#wb-box textarea:focus").wait_for()
        assert button.get_attribute("aria-expanded") == "true"
        page.keyboard.press("Escape")
        page.locator(PANEL).wait_for(state="hidden")
        assert page.evaluate("document.activeElement.id") == "own"
        assert button.get_attribute("aria-expanded") == "false"


def test_options_are_read_or_told(browser: Any, site: Site, hosts: Hosts) -> None:
    wrong = (
        "data-side='top' data-accent='red;}' data-lang='xx' data-theme='blue' data-open='#[' "
        "data-title='<img src=x onerror=alert(1)>'"
    )
    with at(browser, hosts.add("/wrong", PROSE + tag(site, wrong)), site, allow=("is left out",)) as page:
        page.locator(LAUNCH).wait_for()
        told = [line for line in page.lines if "is left out" in line]
        assert sorted(re.findall(r"data-(\w+)=", " ".join(told))) == ["accent", "lang", "open", "side", "theme"]
        assert page.locator(LAUNCH).inner_text() == "<img src=x onerror=alert(1)>"
    right = "data-side='left' data-accent='#ffd400' data-lang='de' data-theme='dark'"
    with at(browser, hosts.add("/right", PROSE + tag(site, right)), site) as page:
        launch = page.locator(LAUNCH)
        assert launch.inner_text() == "Wardbook fragen"
        assert launch.bounding_box()["x"] == 16
        assert launch.evaluate("one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]") == [
            "rgb(255, 212, 0)",
            "rgb(0, 0, 0)",
        ]
        launch.click()
        inside = opened(page)
        assert inside.locator("html").get_attribute("data-theme") == "dark"
        assert page.get_by_role("button", name="Schließen").count() == 1
        for theme in ("light", "dark"):  # the colour stays legible in both
            inside.locator("html").evaluate("(root, theme) => (root.dataset.theme = theme)", theme)
            assert not axe_violations(page, "wardbook-widget")


def test_only_the_frame_is_listened_to(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/post", PROSE + tag(site)), site) as page:
        page.locator(LAUNCH).click()
        inside = opened(page)
        inside.locator("#wb-box textarea:focus").wait_for()
        # The page itself, another frame, and messages of another shape: none of them closes it.
        page.evaluate(
            """() => {
                postMessage({wardbook: 1, kind: 'close'}, '*');
                const frame = document.createElement('iframe');
                document.body.append(frame);
                frame.contentWindow.eval("parent.postMessage({wardbook: 1, kind: 'close'}, '*')");
            }"""
        )
        ours = next(frame for frame in page.frames if frame.url.startswith(site.address))
        for message in ("'close'", "null", "{kind: 'close'}", "{wardbook: 2, kind: 'close'}", "[1]", "{wardbook: 1}"):
            ours.evaluate(f"parent.postMessage({message}, '*')")
        page.wait_for_timeout(300)
        assert page.locator(PANEL).is_visible()
        # And the frame does nothing that it is told in another shape.
        inside.locator("#wb-title").evaluate("() => document.activeElement.blur()")
        for message in ("'focus'", "null", "{kind: 'focus'}", "{wardbook: 1, kind: 'ask', question: 'x'}"):
            page.evaluate(
                "document.querySelector('wardbook-widget').shadowRoot.querySelector('iframe')"
                f".contentWindow.postMessage({message}, '*')"
            )
        page.wait_for_timeout(300)
        assert inside.locator("#wb-box textarea:focus").count() == 0
        assert inside.locator(".wb-answer").count() == 0


def test_the_frame_speaks_to_the_listed_origin_only(browser: Any, site: Site, hosts: Hosts) -> None:
    listen = "<script>window.got = []; addEventListener('message', (event) => got.push(event.data))</script>"
    for asked_for, expected in ((hosts.origin, [{"wardbook": 1, "kind": "ready"}]), ("https://evil.example", [])):
        frame = f"<iframe src='{site.address}?embed=1&origin={asked_for}' referrerpolicy='origin'></iframe>"
        with at(browser, hosts.add("/raw", listen + frame), site) as page:
            page.frame_locator("iframe").locator("#wb-box textarea").wait_for()
            assert page.evaluate("got") == expected


def test_a_server_that_goes_down_is_told_and_tried_again(browser: Any, document: Document, hosts: Hosts) -> None:
    access = Access(embed_origins=(hosts.origin,))
    with serving(FakeLibrary(document), access=access) as running:
        port = int(running.address.rsplit(":", 1)[1].strip("/"))
        address = hosts.add("/down", PROSE + tag(running))
        with at(browser, address, running, allow=("ERR_", "no answer from", "chrome-error", "status of")) as page:
            page.locator(LAUNCH).wait_for()
            running.stop()
            page.locator(LAUNCH).click()
            page.get_by_text("Wardbook does not answer.").wait_for()
            assert page.locator("main").inner_text().startswith("Ward handbook")
            with serving(FakeLibrary(document), access=access, port=port):
                page.get_by_role("button", name="Try again").click()
                asked(page, opened(page), "What is it?")
    # Down from the start: the script does not load, and the page is as it was.
    with at(browser, address, running, allow=("ERR_",)) as page:
        assert page.locator("main").inner_text().startswith("Ward handbook")
        assert page.locator("wardbook-widget").count() == 0


def test_a_slow_server_is_told(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/slow", PROSE + tag(site)), site) as page:
        page.clock.install()
        held = []
        page.route("**/?embed=1*", lambda route: held.append(route))
        page.locator(LAUNCH).click()
        page.get_by_text("Opening…").wait_for()
        page.clock.fast_forward(5_000)
        page.get_by_text("This takes longer than usual.").wait_for()
        page.clock.resume()
        held[0].continue_()
        opened(page)
        page.get_by_text("This takes longer than usual.").wait_for(state="hidden")


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=["light", "dark", "phone"])
def test_axe_finds_nothing_in_the_widget(browser: Any, site: Site, hosts: Hosts, options: dict[str, Any]) -> None:
    with at(browser, hosts.add("/axe", PROSE + tag(site)), site, bypass_csp=True, **options) as page:
        page.locator(LAUNCH).wait_for()
        found = {"closed": axe_violations(page)}
        page.locator(LAUNCH).click()
        inside = opened(page)
        found["opened"] = axe_violations(page)
        asked(page, inside)
        found["answered"] = axe_violations(page)
        inside.locator("a.wb-cite").nth(2).click()
        inside.locator("mark").wait_for()
        found["citation"] = axe_violations(page)
        assert found == {state: [] for state in found}


def test_on_a_phone_it_fills_the_window(browser: Any, site: Site, hosts: Hosts) -> None:
    with at(browser, hosts.add("/phone", PROSE + tag(site)), site, viewport=PHONE, has_touch=True) as page:
        page.locator(LAUNCH).tap()
        opened(page)
        box = page.locator(PANEL).bounding_box()
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, PHONE["width"], PHONE["height"])
        page.get_by_role("button", name="Close").tap()
        page.locator(PANEL).wait_for(state="hidden")


def test_the_file_is_small_alone_and_versioned(site: Site) -> None:
    import httpx

    code = text_of("widget.js")
    assert len(code.encode()) < 15_000
    assert not re.search(
        r"\b(import|fetch|XMLHttpRequest|localStorage|sessionStorage|document\.cookie|innerHTML|eval)\b", code
    )
    assert re.findall(r"https?://[^\"'\s`)]+", code) == ["https://HOST/widget.js", "http://www.w3.org/2000/svg"]
    with httpx.Client(base_url=site.address) as client:
        newest = client.get("widget.js")
        assert newest.text == code
        assert newest.headers["cache-control"] == "no-cache"
        assert client.get("widget.js", headers={"if-none-match": newest.headers["etag"]}).status_code == 304
        pinned = client.get(widget_name())
        assert pinned.text == code
        assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert pinned.headers["access-control-allow-origin"] == "*"
        older = client.get("widget-0123456789ab.js")
        assert (older.status_code, older.headers["location"]) == (302, "widget.js")
        assert older.headers["cache-control"] == "no-cache"


def test_the_page_about_embedding(browser: Any, site: Site) -> None:
    with at(browser, f"{site.address}embed", site, bypass_csp=True) as page:
        snippet = page.locator("#snippet")
        snippet.get_by_text("defer></script>").wait_for()
        assert snippet.inner_text() == f'<script src="{site.address}widget.js" defer></script>'
        page.locator("#document option").nth(2).wait_for(state="attached")
        page.locator("#document").select_option("second")
        page.locator("#title").fill('Ask "us" & <b>')
        page.locator("#kind").select_option("inline")
        page.locator("#file").select_option("versioned")
        assert snippet.inner_text() == (
            '<div id="wardbook-here" style="height: 40rem"></div>\n'
            f'<script src="{site.address}{widget_name()}"\n        integrity="{widget_integrity()}"\n'
            '        crossorigin="anonymous"\n        data-document="second"\n'
            '        data-title="Ask &quot;us&quot; &amp; &lt;b>"\n        data-inline="#wardbook-here" defer></script>'
        )
        assert axe_violations(page) == []
        page.get_by_role("button", name="Try it here").click()
        inside = page.frame_locator("#wardbook-here iframe")
        inside.locator("#wb-title", has_text="A second document").wait_for(state="attached")
        asked(page, inside, "What is it?")
        page.get_by_role("button", name="Ask Wardbook").click()  # the live button of the page itself
        opened(page, "wardbook-widget:not(.inline) iframe")
        page.evaluate("localStorage.clear(); sessionStorage.clear()")  # on our own page the storage is ours


def test_a_reader_who_is_not_signed_in_signs_in_beside_the_frame(
    browser: Any, document: Document, hosts: Hosts
) -> None:
    portal = hosts.origin.replace("localhost", "127.0.0.1")  # the same site, so that the cookie goes along
    with serving(FakeLibrary(document), access=Access(embed_origins=(portal,), password="sesame")) as locked:
        profile = browser.new_context(viewport=DESK, reduced_motion="reduce")
        page = profile.new_page()
        hosts.add("/locked", PROSE + tag(locked, f"data-document='{document.id}'"))
        page.goto(portal + "/locked")
        page.locator(LAUNCH).click()
        inside = page.frame_locator("wardbook-widget iframe")
        inside.get_by_role("heading", name="Sign in to Wardbook").wait_for()
        inside.locator("#wb-enter:focus").wait_for()  # the widget was told that the frame is there
        assert inside.locator("input").count() == 0  # no password is typed into a frame
        assert not axe_violations(page, "wardbook-widget")
        page.keyboard.press("Escape")
        page.locator(PANEL).wait_for(state="hidden")
        page.locator(LAUNCH).click()
        with profile.expect_page() as opening:
            inside.get_by_role("link", name="Sign in").click()
        tab = opening.value
        tab.get_by_label("Password of this site").fill("sesame")
        tab.keyboard.press("Enter")
        tab.locator("#wb-box").wait_for()
        assert tab.url == f"{locked.address}?document={document.id}"
        tab.close()
        inside.get_by_role("button", name="Try again").click()
        assert asked(page, opened(page)).locator("li").count() == 17
        profile.close()
