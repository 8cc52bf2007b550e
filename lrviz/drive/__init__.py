"""Driving torch's own schedulers: the one stage that imports torch."""

from lrviz.drive.loop import simulate as simulate
