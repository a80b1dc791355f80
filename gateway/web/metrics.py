"""Counters for Prometheus: no label ever holds a number, a name or an id."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("court_gateway_requests", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "court_gateway_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 2, 10),
)
CALLS = Counter("court_gateway_calls", "Calls answered, by decision and reason", ["decision", "why"])
REFUSED = Counter("court_gateway_webhooks_refused", "Webhooks refused before anything was read", ["kind"])
WITHOUT_DATABASE = Counter(
    "court_gateway_calls_without_database", "Calls connected from the local forward map"
)
