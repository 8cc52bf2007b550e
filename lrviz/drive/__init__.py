"""Driving schedulers, torch's own and others': the one room that imports torch."""
