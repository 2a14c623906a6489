from corpus.tables import row_items


def test_rows() -> None:
    header = ["Site", "Share"]
    assert row_items(header, [["Nose", "40%"], ["Cheek", ""], ["", ""]]) == ["Site: Nose; Share: 40%", "Site: Cheek"]
    assert row_items([], [["Nose", "40%"]]) == ["Nose; 40%"]
    assert row_items(["Site"], [["Nose", "40%"]]) == ["Site: Nose; 40%"]
    assert row_items(header, []) == ["Site; Share"]
    assert row_items([], []) == []
