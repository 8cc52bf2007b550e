"""The examples of the catalog, made as long as a run is."""

import re
from math import ceil

EPOCHS, STEPS = 4, 8  # the length of the catalog's examples
_COUNT = re.compile(r"(?<![\w.-])(?:[4-9]|[1-9]\d+)(?![\w.])")  # of calls in them


def scale_example(text: str, calls: int) -> str:
    """Return an example for a run of so many calls.

    >>> scale_example("step_size: 8, power: 2, gamma: 0.95, eta_min: 1e-5", 2439)
    'step_size: 610, power: 2, gamma: 0.95, eta_min: 1e-5'
    """
    scale = calls / (EPOCHS * STEPS)
    return _COUNT.sub(lambda found: str(ceil(int(found[0]) * scale)), text)
