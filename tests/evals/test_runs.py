from __future__ import annotations

import json
from pathlib import Path

from eval_fakes import DOCUMENT, PASSAGES, RIGHT, FakeAnswerer, answer, load_suite, quote

from corpus.library import from_json
from evals.run import run_suite
from evals.runs import timings_path, to_dict, write


def test_a_run_is_written_whole_with_its_timings_apart(tmp_path: Path) -> None:
    suite = load_suite({"outcome_accuracy": 0.9, "latency_p95_ms": 0})
    wrong = {**RIGHT, "Which gene?": answer("Which gene?", "withheld", withheld=("Therapy",))}
    run = run_suite(suite, FakeAnswerer(wrong))
    path = tmp_path / "new" / "run.json"
    write([run], path, {"wardbook": "1"})
    written = json.loads(path.read_text("utf-8"))
    assert written["format"] == 2
    assert written["made_with"] == {"wardbook": "1"}
    assert [from_json(json.dumps(document)) for document in written["documents"]] == [DOCUMENT]
    (kept,) = written["runs"]
    assert kept["document"] == {"id": "hives", "title": "Hives", "version": "sha256:0"}
    assert kept["figures"]["outcome_accuracy"]["value"] == 0.8
    assert kept["figures"]["outcome_accuracy"]["n"] == 5
    assert kept["below"] == ["outcome_accuracy"]
    assert [case["case"]["id"] for case in kept["cases"]] == [case.id for case in suite.cases]
    gene = kept["cases"][3]
    assert gene["passed"] is False
    assert gene["failures"] == ["outcome withheld, expected not_in_document"]
    assert gene["answer"]["withheld"] == ["Therapy"]
    assert gene["scores"] == {
        "pass_rate": 0,
        "outcome_accuracy": 0,
        "outcome_accuracy.not_in_document": 0,
        "false_answers": 0,
        "withheld_extra": 1,
    }
    assert "_ms" not in path.read_text("utf-8").replace('"latency_p95_ms": 0', "")
    aside = json.loads(timings_path(path).read_text("utf-8"))
    assert set(aside) == {"format", "written", "runs"}
    assert aside["runs"][0]["below"] == ["latency_p95_ms"]
    assert set(aside["runs"][0]["elapsed_ms"]) == {case.id for case in suite.cases}
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["run.json", "run.timings.json"]


def test_the_same_inputs_give_byte_equal_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run = run_suite(load_suite(), FakeAnswerer({**RIGHT, "Which gene?": RuntimeError("boom")}))
        write([run], tmp_path / f"{name}.json", {})
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_what_was_not_measured_is_null() -> None:
    run = run_suite(load_suite(), FakeAnswerer(dict(RIGHT)), split="hold")
    assert to_dict(run)["figures"]["fact_recall"] == {"value": None, "n": 0, "low": None, "high": None}


def test_a_crash_keeps_its_traceback_and_no_answer() -> None:
    run = run_suite(load_suite(), FakeAnswerer({**RIGHT, "What are hives?": RuntimeError("boom")}), only=["what-is-it"])
    (case,) = to_dict(run)["cases"]
    assert case["answer"] is None
    assert case["error"].endswith("RuntimeError: boom\n")
    assert case["found"] == []


def test_the_quotes_and_what_was_found_are_kept() -> None:
    run = run_suite(load_suite(), FakeAnswerer(dict(RIGHT)), only=["what-is-it"])
    (case,) = to_dict(run)["cases"]
    expected = answer("What are hives?", "answered", quote(PASSAGES[0])).to_dict()
    del expected["elapsed_ms"]
    assert case["answer"] == expected
    assert case["found"] == [passage.id for passage in PASSAGES]
