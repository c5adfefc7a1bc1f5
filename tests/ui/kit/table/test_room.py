"""How columns share a width: what must hold for any columns and any room."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from ui.kit.table.room import Wish, fixed, share

FIGURE = Wish(whole=90, usual=90, least=90)
NAME = Wish(whole=400, usual=340, least=80, text=True)
WORDS = Wish(whole=900, usual=100, least=100, yields=3, text=True, takes=True, free=True)


@some.composite
def wishes(draw: some.DrawFn) -> list[Wish]:
    made = []
    for _ in range(draw(some.integers(1, 12))):
        least = draw(some.integers(40, 120))
        text = draw(some.booleans())
        usual = least + (draw(some.integers(0, 260)) if text else 0)
        whole = usual + (draw(some.integers(0, 400)) if text else 0)
        made.append(
            Wish(
                whole,
                usual,
                least,
                draw(some.integers(0, 3)),
                text,
                draw(some.booleans()),
                draw(some.booleans()),
            )
        )
    return made


@given(wishes(), some.integers(0, 3_000))
def test_nothing_is_cut_beside_blank_room_and_nothing_scrolls_that_need_not(
    asked: list[Wish], room: int
) -> None:
    widths = share(asked, room)
    shown = [(wish, width) for wish, width in zip(asked, widths, strict=True) if width is not None]
    total = sum(width for _, width in shown)
    assert all(width >= wish.least for wish, width in shown)
    if shown and total < room:
        raise AssertionError("blank room is left")
    if total > room:
        # Only what never yields is left, and none of it can be narrower.
        assert all(not wish.yields for wish, _ in shown)
        assert all(width == (wish.least if wish.text else wish.usual) for wish, width in shown)
    # A text is cut only where nothing else has more than it needs.
    if any(width < wish.whole for wish, width in shown if wish.text):
        assert all(width <= wish.whole for wish, width in shown)


def test_names_are_whole_before_free_text_gets_more_than_its_heading() -> None:
    assert share([FIGURE, NAME, WORDS], 90 + 340 + 100) == [90, 340, 100]
    assert share([FIGURE, NAME, WORDS], 90 + 380 + 100) == [90, 380, 100]
    assert share([FIGURE, NAME, WORDS], 90 + 400 + 300) == [90, 400, 300]


def test_free_text_goes_before_a_name_is_cut() -> None:
    assert share([FIGURE, NAME, WORDS], 440) == [90, 350, None]
    assert share([FIGURE, NAME, WORDS], 300) == [90, 210, None]


CREDIT = Wish(whole=700, usual=340, least=110, yields=2, text=True)


def test_a_long_text_that_may_be_left_out_narrows_before_another_column_is() -> None:
    before = Wish(whole=90, usual=90, least=90, yields=1)
    assert share([FIGURE, CREDIT, before, WORDS], 430) == [90, 150, 90, 100]
    assert share([FIGURE, CREDIT, before, WORDS], 390) == [90, 110, 90, 100]
    assert share([FIGURE, CREDIT, before, WORDS], 380) == [90, 200, 90, None]


def test_a_long_text_that_may_be_left_out_takes_no_more_of_what_is_blank_than_free_text() -> None:
    assert share([FIGURE, CREDIT, WORDS], 90 + 340 + 100 + 80) == [90, 380, 140]
    short = replace(CREDIT, whole=350)
    assert share([FIGURE, short, WORDS], 90 + 340 + 100 + 80) == [90, 350, 170]


def test_the_highest_goes_first_and_of_two_equals_the_one_at_the_right() -> None:
    figures = [FIGURE, *(Wish(90, 90, 90, yields) for yields in (2, 1, 2))]
    assert share(figures, 290) == [90, 90, 110, None]
    assert [width is None for width in share(figures, 200)] == [False, True, False, True]
    assert [width is None for width in share(figures, 90)] == [False, True, True, True]


def test_a_long_reference_is_cut_rather_than_left_out_beside_blank_room() -> None:
    reference = Wish(whole=300, usual=300, least=110, yields=2, text=True)
    after = Wish(whole=90, usual=90, least=90, yields=3)
    assert share([FIGURE, reference, after], 250) == [90, 160, None]
    assert share([FIGURE, reference, after], 195) == [90, None, 105]
    assert share([FIGURE, reference, after], 150) == [150, None, None]


def test_a_width_that_was_chosen_is_kept() -> None:
    assert share([FIGURE, fixed(50, NAME), WORDS], 1_000) == [90, 50, 860]
