"""How long the blocks are in which a figure stores long curves."""

from collections.abc import Iterator, Sequence

STATISTICS = ("first", "min", "max", "mean", "order")
"""The numbers of a block; the last one depends on the order of its values."""

STATISTICS_0_1 = STATISTICS[:4]
"""Those that version 0.1 stored."""

MAX_NUMBERS = 32_768
MAX_SERIES = 4_096
"""The most steps that are stored one by one; longer curves have a quarter as many blocks."""

_FEWEST = 4


def choose_series(moving: Sequence[tuple[int, bool]], statistics: int) -> int | None:
    """Return up to how many steps are stored one by one, so that all numbers are few enough.

    None where even one block a series is too much.

    Args:
        moving: of every series its steps, and whether its values move; those of others are one.
        statistics: how many numbers a block has.

    >>> choose_series([(5000, True)] * 7, statistics=5)  # 7 * 5 * 625 numbers
    4096
    """
    for most in _iter_series():
        sizes = (_size(steps, most, statistics) if moves else 1 for steps, moves in moving)
        if sum(sizes) <= MAX_NUMBERS:
            return most
    return None


def block_size(steps: int, most: int) -> int:
    """Return the smallest power of two that makes few enough blocks, or 1 for every step.

    Args:
        steps: of the curve.
        most: as `choose_series` gives it.
    """
    if steps <= most:
        return 1
    return 1 << (-(-steps // (most // _FEWEST)) - 1).bit_length()


def is_block_size(block: int, steps: int) -> bool:
    """Whether a curve of so many steps may be stored in such blocks, if there are enough others.

    >>> [block for block in range(1, 9) if is_block_size(block, steps=5)]
    [1, 8]
    """
    return any(block == block_size(steps, most) for most in _iter_series())


def _iter_series() -> Iterator[int]:
    most = MAX_SERIES
    while most >= _FEWEST:
        yield most
        most //= 2


def _size(steps: int, most: int, statistics: int) -> int:
    block = block_size(steps, most)
    return steps if block == 1 else statistics * -(-steps // block)
