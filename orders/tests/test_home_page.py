"""`/`: looking an order's stage up by its number."""

import pytest


def test_the_start_page_asks_for_a_number(api, db):
    answer = api.get("/")

    assert answer.status_code == 200
    assert "Where is my order?" in answer.content.decode()
    assert 'role="alert"' not in answer.content.decode()


@pytest.mark.parametrize(
    "entered", ["{}", " {} ", "HTTP://127.0.0.1:8000/T/{}", "http://shop.example/t/{}/token-of-22"]
)
def test_a_number_or_what_its_code_holds_leads_to_the_stage(entered, api, order):
    answer = api.get("/", {"order": entered.format(order.order_number)})

    assert answer.status_code == 302
    assert answer["Location"] == f"/t/{order.order_number}"


def test_a_number_is_read_in_any_case(api, order):
    answer = api.get("/", {"order": order.order_number.lower()})

    assert answer["Location"] == f"/t/{order.order_number}"


@pytest.mark.parametrize(
    "entered", ["hello world", "<b>", "{}", "http://shop.example/", "A" * 600, "\x00"]
)
def test_what_cannot_be_a_number_is_told_so(entered, api, db):
    answer = api.get("/", {"order": entered})

    assert answer.status_code == 200
    assert "This cannot be an order number." in answer.content.decode()


def test_what_was_entered_stands_in_the_field_again_and_escaped(api, db):
    content = api.get("/", {"order": '"><b>'}).content.decode()

    assert 'value="&quot;&gt;&lt;b&gt;"' in content
    assert "<b>" not in content


def test_an_empty_number_is_just_the_start_page(api, db):
    answer = api.get("/", {"order": " "})

    assert answer.status_code == 200
    assert 'role="alert"' not in answer.content.decode()
