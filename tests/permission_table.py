"""Who may make which call of v1, and what each gets: one row a call.

`test_permissions` makes every call as every principal with the body below, which is a good
one, so the status says whether the door opens and not whether somebody knocked properly.
"""

from typing import Any

from tests.cast import PASSWORD, PIN

TABLE = """
nobody
|   customer: Asha; what stands in the paths is hers
|   |   other_customer: Bert
|   |   |   unconfirmed_customer: Chloe, under whose email a guest ordered
|   |   |   |   worker: Wim, who moved {moved} and holds {device}
|   |   |   |   |   other_worker: Xenia
|   |   |   |   |   |   Owner
|   |   |   |   |   |   |   Manager
|   |   |   |   |   |   |   |   Counter
|   |   |   |   |   |   |   |   |   Auditor
|   |   |   |   |   |   |   |   |   |   newcomer: staff without any role
|   |   |   |   |   |   |   |   |   |   |   superuser
|   |   |   |   |   |   |   |   |   |   |   |   deactivated: customer, worker and Owner
201 201 201 201 201 201 201 201 201 201 201 201 201 POST auth/register
200 200 200 200 200 200 200 200 200 200 200 200 200 POST auth/login
200 200 200 200 200 200 200 200 200 200 200 200 200 POST auth/refresh
401 200 200 200 403 403 200 200 200 200 200 200 401 POST auth/logout
401 200 200 200 403 403 200 200 200 200 200 200 401 GET auth/me
401 200 200 200 403 403 200 200 200 200 200 200 401 PATCH auth/me
401 200 200 200 403 403 200 200 200 200 200 200 401 POST auth/password/change
202 202 202 202 202 202 202 202 202 202 202 202 202 POST auth/password/reset
200 200 200 200 200 200 200 200 200 200 200 200 200 POST auth/password/reset/confirm
401 400 400 200 403 403 400 400 400 400 400 400 401 POST auth/email/confirm
401 200 200 200 403 403 200 200 200 200 403 200 401 GET customers
401 200 200 200 403 403 403 403 403 403 403 403 401 PUT customers
401 200 200 200 403 403 403 403 403 403 403 403 401 PATCH customers
401 200 404 404 403 403 200 200 200 200 403 200 401 GET customers/{customer}
401 200 404 404 403 403 200 200 200 200 403 200 401 GET customers/profile/{customer}
401 200 404 404 403 403 200 200 200 403 403 200 401 PUT customers/{customer}
401 200 404 404 403 403 200 200 200 403 403 200 401 PATCH customers/{customer}
401 403 403 403 403 403 409 409 403 403 403 409 401 DELETE customers/{customer}
401 403 403 403 403 403 200 200 403 403 403 200 401 DELETE customers/{other_customer}
401 403 403 403 403 403 409 409 403 403 403 409 401 DELETE customers/{customer}?anonymise=true
401 404 404 404 403 403 404 404 404 404 403 404 401 GET customers/{staff}
401 404 404 404 403 403 404 404 404 403 403 404 401 PATCH customers/{staff}
401 403 403 403 403 403 404 404 403 403 403 404 401 DELETE customers/{staff}
200 200 200 200 200 200 200 200 200 200 200 200 401 GET services
200 200 200 200 200 200 200 200 200 200 200 200 401 GET services/{service}
404 404 404 404 404 404 200 200 200 200 404 200 401 GET services/{retired}
401 403 403 403 403 403 201 201 403 403 403 201 401 POST services
401 403 403 403 403 403 200 200 403 403 403 200 401 PUT services/{service}
401 403 403 403 403 403 200 200 403 403 403 200 401 PATCH services/{service}
401 403 403 403 403 403 409 409 403 403 403 409 401 DELETE services/{service}
401 403 403 403 403 403 200 200 403 403 403 200 401 DELETE services/{retired}
201 201 201 201 403 403 201 201 201 403 403 201 401 POST orders
401 200 200 200 403 403 200 200 200 200 403 200 401 GET orders
200 200 200 200 403 403 200 200 200 200 403 200 401 GET orders?email=asha@example.com
401 200 404 404 200 200 200 200 200 200 403 200 401 GET orders/{order}
401 200 404 404 404 404 200 200 200 200 403 200 401 GET orders/{order_id}
401 404 404 404 200 200 200 200 200 200 403 200 401 GET orders/{guest_order}
401 404 404 404 404 404 404 404 404 404 403 404 401 GET orders/{deleted}
401 200 404 404 403 403 200 200 200 403 403 200 401 PUT orders/{order}
401 200 404 404 403 403 200 200 200 403 403 200 401 PATCH orders/{order}
401 409 404 404 403 403 200 200 200 403 403 200 401 PATCH orders/{moved}
401 409 404 404 403 403 200 200 200 403 403 200 401 PATCH orders/{order} (a step on)
401 409 404 404 403 403 200 200 403 403 403 200 401 PATCH orders/{moved} (a correction)
401 404 404 404 403 403 404 404 404 403 403 404 401 PATCH orders/{deleted}
401 200 404 404 403 403 200 200 403 403 403 200 401 DELETE orders/{order}
401 409 404 404 403 403 200 200 403 403 403 200 401 DELETE orders/{moved}
401 403 403 403 403 403 409 409 409 403 403 409 401 POST orders/{order}/undo
401 403 403 403 403 403 200 200 403 403 403 200 401 POST orders/{moved}/undo
401 403 403 403 403 403 200 200 403 403 403 200 401 POST orders/{deleted}/restore
401 200 404 404 200 200 200 200 200 200 403 200 401 GET orders/{order}/qr.png
401 200 404 404 200 200 200 200 200 200 403 200 401 GET orders/{order}/qr.svg
401 404 404 404 404 404 404 404 404 404 403 404 401 GET orders/{deleted}/qr.png
401 200 200 200 200 200 200 200 200 200 403 200 401 GET tracks
401 200 404 404 200 200 200 200 200 200 403 200 401 GET tracks/order/{order_id}
401 404 404 404 404 404 404 404 404 404 403 404 401 GET tracks/order/{deleted_id}
200 200 200 200 200 200 200 200 200 200 200 200 200 POST workers/login
401 403 403 403 200 200 403 403 403 403 403 403 401 POST workers/logout
401 403 403 403 200 200 403 403 403 403 403 403 401 POST workers/peek
401 403 403 403 200 200 403 403 403 403 403 403 401 POST workers/scan
401 403 403 403 200 200 403 403 403 403 403 403 401 POST workers/scans
401 403 403 403 200 200 403 403 403 403 403 403 401 GET workers/devices
401 403 403 403 200 404 403 403 403 403 403 403 401 DELETE workers/devices/{device}
401 403 403 403 403 403 201 201 403 403 403 201 401 POST workers/register
401 403 403 403 403 403 200 200 200 200 403 200 401 GET workers
401 403 403 403 403 403 200 200 200 200 403 200 401 GET workers/{worker}
401 403 403 403 403 403 200 200 403 403 403 200 401 PUT workers/{worker}
401 403 403 403 403 403 200 200 403 403 403 200 401 PATCH workers/{worker}
401 403 403 403 403 403 200 200 403 403 403 200 401 DELETE workers/{worker}
401 403 403 403 403 403 200 200 403 200 403 200 401 GET workers/{worker}/devices
401 403 403 403 403 403 200 200 403 403 403 200 401 DELETE workers/{worker}/devices/{device}
401 403 403 403 403 403 404 404 403 403 403 404 401 DELETE workers/{other_worker}/devices/{device}
"""

