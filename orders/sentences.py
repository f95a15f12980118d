"""What a customer's page says of an order in each stage."""

from django.utils.translation import gettext_lazy as _

from orders.models import Status

SENTENCES = {
    Status.CREATED: _("We have your order and will come to fetch your things."),
    Status.PICKED_UP: _("Your things are with us."),
    Status.PROCESSING: _("Your things are being worked on."),
    Status.COMPLETED: _("The work is done. We will bring your things back soon."),
    Status.DELIVERED: _("Your things are back with you. Thank you!"),
    Status.CANCELLED: _("This order was cancelled. Nothing more will happen to it."),
}
