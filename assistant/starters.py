"""Questions to start from: what each kind of section can be asked. Worded by topic, never for one document."""

from __future__ import annotations

from corpus.types import Document, Section
from corpus.vocabulary import load

_BY_TOPIC = {
    "synopsis": ("What is it?", "Who is affected?"),
    "codes": ("What is its ICD-10 code?",),
    "epidemiology": ("How common is it?",),
    "causes": ("What causes it?",),
    "symptoms": ("What are the symptoms?",),
    "look_for": ("What does it look like?",),
    "diagnostic_pearls": ("What helps to recognise it?",),
    "differential_diagnosis": ("What is the differential diagnosis?",),
    "best_tests": ("Which tests confirm it?",),
    "management_pearls": ("What should be watched in its management?",),
    "therapy": ("How is it treated?",),
    "prognosis": ("What is the prognosis?",),
    "prevention": ("How can it be prevented?",),
    "inheritance": ("How is it inherited?",),
    "complications": ("What are the complications?",),
    "drug_reaction_data": ("Which drugs can cause it?",),
    "images": ("What do the images show?",),
    "references": ("Which references are given?",),
    "contributors": ("Who wrote this page?",),
    "review_dates": ("When was this page last reviewed?",),
}


def questions_of(section: Section) -> list[str]:
    """Return questions that a section answers: none when its text is withheld or missing."""
    return _worded(section) if section.status == "present" else []


def starters(document: Document, *, most: int = 4) -> list[str]:
    """Return questions to start with: about the disease first, last one that a withheld section would answer."""
    about_page = {topic.name for topic in load().topics if topic.metadata} | {"references", "images"}
    sections = [section for section in document.sections if section.topic not in about_page]
    # Treatment is what students ask for first, so it stands for the withheld ones when it is among them.
    withheld = sorted((s for s in sections if s.status == "withheld"), key=lambda section: section.topic != "therapy")
    last = [_worded(section)[0] for section in withheld[:1]]
    present = [_worded(section) for section in sections if section.status == "present"]
    in_turn = [asked[turn] for turn in range(2) for asked in present if turn < len(asked)]
    return list(dict.fromkeys([*in_turn[: most - len(last)], *last]))


def _worded(section: Section) -> list[str]:
    if section.topic in _BY_TOPIC:
        return list(_BY_TOPIC[section.topic])
    topic = load().topic(section.topic)
    if topic is None:
        return [f"What does it say under “{section.heading}”?"]
    return [f"What does it say about {topic.label[:1].lower() + topic.label[1:]}?"]
