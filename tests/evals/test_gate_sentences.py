from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.writing.fake_chat_model import FakeReader
from assistant.writing.gate import Gate, Sources
from evals.gate.measure import Judged, Rate, judge, kept, rates
from evals.gate.mutations import CERTAIN, DOUBTFUL, mutations
from evals.gate.sentences import FOLDER, Written, for_fitting, written

SOURCES = Sources(("Stones are seen in 15% of adults and are often silent.",), ("Gallstones", "Overview"))
TRUE = Written("gallstones", "Stones are not seen in 15% of adults.", SOURCES, True, "close")
OTHER = Written(
    "gallstones", "Pain comes after meals.", Sources(("Biliary pain comes after fatty meals.",), ()), True, "close"
)


def test_at_least_300_false_sentences_are_kept_for_measuring_beside_true_ones_of_each_freedom() -> None:
    by_hand = [one for one in kept() if one.kind not in CERTAIN or one.kind == "changed_number"]
    false = [one for one in by_hand if not one.supported]
    assert len(false) >= 300
    assert {one.kind for one in by_hand if one.supported} == {"close", "medium", "free"}
    assert {
        "changed_number",
        "swapped_entity",
        "dropped_negation",
        "merged_facts",
        "wrong_citation",
        "outside_truth",
    } <= {one.kind for one in false}


def test_no_document_is_both_fitted_and_measured_on_and_no_evidence_is_made_up() -> None:
    reading, deciding = for_fitting()
    measured = {one.document for one in written(FOLDER / "kept.jsonl")}
    names = [{one.document for one in part} for part in (reading, deciding)]
    assert not (names[0] & names[1])
    assert not ((names[0] | names[1]) & measured)
    assert all(len(one.sources.around) > 1 for one in (*reading, *deciding)), "evidence without a section"


@pytest.mark.parametrize("kind", [*CERTAIN, "changed_degree", "changed_side", "exchanged_terms", "joined_facts"])
def test_a_mutation_is_false_and_changes_the_sentence_or_its_evidence(kind: str) -> None:
    changes = {name: change for name, change in {**CERTAIN, **DOUBTFUL}.items() if name == kind}
    start = replace(TRUE, text="Stones are often seen in 15% of adults after meals in 2019.")
    made = [one for one in mutations([start, OTHER], changes, 3) if one.kind == kind]
    assert made, kind
    for one in made:
        assert not one.supported
        assert (one.text, one.sources) not in [(known.text, known.sources) for known in (start, OTHER)]


def test_the_same_seed_makes_the_same_mutations() -> None:
    assert list(mutations([TRUE, OTHER], CERTAIN, 5)) == list(mutations([TRUE, OTHER], CERTAIN, 5))


def test_rates_count_each_error_of_its_own_kind() -> None:
    gate = Gate(
        frozenset(["stones", "are", "seen", "in", "of", "adults", "not", "and", "often", "silent"]), FakeReader(), None
    )
    false = replace(TRUE, text="Stones are seen in 16% of adults.", supported=False, kind="changed_number")
    passed = replace(TRUE, text="Silent stones are seen in adults.", supported=False, kind="overreach")
    judged: tuple[Judged, ...] = judge([TRUE, false, passed], gate)
    assert rates(judged) == {
        "false released": Rate(1, 2),
        "true blocked": Rate(1, 1),
        "false: changed_number": Rate(0, 1),
        "false: overreach": Rate(1, 1),
        "true: close": Rate(1, 1),
    }


def test_an_interval_holds_its_rate_and_nothing_is_known_of_none() -> None:
    low, high = Rate(1, 100).interval()
    assert 0 < low < 0.01 < high < 0.06
    assert Rate(0, 0).interval() == (0.0, 1.0)
