"""People and webhooks. Thin: reads the request, calls one verb of the flow, shows what it did."""
