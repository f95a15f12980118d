"""What is counted where it happens, for Prometheus: no count costs a statement.

`config.operations.monitoring` shows the counters, added up over all processes of a server.
"""

from prometheus_client import Counter

SCANS = Counter(
    "roundtrip_scans",
    "Scans, repeated ones too, by what came of them; of a refused one with the code.",
    ["result", "code"],
)
ORDERS_PLACED = Counter(
    "roundtrip_orders_placed", "Orders that were placed, by who brought them.", ["source"]
)
ORDER_STEPS = Counter(
    "roundtrip_order_steps", "Steps of orders, undone and corrected ones too, by stage.", ["to"]
)
LEGACY_CALLS = Counter("roundtrip_legacy_calls", "Calls of old paths.", ["endpoint", "is_refused"])
RATE_LIMITED = Counter(
    "roundtrip_rate_limited", "Calls and mails that a rate limit refused.", ["policy"]
)
