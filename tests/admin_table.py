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
"""

# The actions of each list, with the roles that are offered them; a superuser is offered all.
ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {}


def pages() -> dict[str, dict[str, int]]:
    """The name of each page -> who -> the status of the answer."""
    rows = [line.split() for line in PAGES.splitlines() if line[:1].isdigit()]
    return {
        name: dict(zip(PEOPLE, map(int, statuses), strict=True)) for *statuses, name in rows
    }
