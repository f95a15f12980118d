"""`/api/v1/customers`: customers see and change themselves, staff all of them."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.filters import CustomerFilter
from accounts.models import Customer, User
from accounts.profile import set_active, update_profile
from accounts.serializers import CustomerOutput
from config.operations.customers import delete_customer
from config.operations.serializers import CustomerInput, RemovedOutput
from config.rest.fields import query_flag
from config.rest.filters import narrowed
from config.rest.permissions import CUSTOMER, allow
from config.rest.refusals import Code
from config.rest.views import ApiViewSet


class CustomerViewSet(ApiViewSet):
    """Staff and workers are no customers: their numbers answer 404 here."""

    access = {
        "list": allow(CUSTOMER, permission="accounts.view_customer"),
        "retrieve": allow(CUSTOMER, permission="accounts.view_customer"),
        "profile": allow(CUSTOMER, permission="accounts.view_customer"),
        "update_own": allow(CUSTOMER),
        "update": allow(CUSTOMER, permission="accounts.change_customer"),
        "partial_update": allow(CUSTOMER, permission="accounts.change_customer"),
        "destroy": allow(permission="accounts.delete_customer"),
    }
    refusals = {
        "update_own": (Code.EMAIL_TAKEN,),
        "update": (Code.EMAIL_TAKEN,),
        "partial_update": (Code.EMAIL_TAKEN,),
        "destroy": (Code.HAS_OPEN_ORDERS,),
    }
    serializer_class = CustomerOutput
    filterset_class = CustomerFilter
    # The OpenAPI document says that a customer gets no array.
    list_may_be_one = True
    lookup_value_regex = "[0-9]{1,19}"

    def get_queryset(self) -> QuerySet[User]:
        """The customers this principal may see: themselves, or for staff all."""
        customers = Customer.objects.filter(anonymised_at=None)
        return customers if self.principal.is_staff else customers.filter(pk=self.principal.user.pk)

    @extend_schema(filters=True)
    def list(self, request: Request) -> Response:
        """All customers for staff; for a customer the profile (published clients read it so)."""
        if self.principal.is_staff:
            return self.page(narrowed(CustomerFilter, self.get_queryset(), request))
        return Response(self.get_serializer(request.user).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One customer."""
        return Response(self.get_serializer(self.get_object()).data)

    @action(detail=False, url_path="profile/(?P<pk>[0-9]{1,19})")
    def profile(self, request: Request, pk: str) -> Response:
        """One customer, at the path that old clients know."""
        return self.retrieve(request, pk)

    @extend_schema(request=CustomerInput, responses={200: CustomerOutput})
    def update_own(self, request: Request) -> Response:
        """Change the own profile."""
        return self._change(self.principal.user)

    @extend_schema(request=CustomerInput, responses={200: CustomerOutput})
    def update(self, request: Request, pk: str) -> Response:
        """Change parts of a customer."""
        return self._change(self.get_object())

    partial_update = update

    @extend_schema(parameters=[OpenApiParameter("anonymise", bool)], responses={200: RemovedOutput})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete, deactivate or (`?anonymise=true`) blank a customer."""
        anonymise = query_flag(request, "anonymise")
        result = delete_customer(customer=self.get_object(), anonymise=anonymise)
        return Response({"msg": f"Customer {result}", "result": result})

    def _change(self, customer: User) -> Response:
        data = self.read(CustomerInput, instance=customer)
        is_active = data.pop("is_active", None)
        customer = update_profile(user=customer, **data)
        if is_active is not None and self.principal.is_staff:
            customer = set_active(user=customer, is_active=is_active)
        return Response(self.get_serializer(customer).data)