# What is sent, where it is not an empty object; `{...}` as in the paths.
BODIES: dict[str, Any] = {
    "POST auth/register": {"name": "Nora", "email": "nora@example.com", "password": PASSWORD},
    "POST auth/login": {"email": "asha@example.com", "password": PASSWORD},
    "POST auth/refresh": {"refresh_token": "{refresh_token}"},
    "PATCH auth/me": {"name": "Changed"},
    "POST auth/password/change": {"current_password": PASSWORD, "new_password": "kettle-sang-2"},
    "POST auth/password/reset": {"email": "asha@example.com"},
    "POST auth/password/reset/confirm": {
        "uid": "{uid}",
        "token": "{reset_token}",
        "new_password": "kettle-sang-2",
    },
    "POST auth/email/confirm": {"uid": "{uid}", "token": "{confirm_token}"},
    "PUT customers": {"name": "Changed"},
    "PATCH customers": {"name": "Changed"},
    "PUT customers/{customer}": {"name": "Changed"},
    "PATCH customers/{customer}": {"name": "Changed"},
    "PATCH customers/{staff}": {"name": "Changed"},
    "POST services": {"name": "Starch", "price": 3},
    "PUT services/{service}": {"price": 1},
    "PATCH services/{service}": {"price": 1},
    "POST orders": {
        "service_id": "{service}",
        "name": "Gus Guest",
        "email": "gus@example.com",
    },
    "PUT orders/{order}": {"instructions": "Changed"},
    "PATCH orders/{order}": {"instructions": "Changed"},
    "PATCH orders/{moved}": {"instructions": "Changed"},
    "PATCH orders/{deleted}": {"instructions": "Changed"},
    "PATCH orders/{order} (a step on)": {"status": "picked_up"},
    "PATCH orders/{moved} (a correction)": {"status": "created", "reason": "scanned by mistake"},
    "POST workers/login": {"worker_id": "{worker}", "password": PIN},
    "POST workers/peek": {"order_number": "{order}"},
    "POST workers/scan": {"order_number": "{order}", "action": "picked_up"},
    "POST workers/scans": {"scans": [{"order_number": "{order}", "action": "picked_up"}]},
    "POST workers/register": {"name": "Zoe"},
    "PUT workers/{worker}": {"name": "Changed"},
    "PATCH workers/{worker}": {"name": "Changed", "is_active": False},
}

