from __future__ import annotations

import random

import pytest

from index.merging import LARGE, MOST_PASSAGES, Size, portion_size, to_rewrite


def whole(*sizes: int) -> list[Size]:
    return [Size(size, size) for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "added", "expected"),
    [
        ([], 30, set()),
        (whole(30, 30, 30), 30, set()),
        (whole(*[30] * 7), 30, set(range(7))),
        (whole(*[30] * 7), 0, set()),
        (whole(5000, *[30] * 7), 30, set(range(1, 8))),
        (whole(2000, 2000, 2000, 2000), 30, {0, 1, 2, 3}),
        (whole(300, 300, 300), 30, set()),
        (whole(300, 300, 300, 300), 30, {0, 1, 2, 3}),
        (whole(*[LARGE] * 40), 30, set()),
        ([Size(100, 50)], 0, set()),
        ([Size(100, 49)], 0, {0}),
        ([Size(30_000, 9000)], 0, set()),
    ],
)
def test_small_ones_are_merged_and_mostly_dead_ones_rewritten(
    sizes: list[Size], added: int, expected: set[int]
) -> None:
    assert to_rewrite(sizes, added) == expected


def test_no_change_rewrites_more_than_a_segment_and_there_are_never_many() -> None:
    drawn = random.Random(0)
    sizes: list[int] = []
    rewritten = total = 0
    for _ in range(3000):
        added = drawn.randint(1, 80)
        chosen = to_rewrite(whole(*sizes), added)
        moved = sum(sizes[number] for number in chosen)
        assert moved + added <= MOST_PASSAGES
        sizes = [size for number, size in enumerate(sizes) if number not in chosen] + [moved + added]
        rewritten += moved
        total += added
        assert len(sizes) <= total / LARGE + 16
    assert rewritten < 4 * total


@pytest.mark.parametrize(("passages", "expected"), [(0, 16_384), (90_000, 16_384), (185_561, 30_927), (10**7, 131_072)])
def test_a_large_collection_has_larger_segments(passages: int, expected: int) -> None:
    assert portion_size(passages) == expected
