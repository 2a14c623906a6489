"""`wardbook eval` from the outside, with an assistant whose answers are known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner, Result
from eval_fakes import BODIES, RIGHT, SUITE, FakeAnswerer, answer

import assistant.wiring
from assistant.cli import WardbookGroup
from assistant.settings import Settings
from corpus.library import Library
from evals.command import command


@dataclass
class FakeAssistant(FakeAnswerer):
    """An answerer with what the command asks of an opened assistant."""

    closed: bool = False

    def __post_init__(self) -> None:
        def close() -> None:
            self.closed = True

        self.index = SimpleNamespace(manifest=SimpleNamespace(encoder_name="fake"), close=close)

    def warm(self) -> None:
        pass


@dataclass
class Bench:
    """A home that holds the document, a suite file, and the assistant that will be opened."""

    home: Path
    suite: Path
    assistant: FakeAssistant
    opened: list[Settings]

    def run(self, *arguments: str) -> Result:
        group = WardbookGroup(commands={"eval": command})
        return CliRunner().invoke(group, ["eval", *arguments], obj=Settings(home=self.home), catch_exceptions=False)

    def write(self, **changes: object) -> None:
        self.suite.write_text(yaml.safe_dump({**yaml.safe_load(SUITE), **changes}, sort_keys=False), encoding="utf-8")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    page = tmp_path / "hives.md"
    sections = "\n\n".join(f"## {heading}\n\n{body.replace('• ', '- ')}" for heading, _, body in BODIES)
    page.write_text(f"---\nid: hives\ntitle: Hives\n---\n\n# Hives\n\n{sections}\n", encoding="utf-8")
    made = Bench(tmp_path / "home", tmp_path / "hives-suite.yaml", FakeAssistant(dict(RIGHT)), [])
    Library(Settings(home=made.home).documents_folder).add(page)
    made.write()

    def opening(settings: Settings, *_: object) -> FakeAssistant:
        made.opened.append(settings)
        return made.assistant

    monkeypatch.setattr(assistant.wiring, "open_assistant", opening)
    return made


def test_it_reports_writes_the_run_and_exits_0(bench: Bench) -> None:
    bench.write(thresholds={"outcome_accuracy": 1.0})
    result = bench.run(str(bench.suite))
    assert result.exit_code == 0
    assert "hives: 5 cases about Hives" in result.stdout
    assert "all 1 thresholds met" in result.stdout
    (path,) = (bench.home / "runs").glob("*[0-9].json")
    assert path.with_suffix(".html").is_file()
    assert f"Run file: {path}" in result.stderr
    written = json.loads(path.read_text("utf-8"))
    assert written["made_with"]["encoder"] == "fake"
    assert [run["suite"] for run in written["runs"]] == ["hives"]
    assert bench.opened == [Settings(home=bench.home)]
    assert bench.assistant.closed


def test_below_a_threshold_it_exits_1_and_still_writes_the_run(bench: Bench, tmp_path: Path) -> None:
    bench.write(thresholds={"outcome_accuracy": 0.9})
    bench.assistant.answers["Which gene?"] = answer("q", "withheld", withheld=("Therapy",))
    result = bench.run(str(bench.suite), "--output", str(tmp_path / "out" / "run.json"))
    assert result.exit_code == 1
    assert "below threshold: outcome_accuracy is 0.800, at least 0.9 is asked" in result.stdout
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["runs"][0]["below"] == ["outcome_accuracy"]


def test_a_crash_fails_the_threshold_not_the_command(bench: Bench) -> None:
    bench.write(thresholds={"outcome_accuracy": 0.9})
    bench.assistant.answers["Which gene?"] = RuntimeError("boom")
    result = bench.run(str(bench.suite), "--verbose")
    assert result.exit_code == 1
    assert "RuntimeError: boom" in result.stdout


def test_split_and_only_choose_cases(bench: Bench) -> None:
    assert "split hold: 2 cases" in bench.run(str(bench.suite), "--split", "hold").stdout
    result = bench.run(str(bench.suite), "--only", "which-gene", "--only", "the-weather")
    assert "hives: 2 cases" in result.stdout
    assert "no verdict, cases chosen by name" in result.stdout


def test_a_suite_without_cases_in_the_split_is_passed_over(bench: Bench, tmp_path: Path) -> None:
    whole = (
        bench.suite.read_text("utf-8").replace("split: tune", "split: hold").replace("suite: hives", "suite: wheals")
    )
    other = tmp_path / "wheals-suite.yaml"
    other.write_text(whole, encoding="utf-8")
    result = bench.run(str(other), str(bench.suite), "--split", "tune")
    assert result.exit_code == 0
    assert "Without cases in the split 'tune', passed over: wheals." in result.stdout
    assert "split tune: 3 cases" in result.stdout
    alone = bench.run(str(other), "--split", "tune")
    assert alone.exit_code == 2
    assert "has no cases" in alone.stderr


def test_only_asks_the_suites_that_hold_the_case(bench: Bench) -> None:
    result = bench.run("gallstones", str(bench.suite), "--only", "which-gene")
    assert result.exit_code == 0
    assert "gallstones" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "error: no suite 'nowhere', expected the path of a YAML file or one of: "),
        (["SUITE", "--only", "nobody"], "error: no suite here has a case 'nobody'"),
        (["SUITE", "--split", "guess"], "Invalid value for '--split'"),
        (["SUITE", "--output", "SUITE/run.json"], "cannot be written"),
    ],
)
def test_what_a_person_can_mend_exits_2(bench: Bench, arguments: list[str], message: str) -> None:
    result = bench.run(*(argument.replace("SUITE", str(bench.suite)) for argument in arguments))
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


def test_a_suite_that_does_not_fit_its_document_exits_2_with_file_line_and_case(bench: Bench) -> None:
    bench.suite.write_text(SUITE.replace('["Hives are itchy wheals."]', "[Never said.]"), encoding="utf-8")
    line = SUITE[: SUITE.index("- id: what-is-it")].count("\n") + 1
    result = bench.run(str(bench.suite))
    assert result.exit_code == 2
    said = f"hives-suite.yaml, line {line}: case 'what-is-it': document 'hives' has no evidence 'Never said.'"
    assert f"error: {said}\n" in result.stderr
    assert bench.opened == []


def test_a_suite_about_an_unknown_document_exits_2(bench: Bench) -> None:
    bench.write(document="scabies")
    result = bench.run(str(bench.suite))
    assert result.exit_code == 2
    assert (
        "suite 'hives' asks about the document 'scabies', which is not in the library (calcinosis-cutis"
        in result.stderr
    )


def test_a_suite_that_breaks_the_schema_exits_2(bench: Bench) -> None:
    bench.write(author="me")
    result = bench.run("check", str(bench.suite))
    assert result.exit_code == 2
    assert "author: unknown key" in result.stderr


def test_check_asks_nothing_and_counts_the_cases(bench: Bench) -> None:
    result = bench.run("check", str(bench.suite))
    assert result.exit_code == 0
    assert result.stdout == (
        "5 cases in 1 suites\n"
        "  split: hold 2, tune 3\n"
        "  outcome: answered 2, not_in_document 1, out_of_scope 1, withheld 1\n"
        "  kind: definition 1, list 1, near_miss 1, off_topic 1, withheld_topic 1\n"
    )
    assert bench.opened == []
    assert not (bench.home / "runs").exists()


def test_check_notes_what_looks_wrong(bench: Bench) -> None:
    text = SUITE.replace("[itchy]]", "[itchy], [blisters, sores]]").replace("[cysts]", "[itchy]")
    bench.suite.write_text(text, encoding="utf-8")
    notes = [line for line in bench.run("check", str(bench.suite)).stdout.splitlines() if line.startswith("note")]
    assert [note.split(": ", 2)[2] for note in notes] == [
        "case 'what-is-it': no wording of the fact 'blisters | sores' stands in the evidence",
        "case 'what-is-it': 'itchy' must be absent and stands in the evidence",
    ]


def test_a_document_of_the_evaluation_is_asked_in_a_temporary_home(bench: Bench) -> None:
    bench.run("gallstones", "--only", "what-are-gallstones")
    (used,) = bench.opened
    assert used.home != bench.home
    assert not used.home.exists()
    assert [document.id for document in Library(Settings(home=bench.home).documents_folder).documents()] == [
        "calcinosis-cutis-infant-neonate",
        "hives",
    ]


def test_only_what_failed_is_asked_again(bench: Bench) -> None:
    result = bench.run(str(bench.suite), "--failed")
    assert (result.exit_code, "there is no run in" in result.stderr) == (2, True)
    bench.assistant.answers["Which gene?"] = answer("q", "out_of_scope")
    bench.run(str(bench.suite))
    bench.assistant.answers.update(RIGHT)
    assert "hives: 1 cases" in bench.run(str(bench.suite), "--failed").stdout
    assert "Nothing of this failed in the last run." in bench.run(str(bench.suite), "--failed").stdout


def test_a_case_that_broke_since_an_earlier_run_exits_3(bench: Bench, tmp_path: Path) -> None:
    run = str(tmp_path / "run.json")
    assert bench.run(str(bench.suite), "--output", run).exit_code == 0
    assert "0 broken, 0 fixed" in bench.run(str(bench.suite), "--against", run).stdout
    bench.assistant.answers["Which gene?"] = answer("q", "out_of_scope")
    new = str(tmp_path / "new.json")
    result = bench.run(str(bench.suite), "--against", run, "--jobs", "2", "--output", new)
    assert result.exit_code == 3
    assert "1 broken, 0 fixed, 0 drifted, 0 moved, 4 same" in result.stdout
    assert "broken which-gene: Which gene?" in result.stdout
    assert bench.run("report", new, "--against", run, "--markdown", str(tmp_path / "new.md")).exit_code == 3
    assert "1 broken" in (tmp_path / "new.md").read_text("utf-8")
    assert bench.run("report", run, "--against", new).exit_code == 0


def test_runs_are_byte_equal_and_reports_are_written_where_they_are_wanted(bench: Bench, tmp_path: Path) -> None:
    for name in ("one", "two"):
        bench.run(
            str(bench.suite), "--output", str(tmp_path / f"{name}.json"), "--junit", str(tmp_path / f"{name}.xml")
        )
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert (tmp_path / "one.html").is_file()
    assert (tmp_path / "one.xml").read_text("utf-8").startswith("<?xml")


def test_another_version_of_the_document_can_be_asked(bench: Bench, tmp_path: Path) -> None:
    page = tmp_path / "other.md"
    page.write_text("# Hives\n\n## Synopsis\n\nHives are sore.\n", encoding="utf-8")
    bench.run(str(bench.suite), "--document", str(page))
    (used,) = bench.opened
    assert used.home != bench.home
    result = bench.run("gallstones", str(bench.suite), "--document", str(page))
    assert (result.exit_code, "stands for one document, and these suites ask 2" in result.stderr) == (2, True)


def test_check_tells_every_suite_that_is_broken(bench: Bench, tmp_path: Path) -> None:
    bench.write(author="me")
    other = tmp_path / "other.yaml"
    other.write_text("suite: x\n", encoding="utf-8")
    result = bench.run("check", str(bench.suite), str(other))
    assert result.exit_code == 2
    assert "hives-suite.yaml" in result.stderr
    assert "other.yaml" in result.stderr