# The one permission that staff need for a call; the others they may not make, or all may.
PERMISSIONS = {
    "GET customers": "accounts.view_customer",
    "GET customers/{customer}": "accounts.view_customer",
    "GET customers/profile/{customer}": "accounts.view_customer",
    "PUT customers/{customer}": "accounts.change_customer",
    "PATCH customers/{customer}": "accounts.change_customer",
    "DELETE customers/{other_customer}": "accounts.delete_customer",
    "POST services": "catalog.add_service",
    "GET services/{retired}": "catalog.view_service",
    "PUT services/{service}": "catalog.change_service",
    "PATCH services/{service}": "catalog.change_service",
    "DELETE services/{service}": "catalog.delete_service",
    "POST orders": "orders.add_order",
    "GET orders": "orders.view_order",
    "GET orders/{order}": "orders.view_order",
    "PUT orders/{order}": "orders.change_order",
    "PATCH orders/{order}": "orders.change_order",
    "DELETE orders/{order}": "orders.delete_order",
    "POST orders/{order}/undo": "orders.change_order",
    "POST orders/{deleted}/restore": "orders.restore_order",
    "GET orders/{order}/qr.png": "orders.view_order",
    "GET tracks": "tracking.view_track",
    "GET tracks/order/{order_id}": "tracking.view_track",
    "POST workers/register": "workforce.add_worker",
    "GET workers": "workforce.view_worker",
    "GET workers/{worker}": "workforce.view_worker",
    "PUT workers/{worker}": "workforce.change_worker",
    "PATCH workers/{worker}": "workforce.change_worker",
    "DELETE workers/{worker}": "workforce.delete_worker",
    "GET workers/{worker}/devices": "workforce.view_devicetoken",
    "DELETE workers/{worker}/devices/{device}": "workforce.delete_devicetoken",
}

_LINES = TABLE.strip().splitlines()
PRINCIPALS = [line.strip("| ").split(":")[0] for line in _LINES if not line[0].isdigit()]
# Call -> principal -> status.
STATUSES: dict[str, dict[str, int]] = {}
for _line in _LINES[len(PRINCIPALS) :]:
    *_statuses, _call = _line.split(" ", len(PRINCIPALS))
    STATUSES[_call] = dict(zip(PRINCIPALS, map(int, _statuses), strict=True))
# The calls that make tokens read none: an old one sent along must not fail them.
READ_NO_TOKEN = {call for call, row in STATUSES.items() if row["deactivated"] < 400}
