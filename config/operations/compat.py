"""Customers as the old web admin reads, makes and changes them."""

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.compat import customer_body
from accounts.models import Customer, User
from accounts.profile import update_profile
from accounts.registration import add_customer
from config.operations.customers import delete_customer
from config.operations.serializers import CustomerInput
from config.rest.legacy import MISSING_FIELDS, LegacyAdminViewSet, is_missing
from config.rest.permissions import allow
from config.rest.refusals import Code, Refusal


class AdminCustomerCompat(LegacyAdminViewSet):
    """`/admin/api/customers`: those who were not deleted."""

    access = {
        "list": allow(permission="accounts.view_customer"),
        "create": allow(permission="accounts.add_customer"),
        "retrieve": allow(permission="accounts.view_customer"),
        "change": allow(permission="accounts.change_customer"),
        "remove": allow(permission="accounts.delete_customer"),
    }
    successors = {
        "list": "GET customers",
        "create": "POST auth/register",
        "retrieve": "GET customers/{id}",
        "change": "PUT customers/{id}",
        "remove": "DELETE customers/{id}",
    }
    texts = {Code.EMAIL_TAKEN: "Email exists"}
    aliases = {"customerName": "name", "customerEmail": "email", "customerPhone": "phone"}

    def list(self, request: Request) -> Response:
        """All customers, the newest first."""
        return self.whole(self._customers(), customer_body)

    def create(self, request: Request) -> Response:
        """Make a customer, who sets a password by the link that a reset mails."""
        body = self.sent()
        self.require(body, "name")
        if is_missing(body.get("email")) and is_missing(body.get("phone")):
            raise Refusal(Code.VALIDATION, MISSING_FIELDS)
        return Response(customer_body(add_customer(**self._read(body))), status=201)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One customer."""
        return Response(customer_body(self._customer(pk)))

    def change(self, request: Request, pk: str) -> Response:
        """Change parts of a customer."""
        customer = self._customer(pk)
        data = self._read(self.sent(unchanged=customer_body(customer)))
        return Response(customer_body(update_profile(user=customer, **data)))

    def remove(self, request: Request, pk: str) -> Response:
        """Delete a customer; one with orders is kept, and shown no more."""
        delete_customer(customer=self._customer(pk))
        return Response({"message": "Customer deleted"})

    def _read(self, body: dict) -> dict:
        """Name, email and phone; an empty email is none."""
        names = [name for name in ("name", "email", "phone") if name in body]
        fields = {name: body[name] for name in names if name != "email" or body[name] != ""}
        data: dict = self.read(CustomerInput, data=fields, partial=True)
        return data

    def _customers(self) -> QuerySet[User]:
        return Customer.objects.filter(anonymised_at=None, is_active=True)

    def _customer(self, pk: str) -> User:
        customer = self._customers().filter(pk=int(pk)).first()
        if customer is None:
            raise Http404
        return customer
