"""What the walk-in page sends."""

from orders.serializers import PlaceOrderInput


class WalkInInput(PlaceOrderInput):
    """The lines, and the customer: one who is known, or a name and a phone number."""

    # As DRF takes fields of a base away.
    service_id = None  # type: ignore[assignment]
    service_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]
