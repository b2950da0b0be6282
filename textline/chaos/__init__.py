"""Chaos: a whole installation under load, broken in every way from a seed, and compared with the carrier's log.

The comparison begins with what the carrier says that people texted, never with what we say that we took.
"""
