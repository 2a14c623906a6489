"""What calls for the emergency line or the clinician line, and what only sounds like it."""

from __future__ import annotations

import pytest

from assistant.care import is_personal, is_urgent
from assistant.notices import CLINICIAN, EMERGENCY, care, part_emergency


@pytest.mark.parametrize(
    "question",
    [
        "He isn't breathing",
        "He isn’t breathing",
        "my baby cant breathe",
        "he can not even breathe",
        "wont wake up",
        "cannot wake him",
        "unable to breathe",
        "she's unresponsive",
        "My baby is having seizures",
        "heavy bleeding",
        "chest pain",
        "patient is unconscious now",
        "I took too many pills",
        "My mum took an overdose of paracetamol",
        "My son swallowed a battery",
        "I want to end my life",
        "he's blue",
        "my baby is blue",
        "my brother choked, his lips look blue",
        "I'm dying",
        "is my dad dying?",
        "urgent: which scan for stones?",
        "Help me please!",
        "it's an emergency",
        "The infant's lips are blue!",
        "the baby is turning blue, what should be done",
        "patient with nodules unconscious, what to do",
        "We have a child with seizures now",
        "I have chest pain, is that a symptom?",  # in doubt
    ],
)
def test_someones_now_is_urgent(question: str) -> None:
    assert is_urgent(question)
    assert care(question) == (EMERGENCY, CLINICIAN)


@pytest.mark.parametrize(
    "question",
    [
        "How many patients die?",
        "Can patients swallow?",
        "Is difficulty swallowing a symptom?",
        "Does lead poisoning cause it?",
        "vertebral collapse",
        "What is blue sclera?",
        "Is blue nevus in the differential?",
        "Is anaphylaxis a symptom?",
        "anaphylaxis?",
        "List the symptoms of anaphylaxis.",
        "What is the treatment of overdose?",
        "Is chest pain common?",
        "Is it swallowed or infused?",
        "Is it an emergency?",
        "how urgent is treatment?",
        "Which caspase cuts it in dying T cells?",
        "All the codes, please.",
        "can you help me understand gout?",
        "I can't sleep, and wake early",
        "",
    ],
)
def test_what_is_studied_is_not_urgent(question: str) -> None:
    assert not is_urgent(question)


@pytest.mark.parametrize(
    ("question", "personal"),
    [
        ("My 2 year old daughter has it", True),
        ("Will my little boy's hair grow back?", True),
        ("does my mum need a scan", True),
        ("how likely are our twins to get it?", True),
        ("I think I have this", True),
        ("I've got it, what now?", True),
        ("my left big toe hurts", True),
        ("are my ankles going to be stiff", True),
        ("Should I stop the medicine?", True),
        ("My medical school exam is tomorrow", False),
        ("my exam on the skin", False),
        ("Which sons of carriers fall ill?", False),
        ("What is gout?", False),
    ],
)
def test_a_person_is_told_from_the_disease(question: str, personal: bool) -> None:
    assert is_personal(question) == personal
    assert care(question) == (None, CLINICIAN if personal else None)


@pytest.mark.parametrize(
    ("notice", "parts"),
    [
        (None, (None, None)),
        (CLINICIAN, (None, CLINICIAN)),
        (EMERGENCY, (EMERGENCY, None)),
        (f"{EMERGENCY} {CLINICIAN}", (EMERGENCY, CLINICIAN)),
    ],
)
def test_the_emergency_line_parts_from_the_rest_of_a_notice(
    notice: str | None, parts: tuple[str | None, str | None]
) -> None:
    assert part_emergency(notice) == parts
