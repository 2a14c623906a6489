"""Saved pages in our own words, of the kinds that people have."""

from __future__ import annotations

from pathlib import Path

REAL_PAGE = Path(__file__).parents[3] / "shared" / "documents" / "calcinosis-cutis-infant-neonate.txt"
"""Third-party text, so it lies beside the checkout; tests on it are skipped where it is absent."""

MISSING_HEADINGS = """SynopsisCodesLook ForBest TestsZebra NotesTherapyPrognosisReferences

View all Images (2)

Milia in Adults
Other Resources UpToDate PubMed

Milia in Adults

Contributors:\u00a0 Ann Lee MD, PhD, Bo S. Ek MD
Other Resources UpToDate PubMed


Milia are small keratin cysts.

They are harmless.


L72.0\u00a0–\u00a0Epidermal cyst

Look For

Subscription Required


Subscription Required

Zebra Notes

Striped animals are spared.

Therapy

Subscription Required

Complications

Scars are rare.


They vanish by themselves.


Subscription Required

Last Reviewed:04/22/2019
Last Updated:11/30/2021
Copyright © 2024 A Publisher. All rights reserved.
Milia in Adults
A medical illustration showing key findings of Milia : Papules
Clinical image of Milia - imageId=18. Click to open in gallery.  caption: 'White dots on a cheek.'
White dots on a cheek.
Copyright © 2024 A Publisher. All rights reserved.
"""

NO_NAVIGATION = """Milia

Overview
Milia are cysts. They are small.

Causes:
- Burns
- Sun
  damage over years
    - in adults

How are milia treated?
They can be opened with a needle.

SPECIAL GROUPS

Newborns need nothing.

Treatment of milia in adults

A needle.
Log in
Last reviewed 3 May 2020
"""

ONE_HEADING_A_LINE = """Skip to main content
Overview
Symptoms
Treatment
Prognosis

Milia

Overview
Milia are cysts.
Symptoms
White dots.
Treatment
Log in
Prognosis
Good.
"""

WRAPPED = """Milia

Treatment

Milia can be opened with a sterile needle, and the small white
kernel is pressed out. This is done by a nurse or a doctor in the
practice.

1. Clean the skin.
2. Open the cyst
   with a needle.
3. Press.
"""

HTML = """<!doctype html>
<html><head><title>Milia in adults | SkinSite</title><meta charset="utf-8">
<meta name="author" content="Ann Lee MD, PhD"><style>p { color: red }</style></head>
<body class="has-sidebar">
<header><a href="/">SkinSite</a><nav><a href="/a">Home</a><a href="/b">Topics</a></nav></header>
<div id="cookie-banner">We use cookies <button>Accept</button></div>
<main>
<h1>Milia in adults</h1>
<nav><ul><li><a href="#o">Overview</a></li><li><a href="#l">Look For</a></li><li><a href="#t">Therapy</a></li>
<li><a href="#p">Prognosis</a></li><li><a href="#r">References</a></li></ul></nav>
<h2 id="o">Overview</h2>
<p>Milia are <b>small</b> cysts.<sup><a href="#r1">[1]</a></sup> They are 1-2&nbsp;mm wide, e.g. on the
   face.</p>
<figure><img src="a.png" alt="x"><figcaption>White dots on a cheek.</figcaption></figure>
<h2 id="l">Look For</h2>
<ul><li>White papules<ul><li>on the cheeks</li></ul></li><li><p>Firm.</p><p>Never red.</p></li></ul>
<table><tr><th>Site</th><th>Share</th></tr><tr><td>Nose</td><td>40%</td></tr><tr><td>Cheek</td><td></td></tr></table>
<dl><dt>Size</dt><dd>1 mm</dd></dl>
<h3>In babies</h3>
<p>They go by themselves.</p><p hidden>Never shown.</p><div style="display:none">Nor this.</div>
<h2 id="t">Therapy</h2>
<div class="wall"><p>Subscription required</p><button>Subscribe</button></div>
<h2>References</h2>
<ol><li>Lee A. Milia. Skin. 2020.</li></ol>
<p>Last reviewed: 3 May 2020</p>
<p>Copyright © 2020 SkinSite</p>
</main>
<aside>Buy soap</aside><script>var x = "never";</script><footer>SkinSite Ltd</footer>
</body></html>
"""
