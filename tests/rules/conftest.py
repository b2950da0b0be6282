"""One profile for the properties of the rules: no deadline, since machines that test are busy ones."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "rules", deadline=None, max_examples=100, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("rules")
