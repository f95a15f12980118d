"""Order numbers: how they look, and every code from which one is read back."""

import base64

import pytest

from config.rest.refusals import Refusal
from orders.numbers import new_order_number, new_token, normalise_number, read_payload

NUMBER = "KX7MPQ3WRT"
TOKEN = "q1W-e3_R5t7Y9u1I3o5P7a"

LETTERS = set("ABCDEFGHJKMNPQRSTUVWXYZ")
DIGITS = set("23456789")

READABLE = {
    "the bare number": NUMBER,
    "in lower case": "kx7mpq3wrt",
    "in mixed case": "Kx7mPq3wRt",
    "blanks around it": f"  {NUMBER}\t ",
    "CR and LF after it": f"{NUMBER}\r\n",
    "CR and LF before it": f"\r\n{NUMBER}",
    "a literal \\n after it": f"{NUMBER}\\n",
    "literal \\r\\n around it": f"\\r\\n{NUMBER}\\r\\n",
    "the prefix ]Q3": f"]Q3{NUMBER}",
    "the prefix ]Q3 and blanks": f" ]Q3 {NUMBER}\r\n",
    "the public tracking URL": f"https://shop.example/t/{NUMBER}",
    "the tracking URL with its token": f"https://shop.example/t/{NUMBER}/{TOKEN}",
    "a tracking URL with a slash at its end": f"https://shop.example/t/{NUMBER}/{TOKEN}/",
    "the public one with a slash at its end": f"https://shop.example/t/{NUMBER}/",
    "a tracking URL without TLS, with a port": f"http://127.0.0.1:8000/t/{NUMBER}",
    "a tracking URL of a shop below a path": f"https://example.com/shop/t/{NUMBER}",
    "a tracking URL with a query": f"https://shop.example/t/{NUMBER}?from=label",
    "a tracking URL with a fragment": f"https://shop.example/t/{NUMBER}/{TOKEN}#top",
    "a tracking URL in lower case": f"https://shop.example/t/{NUMBER.lower()}",
    "a tracking URL whose scheme is upper case": f"HTTPS://SHOP.EXAMPLE/t/{NUMBER}",
    "a tracking URL all in upper case": f"HTTPS://SHOP.EXAMPLE/T/{NUMBER}",
    "a tracking URL whose host is damaged": f"https://[shop.\u2100/t/{NUMBER}",
    "a tracking URL with prefix and line end": f"]Q3https://shop.example/t/{NUMBER}\r\n",
    "the three lines": f"ORDER: {NUMBER}\nEMAIL: asha@example.com\nSERVICE: Wash",
    "the three lines with CR and LF": f"ORDER: {NUMBER}\r\nEMAIL: a@example.com\r\nSERVICE: W\r\n",
    "the three lines with literal \\n": f"ORDER: {NUMBER}\\nEMAIL: a@example.com\\nSERVICE: Wash",
    "the three lines in lower case": f"order: {NUMBER.lower()}\nemail: a@b.example\nservice: wash",
    "the three lines in another order": f"EMAIL: a@example.com\nORDER:{NUMBER}\nSERVICE: Wash",
    "the three lines with the prefix": f"]Q3ORDER: {NUMBER}\nEMAIL: a@b.example\nSERVICE: Wash",
    "JSON": f'{{"order_number": "{NUMBER}", "email": "asha@example.com"}}',
    "JSON in camel case": f'{{"orderId": "{NUMBER}", "customerName": "Asha"}}',
    "JSON over lines": f'{{\n  "order_number": "{NUMBER}"\n}}\r\n',
    "JSON with literal \\n": f'{{\\n  "order_number": "{NUMBER}"\\n}}\\n',
    "JSON with the prefix": f']Q3{{"orderId": "{NUMBER}"}}',
    "JSON in lower case": f'{{"order_number": "{NUMBER.lower()}"}}',
    "JSON whose order_number is null": f'{{"order_number": null, "orderId": "{NUMBER}"}}',
    "a Python dict": f"{{'order_number': '{NUMBER}', 'paid': True, 'email': None}}",
    "a Python dict in camel case": f"{{'orderId': '{NUMBER}', 'services': ['Wash']}}",
}

