"""From a spec to a script in a file, or on standard output."""

import sys
from collections.abc import Sequence
from pathlib import Path

from lrviz.commands.code.script import write_code
from lrviz.commands.targets import is_stdout, refuse_input
from lrviz.errors import Problem, SpecError
from lrviz.reading.factories import drive_spec
from lrviz.reading.sources import load
from lrviz.spell import encode_text
from lrviz.system.files import write_file, write_stdout
from lrviz.system.own import refuse_other, sign_script


def save_code(
    source: str,
    output: str,
    overrides: Sequence[tuple[str, str]],
    allow: Sequence[str] = (),
    *,
    overwrite: bool = False,
) -> tuple[Problem, ...]:
    """Write a spec as Python and return what is worth saying.

    Args:
        source: the spec, as `load` takes it.
        output: a file; `-` for standard output.
        overrides: (key path, YAML value) pairs, as `load` takes them.
        allow: the scheduler classes beside the catalog that the spec may name.
        overwrite: whether the file is replaced, too, where lrviz did not write it.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the output is also an input, or is not to be replaced.
        SpecError: what the source holds is no spec, or none that torch can drive.
    """
    refuse_input(output, source)
    spec = load(source, overrides=overrides, allow=allow)
    if "factory" in spec.tree:  # of which a figure keeps the numbers
        raise SpecError([Problem(source, (), "drawn from a factory, which is code already")])
    refuse_input(output, source, spec)
    if not is_stdout(output):
        refuse_other(Path(output), "script", overwrite=overwrite)
    run = drive_spec(spec)
    code = sign_script(write_code(run))
    if is_stdout(output):
        write_stdout(encode_text(code, sys.stdout))
    else:
        write_file(Path(output), code.encode(), overwrite=overwrite)
    return run.warnings
