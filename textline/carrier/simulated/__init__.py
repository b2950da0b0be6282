"""A carrier for development and tests: it speaks Twilio's REST API, signs webhooks as Twilio does, and can
misbehave.

Run it with `python -m textline.carrier.simulated --port 8990 --data DIR`. Nothing leaves the machine, no text
is real, and nothing here is used in production: the rest of Textline does not know whether its carrier is
this one.
"""
