"""What Prometheus reads: the counters of all workers, and gauges taken when it asks."""

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from gateway.web.probing import Probe


def exposition(found: Probe) -> bytes:
    """The text format. With PROMETHEUS_MULTIPROC_DIR the counters of every worker, else this one's."""
    taken = CollectorRegistry()
    taken.register(Gauges(found))
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(taken)
    workers = CollectorRegistry()
    MultiProcessCollector(workers)  # type: ignore[no-untyped-call]
    return generate_latest(workers) + generate_latest(taken)


class Gauges(Collector):
    """Gauges of one probe; what could not be measured is left out."""

    def __init__(self, found: Probe) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        found, health = self._found, self._found.health
        values: dict[str, tuple[str, float | bool | None]] = {
            "ready": ("1 where the database answers with this program's schema", found.is_ready),
            "degraded": ("1 where a person should look at /readyz", found.is_degraded),
        }
        if health is not None:
            values |= {
                "overdue_notices": ("Notices over, not yet written down as ended", health.overdue_notices),
                "last_tick_age_seconds": ("Time since the scheduler's last tick", health.last_tick_age_s),
                "scheduler_alive": ("1 while a scheduler is at work", health.scheduler_alive),
                "clock_skew_seconds": ("Between application and database", health.clock_skew_s),
                "chains_intact": ("1 where the last check found every chain whole", health.chains_intact),
                "chains_verified_age_seconds": ("Time since that check", health.chains_age_s),
                "closures_age_seconds": ("Time since the last file of closed cases", health.closures_age_s),
                "open_alerts": ("Alerts that nobody has closed", health.open_alerts),
            }
        for name, (help_text, value) in values.items():
            if value is not None:
                yield GaugeMetricFamily(f"court_gateway_{name}", help_text, value=float(value))
