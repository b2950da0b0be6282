"""What is counted and timed, for Prometheus. Labels hold words of our own only."""

from prometheus_client import Counter, Gauge, Histogram

TEXTS = Counter("textline_texts_total", "Texts taken in, by where they were kept", ["kept"])
REFUSED = Counter("textline_webhooks_refused_total", "Webhooks refused, by reason", ["reason"])
ACKNOWLEDGED = Histogram(
    "textline_acknowledge_seconds",
    "From a webhook's arrival to its acknowledgement",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
ANSWERED_ALONE = Counter(
    "textline_answered_alone_total",
    "Crisis texts answered in TwiML with the hotline while PostgreSQL was away",
)
LATE = Counter("textline_late_texts_total", "Texts whose webhook never came, found in Twilio's log")
STATUSES = Counter("textline_status_reports_total", "Status callbacks, by status", ["status"])
REDIS_AWAY = Counter("textline_redis_away_total", "Times Redis could not be reached after a commit")
CONVERSATIONS = Gauge("textline_conversations", "Open conversations, by owner state", ["state"])
LONGEST_WAIT = Gauge("textline_longest_wait_seconds", "How long the texter who has waited longest has waited")
INBOX_AGE = Gauge("textline_inbox_age_seconds", "Age of the oldest text that is not yet recorded")
OUTBOX = Gauge(
    "textline_outbox", "Outgoing texts on their way, and those of the last hour, by state", ["state"]
)
ESCALATIONS = Gauge("textline_escalations", "Unresolved escalations, by state", ["state"])
ALARMS = Gauge("textline_alarms", "Open alarms that are no escalations, by kind", ["kind"])
CALLS = Gauge("textline_calls_waiting", "Texts to people on call, and posts to webhooks, still to be made")
HELD = Gauge("textline_texts_held", "Texts that wait for an operator, by reason", ["reason"])
JOBS = Gauge("textline_jobs", "Jobs that wait, by queue", ["queue"])
MEASURED = Gauge("textline_measured", "1 when the servers could be asked for the figures below, else 0")
STREAMS = Gauge("textline_streams", "Open console streams of this process")
