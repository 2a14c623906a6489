/*! Wardbook widget. Apache-2.0. One file, no dependency, no cookie, nothing kept, nothing sent: it opens a frame.
 *
 *  <script src="https://HOST/widget.js" defer></script>
 *
 *  data-document="ID"     ask this document only          data-title="..."     name of the launcher and the panel
 *  data-accent="#14606b"  colour                          data-side="left"     launcher at the left, not at the right
 *  data-open="#selector"  opened by the page's own button  data-inline="#selector"  shown in that element, no launcher
 *  data-lang="de"         language of the shell: en de fr es   data-theme="dark"  or "light"; else as the system
 */
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector("script[src*='/widget'][src$='.js']");
  if (!script || !("adoptedStyleSheets" in document)) return;
  const base = new URL("./", script.src);
  const warn = (sentence) => console.warn(`Wardbook widget: ${sentence}`);

  const WORDS = {
    en: {
      ask: "Ask Wardbook", close: "Close", larger: "Larger", opening: "Opening…",
      slow: "This takes longer than usual.", absent: "Wardbook does not answer.",
      blocked: "The security policy of this page does not let Wardbook open here.", again: "Try again",
    },
    de: {
      ask: "Wardbook fragen", close: "Schließen", larger: "Größer", opening: "Wird geöffnet…",
      slow: "Das dauert länger als sonst.", absent: "Wardbook antwortet nicht.",
      blocked: "Die Sicherheitsregeln dieser Seite lassen Wardbook hier nicht zu.", again: "Noch einmal versuchen",
    },
    fr: {
      ask: "Interroger Wardbook", close: "Fermer", larger: "Agrandir", opening: "Ouverture…",
      slow: "C’est plus long que d’habitude.", absent: "Wardbook ne répond pas.",
      blocked: "Les règles de sécurité de cette page n’autorisent pas Wardbook ici.", again: "Réessayer",
    },
    es: {
      ask: "Preguntar a Wardbook", close: "Cerrar", larger: "Ampliar", opening: "Abriendo…",
      slow: "Está tardando más de lo normal.", absent: "Wardbook no responde.",
      blocked: "Las reglas de seguridad de esta página no permiten Wardbook aquí.", again: "Reintentar",
    },
  };

  const CSS = `
    :host { all: initial !important; --a: #14606b !important; --on: #fff !important; --paper: #fff; --ink: #1b2b30; --line: #d8e0e1;
      color-scheme: light !important; display: block !important; position: fixed !important; z-index: 2147483000 !important;
      bottom: calc(16px + var(--up, 0) * 60px) !important; inset-inline: auto !important; right: 16px !important; }
    :host(.left) { right: auto !important; left: 16px !important; }
    :host(.dark) { --a: #86ccd4 !important; --on: #0d1a1c !important; --paper: #162023; --ink: #dfe8e9; --line: #2c3b3f; color-scheme: dark !important; }
    :host(.inline) { position: relative !important; z-index: auto !important; inset: auto !important; width: 100% !important;
      height: 100% !important; min-height: 416px !important; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button { margin: 0; border: 0; font: 700 16px/1.2 system-ui, sans-serif; cursor: pointer; }
    button:focus-visible { outline: 3px solid var(--a); outline-offset: 3px; }
    .launch { display: flex; gap: 8px; align-items: center; min-height: 48px; max-width: calc(100vw - 32px); padding: 0 20px;
      border-radius: 24px; background: var(--a); color: var(--on); box-shadow: 0 4px 16px rgb(0 0 0 / 28%); }
    svg { flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    .panel { position: fixed; bottom: calc(16px + 60px); right: 16px; display: flex; flex-direction: column; overflow: hidden;
      width: min(432px, 100vw - 32px); height: min(736px, 100dvh - 96px); border: 1px solid var(--line); border-radius: 14px;
      background: var(--paper); color: var(--ink); box-shadow: 0 12px 40px rgb(0 0 0 / 30%); }
    :host(.left) .panel { right: auto; left: 16px; }
    .panel.large { width: min(1216px, 100vw - 32px); height: calc(100dvh - 96px); }
    :host(.inline) .panel { position: absolute; inset: 0; width: 100%; height: 100%; box-shadow: none; }
    .bar { display: flex; align-items: center; gap: 4px; min-height: 48px; padding: 0 6px 0 16px;
      background: var(--a); color: var(--on); }
    .name { flex: 1; overflow: hidden; font: 700 16px/1.3 system-ui, sans-serif; text-overflow: ellipsis; white-space: nowrap; }
    .bar button { min-width: 44px; min-height: 44px; padding: 0 8px; border-radius: 8px; background: none; color: inherit; }
    .bar button:focus-visible { outline-color: var(--on); outline-offset: -4px; }
    .body { position: relative; flex: 1; min-height: 0; }
    iframe { display: block; width: 100%; height: 100%; border: 0; background: var(--paper); }
    .told { position: absolute; inset: 0; display: flex; flex-direction: column; gap: 14px; align-items: center; justify-content: center;
      padding: 24px; background: var(--paper); font: 400 17px/1.5 system-ui, sans-serif; text-align: center; }
    .told p { margin: 0; }
    .told button { min-height: 44px; padding: 0 18px; border-radius: 8px; background: var(--a); color: var(--on); }
    @media (max-width: 480px) {
      :host(:not(.inline)) .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
      :host(:not(.inline)) .large-toggle { display: none; }
    }
    @media (forced-colors: active) { .launch, .panel { border: 1px solid; } }`;

  /** Read one option; what is none of it is told in the console and left out. */
  const option = (name, isRight, expected) => {
    const value = (script.dataset[name] || "").trim();
    if (!value || isRight(value)) return value;
    warn(`data-${name}="${value}" is left out: expected ${expected}.`);
    return "";
  };
  const oneOf = (...values) => (value) => values.includes(value);
  const isSelector = (value) => {
    try {
      document.createDocumentFragment().querySelector(value);
      return true;
    } catch {
      return false;
    }
  };
  const options = {
    document: option("document", () => true),
    title: option("title", () => true),
    accent: option("accent", (value) => /^#[0-9a-f]{6}$/i.test(value), 'a colour such as "#14606b"'),
    side: option("side", oneOf("left", "right"), '"left" or "right"'),
    open: option("open", isSelector, "a CSS selector"),
    inline: option("inline", isSelector, "a CSS selector"),
    lang: option("lang", (value) => Object.hasOwn(WORDS, value), Object.keys(WORDS).join(", ")),
    theme: option("theme", oneOf("light", "dark"), '"light" or "dark"'),
  };

  // A page that loads us twice for the same (a single-page application runs its scripts again) keeps one.
  const all = (window[Symbol.for("wardbook")] ||= new Map());
  const key = JSON.stringify([base.href, options]);
  if (all.has(key)) return;

  const pageLang = document.documentElement.lang.slice(0, 2).toLowerCase();
  const lang = options.lang || (Object.hasOwn(WORDS, pageLang) ? pageLang : "en");
  const words = WORDS[lang];
  const title = options.title || "Wardbook";
  const isInline = Boolean(options.inline);

  const dress = (element, attributes, children = []) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const make = (tag, attributes = {}, ...children) => dress(document.createElement(tag), attributes, children);
  const svg = (d) => {
    const drawn = (tag, attributes, ...children) => dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
    return drawn("svg", { viewBox: "0 0 24 24", width: 22, height: 22, "aria-hidden": "true" }, drawn("path", { d }));
  };

  const host = make("wardbook-widget", { lang });
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  const rule = (text) => sheet.insertRule(text, sheet.cssRules.length);

  const told = make("div", { class: "told" });
  const sentence = make("p", { role: "status" });
  const again = make("button", { type: "button" }, words.again);
  told.append(sentence, again);
  const body = make("div", { class: "body" }, told);
  const larger = make("button", { type: "button", class: "large-toggle", "aria-pressed": "false", "aria-label": words.larger, title: words.larger }, svg("M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7"));
  const close = make("button", { type: "button", "aria-label": words.close, title: words.close }, svg("M6 6l12 12M18 6L6 18"));
  const bar = make("div", { class: "bar" }, make("span", { class: "name" }, title), larger, close);
  const panel = make("div", { class: "panel", id: "panel", role: isInline ? "group" : "dialog", "aria-label": title }, bar, body);
  const launch = make("button", { type: "button", class: "launch", "aria-haspopup": "dialog", "aria-expanded": "false" }, svg("M4 5h16v11H9l-5 4z"), options.title || words.ask);
  root.append(panel, launch);
  bar.hidden = isInline;
  launch.hidden = isInline || Boolean(options.open);
  panel.hidden = !isInline;
  if (options.side === "left") host.classList.add("left");
  if (isInline) host.classList.add("inline");

  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => host.classList.toggle("dark", (options.theme || (system.matches ? "dark" : "light")) === "dark");
  system.addEventListener("change", paint);
  paint();
  if (options.accent) {
    const part = (at) => {
      const value = parseInt(options.accent.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    const light = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
    rule(`:host, :host(.dark) { --a: ${options.accent} !important; --on: ${light > 0.179 ? "#000" : "#fff"} !important }`);
  }

  let frame = null;
  let isReady = false;
  let isOpen = false;
  let opener = null;
  let timers = [];

  const tell = (words_, canTryAgain) => {
    told.hidden = false;
    sentence.textContent = words_;
    again.hidden = !canTryAgain;
  };
  const after = (milliseconds, work) => timers.push(setTimeout(() => isReady || work(), milliseconds));
  const absent = () => {
    tell(words.absent, true);
    warn(`no answer from ${base.href}. Is the server up, and is ${location.origin} in WARDBOOK_EMBED_ORIGINS?`);
  };

  /** Wait for the frame's first message; say so when it is slow, and when it does not come. */
  const expect = () => {
    timers.forEach(clearTimeout);
    timers = [];
    isReady = false;
    tell(words.opening, false);
    after(5000, () => tell(words.slow, false));
    after(20000, absent);
  };

  const load = () => {
    frame?.remove();
    const address = new URL(base);
    const asked = { embed: "1", origin: location.origin, document: options.document, accent: options.accent, __theme: options.theme };
    for (const [name, value] of Object.entries(asked)) if (value) address.searchParams.set(name, value);
    frame = make("iframe", { title, src: address.href, allow: "clipboard-write", referrerpolicy: "origin" });
    // Our page may not take the whole window away from yours.
    if (base.origin !== location.origin) frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals");
    // An error page loads too: then no message follows.
    frame.addEventListener("load", () => after(3000, absent));
    expect();
    body.prepend(frame);
  };

  const send = (kind) => frame?.contentWindow?.postMessage({ wardbook: 1, kind }, base.origin);

  const setOpen = (open, from) => {
    if (isInline || open === isOpen) return;
    isOpen = open;
    panel.hidden = !open;
    launch.setAttribute("aria-expanded", String(open));
    if (open) {
      opener = from;
      if (opener !== launch) opener?.setAttribute("aria-expanded", "true");
      if (!frame) load();
      close.focus();
      if (isReady) enter();
    } else {
      if (opener !== launch) opener?.setAttribute("aria-expanded", "false");
      (opener?.isConnected ? opener : launch).focus();
    }
  };
  const enter = () => {
    frame.focus();
    send("focus");
  };

  addEventListener("message", (event) => {
    if (event.origin !== base.origin || !frame || event.source !== frame.contentWindow) return;
    const data = event.data;
    if (typeof data !== "object" || data === null || data.wardbook !== 1) return;
    if (data.kind === "ready") {
      isReady = true;
      told.hidden = true;
      if (isOpen && root.activeElement) enter();
    } else if (data.kind === "close") setOpen(false);
  });
  document.addEventListener("securitypolicyviolation", (event) => {
    if (!frame || isReady || !/^(frame|child|default)-src/.test(event.effectiveDirective) || !event.blockedURI.startsWith(base.origin)) return;
    timers.forEach(clearTimeout);
    tell(words.blocked, false);
    warn(`the Content-Security-Policy of this page needs: frame-src ${base.origin}`);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      setOpen(false);
    }
  });
  launch.addEventListener("click", () => setOpen(!isOpen, launch));
  close.addEventListener("click", () => setOpen(false));
  again.addEventListener("click", () => (load(), close.focus()));
  larger.addEventListener("click", () => {
    const large = panel.classList.toggle("large");
    larger.setAttribute("aria-pressed", String(large));
  });
  if (options.open) {
    // One listener for the whole page: the button may be made later, or anew.
    document.addEventListener("click", (event) => {
      const button = event.target.closest?.(options.open);
      if (!button) return;
      event.preventDefault();
      setOpen(!isOpen, button);
    });
  }

  /** Be where we belong: a single-page application makes its elements anew. */
  const settle = () => {
    // Beside the body, not in it: a frame that is moved loads anew, and applications replace their body.
    const parent = isInline ? document.querySelector(options.inline) : document.documentElement;
    if (!parent || host.parentNode === parent) return;
    if (!isInline && !host.isConnected) {
      const beside = [...document.querySelectorAll("wardbook-widget")].filter((one) => one.dataset.side === (options.side || "right"));
      if (!options.open) {
        rule(`:host { --up: ${beside.length} !important }`);
        host.dataset.side = options.side || "right";
      }
    }
    parent.append(host);
    if (isInline && !frame) load();
    else if (frame) expect();
  };
  all.set(key, host);
  const begin = () => {
    settle();
    new MutationObserver(settle).observe(document.documentElement, { childList: true, subtree: true });
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
