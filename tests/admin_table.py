"""Who opens which page of the admin, and who is offered which action: one row each.

`test_admin_permissions` opens every page as each of these, with rows of every kind there.
"""

PEOPLE = (
    "nobody",
    "customer",
    "Owner",
    "Manager",
    "Counter",
    "Auditor",
    "newcomer",  # staff without any role
    "superuser",
)

PAGES = """
nobody
|   customer
|   |   Owner
|   |   |   Manager
|   |   |   |   Counter
|   |   |   |   |   Auditor
|   |   |   |   |   |   newcomer
|   |   |   |   |   |   |   superuser
302 302 200 200 200 200 200 200 index
302 302 200 200 200 403 403 200 counter
302 302 200 200 200 403 403 200 counter_hand_over
200 200 200 200 200 200 200 200 counter_offline
405 405 405 405 405 405 405 405 counter_scan
405 405 405 405 405 405 405 405 counter_undo
405 405 405 405 405 405 405 405 counter_find
401 401 200 200 200 403 403 200 counter_recent
200 200 302 302 302 302 302 302 login
302 302 200 200 200 403 403 200 walk_in
401 401 200 200 200 200 403 200 walk_in_customers
405 405 405 405 405 405 405 405 walk_in_place
302 302 200 200 200 200 403 200 day_report
302 302 200 200 200 200 403 200 day_report_csv
302 302 200 200 200 200 200 200 second_factor
302 302 200 200 200 200 200 200 password_change
302 302 200 200 200 200 200 200 password_change_done
302 302 200 403 403 200 403 200 autocomplete
302 302 404 404 404 404 404 404 view_on_site
302 302 200 200 200 200 404 200 app_list
302 302 200 403 403 200 403 200 auth_group_changelist
302 302 200 403 403 403 403 200 auth_group_add
302 302 200 403 403 200 403 200 auth_group_history
302 302 200 403 403 403 403 200 auth_group_delete
302 302 200 403 403 200 403 200 auth_group_change
302 302 200 403 403 403 403 200 auth_user_password_change
302 302 302 403 403 403 403 302 accounts_user_reset_second_factor
302 302 200 403 403 200 403 200 accounts_user_changelist
302 302 200 403 403 403 403 200 accounts_user_add
302 302 200 403 403 200 403 200 accounts_user_history
302 302 403 403 403 403 403 403 accounts_user_delete
302 302 200 403 403 200 403 200 accounts_user_change
302 302 200 403 403 200 403 200 accounts_session_changelist
302 302 403 403 403 403 403 403 accounts_session_add
302 302 200 403 403 200 403 200 accounts_session_history
302 302 403 403 403 403 403 403 accounts_session_delete
302 302 200 403 403 200 403 200 accounts_session_change
302 302 200 200 403 403 403 200 accounts_customer_merge
302 302 200 200 403 403 403 200 accounts_customer_anonymise
302 302 405 405 405 405 405 405 accounts_customer_process_import
302 302 200 200 403 403 403 200 accounts_customer_import
302 302 200 200 403 200 403 200 accounts_customer_export
302 302 200 403 403 200 403 200 admin_logentry_changelist
302 302 403 403 403 403 403 403 admin_logentry_add
302 302 200 403 403 200 403 200 admin_logentry_history
302 302 403 403 403 403 403 403 admin_logentry_delete
302 302 200 403 403 200 403 200 admin_logentry_change
302 302 200 403 403 200 403 200 accounts_signin_changelist
302 302 403 403 403 403 403 403 accounts_signin_add
302 302 200 403 403 200 403 200 accounts_signin_history
302 302 403 403 403 403 403 403 accounts_signin_delete
302 302 200 403 403 200 403 200 accounts_signin_change
302 302 200 200 200 200 403 200 accounts_customer_changelist
302 302 200 200 200 403 403 200 accounts_customer_add
302 302 200 200 200 200 403 200 accounts_customer_history
302 302 403 403 403 403 403 403 accounts_customer_delete
302 302 200 200 200 200 403 200 accounts_customer_change
302 302 200 200 403 200 403 200 operations_importedrow_changelist
302 302 403 403 403 403 403 403 operations_importedrow_add
302 302 200 200 403 200 403 200 operations_importedrow_history
302 302 403 403 403 403 403 403 operations_importedrow_delete
302 302 200 200 403 200 403 200 operations_importedrow_change
302 302 200 200 403 403 403 200 operations_customermerge_undo
302 302 200 200 403 200 403 200 operations_customermerge_changelist
302 302 403 403 403 403 403 403 operations_customermerge_add
302 302 200 200 403 200 403 200 operations_customermerge_history
302 302 403 403 403 403 403 403 operations_customermerge_delete
302 302 200 200 403 200 403 200 operations_customermerge_change
302 302 200 200 403 200 403 200 operations_legacyuse_switch_off
302 302 200 200 403 200 403 200 operations_legacyuse_changelist
302 302 403 403 403 403 403 403 operations_legacyuse_add
302 302 200 200 403 200 403 200 operations_legacyuse_history
302 302 403 403 403 403 403 403 operations_legacyuse_delete
302 302 200 200 403 200 403 200 operations_legacyuse_change
302 302 200 403 403 200 403 200 rest_idempotencykey_changelist
302 302 403 403 403 403 403 403 rest_idempotencykey_add
302 302 200 403 403 200 403 200 rest_idempotencykey_history
302 302 403 403 403 403 403 403 rest_idempotencykey_delete
302 302 200 403 403 200 403 200 rest_idempotencykey_change
302 302 200 200 403 200 403 200 mail_outgoingmail_changelist
302 302 403 403 403 403 403 403 mail_outgoingmail_add
302 302 200 200 403 200 403 200 mail_outgoingmail_history
302 302 403 403 403 403 403 403 mail_outgoingmail_delete
302 302 200 200 403 200 403 200 mail_outgoingmail_change
302 302 405 405 405 405 405 405 catalog_service_process_import
302 302 200 200 403 403 403 200 catalog_service_import
302 302 200 200 403 200 403 200 catalog_service_export
302 302 200 200 200 200 403 200 catalog_service_changelist
302 302 200 200 403 403 403 200 catalog_service_add
302 302 200 200 200 200 403 200 catalog_service_history
302 302 403 403 403 403 403 403 catalog_service_delete
302 302 200 200 200 200 403 200 catalog_service_change
302 302 200 200 403 200 403 200 tracking_track_export
302 302 200 200 200 200 403 200 tracking_track_changelist
302 302 403 403 403 403 403 403 tracking_track_add
302 302 200 200 200 200 403 200 tracking_track_history
302 302 403 403 403 403 403 403 tracking_track_delete
302 302 200 200 200 200 403 200 tracking_track_change
302 302 200 200 200 200 403 200 orders_order_print_many:ticket
302 302 200 200 200 200 403 200 orders_order_print_many:roll
302 302 200 200 200 200 403 200 orders_order_print_many:sheet
302 302 200 200 200 200 403 200 orders_order_print:ticket
302 302 200 200 200 200 403 200 orders_order_print:roll
302 302 200 200 200 200 403 200 orders_order_print:sheet
302 302 200 200 200 200 403 200 orders_order_customers
302 302 302 302 302 403 403 302 orders_order_do_to_many:picked_up
302 302 302 302 302 403 403 302 orders_order_do_to_many:processing
302 302 302 302 302 403 403 302 orders_order_do_to_many:completed
302 302 302 302 302 403 403 302 orders_order_do_to_many:delivered
302 302 302 302 302 403 403 302 orders_order_do_to_many:cancelled
302 302 404 404 404 403 403 404 orders_order_do_to_many:undo
302 302 404 404 403 403 403 404 orders_order_do_to_many:correct
302 302 404 404 404 403 403 404 orders_order_do_to_many:reassign
302 302 302 302 403 403 403 302 orders_order_do_to_many:delete
302 302 302 302 403 403 403 302 orders_order_do_to_many:restore
302 302 200 200 200 403 403 200 orders_order_do:picked_up
302 302 200 200 200 403 403 200 orders_order_do:processing
302 302 200 200 200 403 403 200 orders_order_do:completed
302 302 200 200 200 403 403 200 orders_order_do:delivered
302 302 200 200 200 403 403 200 orders_order_do:cancelled
302 302 200 200 200 403 403 200 orders_order_do:undo
302 302 200 200 403 403 403 200 orders_order_do:correct
302 302 200 200 200 403 403 200 orders_order_do:reassign
302 302 200 200 403 403 403 200 orders_order_do:delete
302 302 200 200 403 403 403 200 orders_order_do:restore
302 302 200 200 403 200 403 200 orders_order_export
302 302 200 200 200 200 403 200 orders_order_changelist
302 302 403 403 403 403 403 403 orders_order_add
302 302 200 200 200 200 403 200 orders_order_history
302 302 403 403 403 403 403 403 orders_order_delete
302 302 200 200 200 200 403 200 orders_order_change
302 302 302 302 403 403 403 302 workforce_worker_unlock
302 302 200 200 403 403 403 200 workforce_worker_hand_out
302 302 200 200 403 403 403 200 workforce_worker_take_back
302 302 200 200 200 200 403 200 workforce_worker_changelist
302 302 200 200 403 403 403 200 workforce_worker_add
302 302 200 200 200 200 403 200 workforce_worker_history
302 302 403 403 403 403 403 403 workforce_worker_delete
302 302 200 200 200 200 403 200 workforce_worker_change
302 302 200 200 403 200 403 200 workforce_devicetoken_changelist
302 302 403 403 403 403 403 403 workforce_devicetoken_add
302 302 200 200 403 200 403 200 workforce_devicetoken_history
302 302 403 403 403 403 403 403 workforce_devicetoken_delete
302 302 200 200 403 200 403 200 workforce_devicetoken_change
"""

# The actions of each list, with the roles that are offered them; a superuser is offered all.
ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts.session": {"end": ("Owner",)},
    "orders.order": {
        "picked_up": ("Owner", "Manager", "Counter"),
        "processing": ("Owner", "Manager", "Counter"),
        "completed": ("Owner", "Manager", "Counter"),
        "delivered": ("Owner", "Manager", "Counter"),
        "cancelled": ("Owner", "Manager", "Counter"),
        "delete": ("Owner", "Manager"),
        "restore": ("Owner", "Manager"),
        "print_ticket": ("Owner", "Manager", "Counter", "Auditor"),
        "print_roll": ("Owner", "Manager", "Counter", "Auditor"),
        "print_sheet": ("Owner", "Manager", "Counter", "Auditor"),
    },
    "workforce.worker": {"unlock": ("Owner", "Manager")},
    "workforce.devicetoken": {"revoke": ("Owner", "Manager")},
}


def pages() -> dict[str, dict[str, int]]:
    """The name of each page -> who -> the status of the answer."""
    rows = [line.split() for line in PAGES.splitlines() if line[:1].isdigit()]
    return {name: dict(zip(PEOPLE, map(int, statuses), strict=True)) for *statuses, name in rows}
