"""Using the admin's forms as a browser does: what the page shows goes back with the changes."""

from typing import Any

from django.test import Client

from tests.statements import statements


def _shown(form: Any) -> dict[str, Any]:
    """What a form's fields would send as they are shown."""
    sent: dict[str, Any] = {}
    for field in form:
        value = field.value()
        widget = field.field.widget
        if hasattr(widget, "decompress") and value is not None:
            parts = widget.decompress(field.field.to_python(value) if value == "" else value)
            sent |= {f"{field.html_name}_{n}": str(part) for n, part in enumerate(parts)}
        elif isinstance(value, bool):
            sent |= {field.html_name: "on"} if value else {}
        elif value is not None:
            sent[field.html_name] = value
    return sent


def fill(browser: Client, path: str, **changes: Any) -> Any:
    """Open a form, change some fields and send it; None leaves a field out."""
    page = browser.get(path)
    assert page.status_code == 200
    sent = _shown(page.context["adminform"].form)
    for inline in page.context["inline_admin_formsets"]:
        for form in (inline.formset.management_form, *inline.formset.forms):
            sent |= _shown(form)
    sent |= changes
    return browser.post(path, {name: v for name, v in sent.items() if v is not None})


def errors_of(answer: Any) -> dict[str, list[str]]:
    """What an admin form that was not saved complains of."""
    assert answer.status_code == 200
    return {name: list(texts) for name, texts in answer.context["adminform"].form.errors.items()}


def statements_of(browser: Client, path: str) -> list[str]:
    """What a page asks of the database when it is not the first that is opened."""
    browser.get(path)
    with statements() as seen:
        answer = browser.get(path)
    assert answer.status_code == 200
    return seen


def office_of(user: Any) -> Client:
    """The browser of a member of staff, signed in to the admin."""
    browser = Client()
    browser.force_login(user)
    return browser
