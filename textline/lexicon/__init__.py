"""Crisis phrases as data: one TOML file a language, that a clinician can read and change."""
