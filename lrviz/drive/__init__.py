"""Driving schedulers, torch's own and others': the one stage that imports torch."""

from lrviz.drive.blame import is_installed as is_installed
from lrviz.drive.copying import preview as preview
from lrviz.drive.installed import installed_arguments as installed_arguments
from lrviz.drive.runs import simulate as simulate
from lrviz.drive.signatures import Argument as Argument
from lrviz.drive.signatures import Kind as Kind
