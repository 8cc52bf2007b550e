"""A commented spec to start from."""

from lrviz.catalog import Entry


def spec_template(entry: Entry) -> str:
    """Return a spec of a scheduler's example, in YAML, with a comment where one helps.

    >>> from lrviz.catalog import SCHEDULERS
    >>> print(spec_template(SCHEDULERS["ExponentialLR"]))  # doctest: +ELLIPSIS
    # ExponentialLR: multiplies the LR by gamma at every call.
    ...
    """
    arguments = "\n".join(f"    {_comment(line, entry)}" for line in entry.example.splitlines())
    extra = f"{entry.extra}  # what the scheduler is given, a value a call\n" if entry.extra else ""
    return (
        f"# {entry.name}: {entry.summary}.\n"
        f"# {entry.address}\n"
        "epochs: 4\n"
        "steps_per_epoch: 8  # optimizer steps in an epoch\n"
        "interval: step  # scheduler.step() after every step; `epoch`: after every epoch\n"
        "optimizer:\n"
        "  SGD:\n"
        "    lr: 1e-3\n"
        "    momentum: 0.9\n"
        "scheduler:\n"
        f"  {entry.name}:\n"
        f"{arguments}\n"
        f"{extra}"
        "figure:\n"
        "  style: light  # article, light or dark\n"
    )


def _comment(line: str, entry: Entry) -> str:
    meaning = entry.arguments.get(line.split(":")[0])
    return f"{line}  # {meaning}" if meaning else line