UNREADABLE = {
    "nothing": "",
    "blanks": " \r\n\t ",
    "only the prefix": "]Q3",
    "only a literal \\n": "\\n",
    "a sentence": "please collect after six",
    "a number with a hole": "KX7MP Q3WRT",
    "two numbers": f"{NUMBER}\n{NUMBER}",
    "a symbol first": "-KX7MPQ3WRT",
    "other letters": "КХ7МРQ3WRT",
    "wide digits": "KX7MPQ3WR\uff13",
    "a NUL inside": "KX7M\x00PQ3WRT",
    "longer than any number": "K" * 65,
    "another site": "https://shop.example/about",
    "a tracking URL without a number": "https://shop.example/t/",
    "a path that only ends like one": f"https://shop.example/cart/{NUMBER}",
    "too many parts": f"https://shop.example/t/{NUMBER}/{TOKEN}/more",
    "another scheme": f"ftp://shop.example/t/{NUMBER}",
    "three lines without the number": "ORDER:\nEMAIL: asha@example.com\nSERVICE: Wash",
    "JSON without a number": '{"email": "asha@example.com"}',
    "JSON with an empty number": '{"order_number": ""}',
    "JSON with a list as number": f'{{"order_number": ["{NUMBER}"]}}',
    "a JSON list": f'["{NUMBER}"]',
    "JSON that breaks off": f'{{"order_number": "{NUMBER}"',
    "nothing but braces": "{" * 512,
    "lists in lists": "{'orderId': " + "[" * 250 + "]" * 250,
    "a Python dict that is none": "{[]: 1}",
    "Python that would do something": "{'orderId': __import__('os').getcwd()}",
    "a Python sum": "{'orderId': 1 + 'A'}",
}


@pytest.mark.parametrize("raw", READABLE.values(), ids=READABLE)
def test_the_number_is_read_from(raw):
    assert read_payload(raw) == NUMBER


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
def test_no_number_is_read_from(raw):
    with pytest.raises(Refusal) as caught:
        read_payload(raw)

    assert caught.value.code == "unreadable_code"
    assert caught.value.detail == "No order number could be read from this code."


def test_a_code_of_512_characters_is_read():
    assert read_payload(NUMBER + " " * 502) == NUMBER


def test_a_code_of_513_characters_is_not_read():
    with pytest.raises(Refusal) as caught:
        read_payload(NUMBER + " " * 503)

    assert caught.value.code == "unreadable_code"
    assert caught.value.detail == "A code has at most 512 characters."


def test_an_imported_number_of_an_old_server_is_read():
    assert read_payload("ord-2023_00017.b") == "ORD-2023_00017.B"
    assert read_payload('{"orderId": 1047}') == "1047"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("kx7mpq3wrt", NUMBER),
        (f" {NUMBER}\r\n", NUMBER),
        ("9" * 64, "9" * 64),
        ("9" * 65, ""),
        ("", ""),
        ("  ", ""),
        ("a b", ""),
        (".a", ""),
        ("a/b", ""),
        ("ß", ""),
        ("ä", ""),
        ("\ud800", ""),
        ("KX7MPQ3WRT\n.", ""),
    ],
)
def test_a_number_is_normalised_to_the_form_in_which_it_is_stored(text, number):
    assert normalise_number(text) == number


def test_a_new_number_is_a_letter_and_nine_letters_and_digits_that_nobody_mistakes():
    numbers = [new_order_number() for _ in range(2000)]

    assert {len(number) for number in numbers} == {10}
    assert {number[0] for number in numbers} == LETTERS
    assert {character for number in numbers for character in number[1:]} == LETTERS | DIGITS


def test_new_numbers_differ():
    assert len({new_order_number() for _ in range(2000)}) == 2000


def test_a_new_token_holds_128_random_bits_in_22_characters_of_a_url():
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {22}
    assert {len(base64.urlsafe_b64decode(token + "==")) for token in tokens} == {16}
