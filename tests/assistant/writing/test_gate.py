from __future__ import annotations

import pytest

from assistant.writing.fake_chat_model import FakeReader
from assistant.writing.gate import Gate, Sources, Verdict

_WORDS = """
the a of in and it is are not may seen most children adults with by early late found before after
can you should rarely often about half rare lesions skin at age first year years than more less
develop have be
"""
ENGLISH = frozenset(_WORDS.split())
QUOTE = "In juvenile dermatomyositis (JDM), 50%-70% of children may develop calcinosis, rarely before 5 years of age."


def sources(*quotes: str) -> Sources:
    return Sources(quotes or (QUOTE,), ("Calcinosis cutis", "Synopsis"), {"jdm": "juvenile dermatomyositis"})


def gate(log_odds: float = 3.0) -> Gate:
    return Gate(ENGLISH, FakeReader(log_odds), None)


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        (QUOTE, "verbatim"),
        (QUOTE.replace("-", "–"), "verbatim"),
        ("50 to 70 percent of children with JDM may develop calcinosis.", "supported"),
        ("Calcinosis may develop in 50%-70% of children with juvenile dermatomyositis.", "supported"),
        ("60%-70% of children with JDM may develop calcinosis.", "number"),
        ("50%-70% of children may develop calcinosis, rarely before 5 months of age.", "number"),
        ("50%-70% of children with systemic sclerosis may develop calcinosis.", "term"),
        ("50%-70% of children with JDM may develop calcinosis, as in HLA-B27 disease.", "code"),
        ("50%-70% of children with JDM do not develop calcinosis.", "negation"),
        ("50%-70% of children with JDM may develop calcinosis, rarely after 5 years of age.", "number"),
        ("50%-70% of children with JDM may develop calcinosis late, rarely early.", "supported"),
        ("50%-70% of children with JDM may develop calcinosis, often before 5 years of age.", "opposite"),
        ("50%-70% of adults with JDM may develop calcinosis.", "term"),
        ("In juvenile dermatomyositis (JDM), 50%-70% of children may develop calcinosis", "supported"),
        ("You may develop calcinosis in 50%-70%.", "addressed"),
        ("See <b>calcinosis</b> in 50%-70% of children.", "markup"),
        ("[calcinosis](http://example.org) may develop.", "markup"),
        ("...", "empty"),
        ("Of how many children do 50%-70% develop calcinosis?", "question"),
        ("children " * 61, "too long"),
    ],
)
def test_each_rule_blocks_alone_and_says_which_it_is(sentence: str, why: str) -> None:
    verdict = gate().check(sentence, sources())
    assert (verdict.why, verdict.released) == (why, why in ("verbatim", "supported"))


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("50%-70% of children may develop calcinosis, rarely before 5 years of age.", "cut"),
        ("It may be rare.", "supported"),
        ("Age: first year; Skin: lesions", "cut"),
        ("Age: first year or more; Skin: lesions", "verbatim"),
        ("Skin: lesions", "supported"),
    ],
)
def test_what_a_quote_says_first_and_cells_of_a_table_stay_whole(sentence: str, why: str) -> None:
    both = sources(f"{QUOTE} It may be rare.", "Age: first year or more; Skin: lesions")
    assert gate().check(sentence, both).why == why


def test_what_no_rule_blocks_is_the_readers_to_decide() -> None:
    sentence = "Calcinosis may develop in 50%-70% of children with JDM."
    assert gate(0.1).check(sentence, sources()).released
    assert gate(-0.1).check(sentence, sources()) == Verdict(False, "unsupported", pytest.approx(0.475, abs=1e-3))


def test_without_a_quote_nothing_is_supported() -> None:
    assert gate().check(QUOTE, Sources((), ("Calcinosis cutis",))) == Verdict(False, "no citation", 0.0)


def test_a_date_of_the_page_may_be_written_out() -> None:
    known = sources("Last Reviewed: 2024-01-29")
    assert gate().check("It is reviewed January 29, 2024.", Sources(known.quotes, ("Reviewed",))).why == "supported"
    assert gate().check("It is reviewed January 30, 2024.", Sources(known.quotes, ("Reviewed",))).why == "number"


