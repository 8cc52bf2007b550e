"""A commented spec to start from."""

from lrviz.spec.catalog import Entry
from lrviz.spec.catalog.external import External

SCHEMA_FILE = "lrviz.schema.json"
"""What an editor looks for beside a spec; a spec that is copied or committed finds its own."""

_EDITOR = f"""\
# yaml-language-server: $schema={SCHEMA_FILE}
# An editor completes and checks this file once `lrviz schema > {SCHEMA_FILE}` lies beside it.
"""

_STEP = "interval: step  # scheduler.step() after every step; `epoch`: after every epoch\n"


def spec_template(found: Entry | External) -> str:
    """Return a spec of a scheduler's example, in YAML, with a comment where one helps.

    What is in no catalog has no example: its arguments are left to be filled in.

    >>> from lrviz.spec.catalog import SCHEDULERS
    >>> print(spec_template(SCHEDULERS["ExponentialLR"]))  # doctest: +ELLIPSIS
    # yaml-language-server: $schema=lrviz.schema.json
    ...
    # ExponentialLR: multiplies the LR by gamma at every call.
    ...
    """
    if isinstance(found, External):
        heading = f"# {found.name}: {found.attribute} of {found.module}.\n"
        hint = f"# `lrviz show {found.name}` tells its arguments.\n"
        return _template(f"{heading}{hint}", _STEP, f"{found.name}: {{}}")
    arguments = (f"    {_comment(line, found)}" for line in found.example.splitlines())
    metric = f"metric: {found.metric}  # what the scheduler is given, a value a call\n"
    return _template(
        f"# {found.name}: {found.summary}.\n# {found.address}\n",
        "" if found.package == "timm" else _STEP,  # whose schedulers know when to step
        "\n".join([f"{found.name}:", *arguments]),
        metric if found.takes_metric else "",
    )


def _template(heading: str, interval: str, scheduler: str, metric: str = "") -> str:
    return (
        f"{_EDITOR}"
        f"{heading}"
        "epochs: 4\n"
        "steps_per_epoch: 8  # optimizer steps in an epoch\n"
        f"{interval}"
        "optimizer:\n"
        "  SGD:\n"
        "    lr: 1e-3\n"
        "    momentum: 0.9\n"
        "scheduler:\n"
        f"  {scheduler}\n"
        f"{metric}"
        "figure:\n"
        "  style: light  # article, light or dark\n"
    )


def _comment(line: str, entry: Entry) -> str:
    meaning = entry.arguments.get(line.split(":")[0])
    return f"{line}  # {meaning}" if meaning else line
