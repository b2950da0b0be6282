"""Crisis lines and emergency numbers as published, each with its source: facts to seed an organization from.

No number is made up, and none is used with real people before the organization has reviewed it.
"""