@pytest.mark.real
def test_the_fitted_gate_tells_a_fact_from_its_neighbours() -> None:
    from assistant.settings import Settings
    from assistant.wiring import open_gate
    from index.sentence_transformers_encoder import load

    fitted = open_gate(Settings(), load())
    quotes = Sources(
        (
            "Gallstones are more common in women than in men.",
            "About 15% of adults have gallstones, and most of them never have symptoms.",
        ),
        ("Gallstones", "Overview"),
    )
    released = {
        sentence: fitted.check(sentence, quotes).released
        for sentence in (
            "Gallstones are more common in women than in men.",
            "About 15% of adults have gallstones, and most of them never have symptoms.",
            "Gallstones are more common in men than in women.",
            "About 15% of adults have symptoms, and most of them never have gallstones.",
            "Most adults have gallstones.",
            "Gallstones are caused by cholesterol.",
        )
    }
    assert list(released.values()) == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("sentence", "quote", "why"),
    [
        ("Stones are rare", "Stones are rare, and children are spared.", "supported"),
        ("Stones are rare.", "Stones are rare; adults have them with pain.", "supported"),
        ("Stones are rare.", "Stones are rare; children; and adults with pain.", "cut"),
        ("Stones are rare.", "Stones are rare, and only in children.", "cut"),
        ("Stones are rare, children.", "Stones are rare, children, and pain.", "cut"),
        ("Stones are rare.", "Stones are rare; in adults they are spared.", "cut"),
        ("Stones are rare in", "Stones are rare in children; adults have them with pain.", "supported"),
        ("in children", "Stones are rare in children; adults have them with pain.", "supported"),
    ],
)
def test_the_beginning_of_a_quote_is_never_verbatim_and_cut_where_no_main_clause_follows(
    sentence: str, quote: str, why: str
) -> None:
    english = frozenset({"stones", "rare", "children", "adults", "pain", "spared"})
    assert Gate(english, FakeReader(), None).check(sentence, Sources((quote,), ("Stones",))).why == why


@pytest.mark.parametrize(
    ("sentence", "quote", "is_verbatim"),
    [
        ("the skin is 1.", "The skin is 1", True),
        ("Seventy-five lesions by 2024-01-29", "75 lesions by January 29, 2024.", True),
        ("1,500 lesions", "1500 lesions", True),
        ("5 mm", "5 mM", False),
        ("5 MHz", "5 mHz", False),
        ("by 5 to 10 mg", "by 5 mg to 10", False),
        ("Skin 1", "Skin 5/5", False),
        ("Skin 1/3", "Skin 2/6", False),
        ("1 out of 5", "3 out of 15", False),
        ("300 of every 600 adults", "3 of every 6 adults", False),
        ("10⁹ lesions", "109 lesions", False),
        ("Are lesions rare.", "Are lesions rare?", False),
    ],
)
def test_verbatim_is_the_whole_quote_in_other_characters_only(sentence: str, quote: str, is_verbatim: bool) -> None:
    assert (gate().check(sentence, sources(quote)).why == "verbatim") is is_verbatim


@pytest.mark.parametrize(
    ("sentence", "quote", "why"),
    [
        ("Lesions are <50 in most.", "Lesions are <50 in most.", "verbatim"),
        ("The HLA-B*27 is rare | early.", "The HLA-B*27 is rare | early.", "verbatim"),
        ("Most lesions are <50.", "Lesions are <50 in most.", "supported"),
        ("Most lesions are > 50.", "Lesions are >50 in most.", "supported"),
        ("The HLA-B*27 can be rare.", "The HLA-B*27 is rare.", "supported"),
        ("> 50 lesions", "Lesions are >50 in most.", "markup"),
        ("Lesions <5 onclick=x>", "Lesions are <5 in most.", "markup"),
        ("<b>5 lesions</b>", "5 lesions", "markup"),
        ("Lesions <script>5", "Lesions < script >5", "markup"),
        ("Lesions are *5*", "Lesions are 5", "markup"),
        ("**Lesions** are rare.", "Lesions are rare.", "markup"),
        ("Are <50 rare?", "Are <50 rare?", "question"),
    ],
)
def test_what_could_be_markup_is_released_only_as_the_quote_has_it(sentence: str, quote: str, why: str) -> None:
    assert gate().check(sentence, sources(quote)).why == why


