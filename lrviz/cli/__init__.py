"""The command line: every command is declared here, calls one function, prints and exits.

The modules with commands are imported in the order that `lrviz --help` lists them in.
"""

from lrviz.cli import draw, judge, tell, look_up  # noqa: I001 - see above
from lrviz.cli.app import app as app
from lrviz.cli.output import give_up as give_up
from lrviz.cli.output import say as say
from lrviz.cli.output import say_error as say_error

__all__ = ["app", "draw", "give_up", "judge", "look_up", "say", "say_error", "tell"]
