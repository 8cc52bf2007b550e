"""The command line: every command is declared here, calls one function, and is printed."""

from lrviz.cli.app import app as app
from lrviz.cli.app import give_up as give_up
from lrviz.cli.app import say_error as say_error