_ORDINARY = """
aspirin is not recommended in children disease evidence that prevents stroke it myth sugar causes results are reliable
spread through blood patients with recover vitamin deficiency rickets rates higher the high low dose steroids used given
several severe infections occurred weeks weekly liver raises risk drugs treated stage sodium potassium lowered fever
lasts days unreliable
antibiotics initial first treatment one of may present without symptoms be free pain absent lower upper limit known
better worst test tests do start before surgery causes only some usually neither nor mortality lowers
"""
ORDINARY = frozenset(_ORDINARY.split())


@pytest.mark.parametrize(
    ("quote", "sentence", "why"),
    [
        # A denial put in, and one left out.
        ("Aspirin is recommended in Kawasaki disease.", "Aspirin is not recommended in Kawasaki disease.", "negation"),
        ("Aspirin is not recommended in children.", "Aspirin is recommended in children.", "negation"),
        ("Neither aspirin nor sugar lowers mortality.", "Aspirin lowers mortality.", "negation"),
        ("There is no evidence that aspirin prevents stroke.", "Aspirin prevents stroke.", "cut"),
        ("It is a myth that sugar causes disease.", "Sugar causes disease.", "cut"),
        ("Do not start drugs before surgery.", "Start drugs before surgery.", "cut"),
        ("Aspirin is used in children without fever.", "Aspirin is used in children.", "cut"),
        ("Results are reliable.", "Results are unreliable.", "opposite"),
        ("Results are not reliable.", "Results are unreliable.", "supported"),
        ("Aspirin causes not only fever.", "Aspirin causes fever.", "supported"),
        # Names that are words of grammar, and letters behind a word.
        ("Hepatitis B is spread through blood.", "Hepatitis A is spread through blood.", "term"),
        ("Hepatitis A and C are spread through blood.", "Hepatitis C is spread through blood.", "supported"),
        ("Rates in the UK are higher.", "Rates are higher in the US.", "term"),
        ("Rates in the United States are higher.", "Rates are higher in the US.", "supported"),
        ("It is known in the high-dose form. A test is used.", "The test is used. A high dose is known.", "supported"),
        # Words of one stem, abbreviations, synonyms, bare terms.
        ("Several infections occurred.", "Severe infections occurred.", "term"),
        ("Liver disease raises the risk.", "Hepatitis raises the risk.", "term"),
        ("Aspirin is given in several weeks.", "Aspirin is given weekly.", "term"),
        ("Stage IV disease is treated with drugs.", "Intravenous drugs treated the disease.", "term"),
        ("Sodium is lowered in the blood.", "Potassium is lowered in the blood.", "term"),
        ("Kidney disease is known.", "Renal disease is known.", "supported"),
        # Opposites, and words that are none where they stand.
        ("High-dose steroids are used.", "Low-dose steroids are used.", "opposite"),
        (
            "Fever lasts 5 days; antibiotics are the initial treatment.",
            "Antibiotics are the first treatment.",
            "supported",
        ),
        ("Several drugs, like aspirin, are used in it.", "Aspirin is one of the drugs used in it.", "supported"),
        ("Patients may be free of symptoms; pain is absent.", "Patients may present without symptoms.", "supported"),
        ("Lower limit: known. Pain is worst.", "The upper limit is better known.", "supported"),
        ("Pain is absent.", "Pain is present.", "opposite"),
    ],
)
def test_another_word_is_told_from_another_form(quote: str, sentence: str, why: str) -> None:
    assert Gate(ORDINARY, FakeReader(3.0), None).check(sentence, Sources((quote,), ("Care",))).why == why
