"""Driving schedulers, torch's own and others': the one stage that imports torch."""

from lrviz.drive.blame import is_installed as is_installed
from lrviz.drive.declared import declared_arguments as declared_arguments
from lrviz.drive.found import installed_arguments as installed_arguments
from lrviz.drive.live import preview as preview
from lrviz.drive.live import simulate as simulate
from lrviz.drive.signatures import Argument as Argument
from lrviz.drive.signatures import Kind as Kind
