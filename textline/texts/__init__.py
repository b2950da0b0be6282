"""Every automatic text, per language, as data that a person can read and an organization can change."""
