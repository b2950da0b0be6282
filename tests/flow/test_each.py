"""One of many: nobody waits for one that fails, or for a pass without end."""

import time

from textline.flow.each import each, within


def test_one_that_fails_is_passed_over() -> None:
    def half(number: int) -> int:
        return 10 // number

    assert [each(half, number) for number in (5, 0, 2)] == [2, 0, 5]


def test_a_pass_ends_in_time_and_takes_nothing_that_it_does_not_do() -> None:
    taken = []

    def claim() -> int:
        taken.append(1)
        return len(taken)

    done = 0
    for _ in within(0.05, iter(claim, None)):
        done += 1
        time.sleep(0.02)
    assert 1 <= done < 10
    assert len(taken) == done
