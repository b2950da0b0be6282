"""The outside: all that speaks with Twilio, and a simulated carrier that speaks as Twilio does.

Only this package imports `twilio`. The rest of Textline sees plain values: `client` sends and looks things
up, `webhooks` tells a genuine request, `incoming` reads one, `twiml` writes an answer, `codes` explains an
error.
"""
