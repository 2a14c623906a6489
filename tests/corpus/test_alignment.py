from __future__ import annotations

from corpus.alignment import Body, align


def body(at: int, kind: str = "text", *, strong: bool = True) -> Body:
    return Body(at, at + 1, kind, strong)


def test_as_many_bodies_as_headings() -> None:
    bodies = [body(0, "withheld"), body(1, "withheld")]
    assert align(bodies, ["management_pearls", "therapy"], anchored=True) == [[bodies[0]], [bodies[1]]]


def test_codes_find_their_heading() -> None:
    text, codes = body(0), body(1, "codes")
    assert align([text, codes], ["synopsis", "epidemiology", "codes"], anchored=False) == [[text], [], [codes]]
    assert align([codes], ["synopsis", "codes"], anchored=False) == [[], [codes]]


def test_surplus_bodies_join_over_the_weaker_border() -> None:
    bodies = [body(0), body(1, strong=False), body(2)]
    assert align(bodies, ["synopsis", "therapy"], anchored=True) == [bodies[:2], bodies[2:]]


def test_the_first_body_belongs_to_the_heading_above_it() -> None:
    only = body(0, "codes")
    assert align([only], ["therapy", "codes"], anchored=True) == [[only], []]


def test_no_bodies_no_headings() -> None:
    assert align([], ["therapy"], anchored=True) == [[]]
    assert align([body(0)], [], anchored=False) == []
