"""What labels and tickets say."""

import datetime

import pytest

from config.rest.principals import SYSTEM
from orders.labels import (
    big_number,
    labels_of,
    monogram_of,
    pieces_of,
    sheets_of,
    tickets_of,
)
from orders.models import Order
from orders.placing import Contact, Item, Pickup, place_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_pieces(wash, ironing) -> Order:
    """Two washes and an ironing, picked up on a day."""
    return place_order(
        by=SYSTEM,
        items=[Item(wash.pk, 2), Item(ironing.pk)],
        source="counter",
        contact=Contact("Dora de Vries", phone="+31 20 5550123"),
        pickup=Pickup(datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC), False),
    )


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Asha Rao", "AR"),
        ("  dora   de vries ", "DV"),
        ("Ana Maria Lopez Garcia", "AG"),
        ("Ébène", "É"),
        ("+31 20 5550123", ""),
        ("", ""),
    ],
)
def test_initials_are_the_letters_that_words_begin_with(name, initials):
    assert monogram_of(name) == initials


def test_a_number_stands_in_rows_of_one_length():
    number = big_number("HK7Q2M9XZA", rows=2)
    assert [row for row, _width, _base in number.rows] == ["HK7Q2", "M9XZA"]
    assert number.text == "HK7Q2M9XZA"
    assert big_number("7", rows=2).rows[0][0] == "7"


def test_there_is_a_label_for_each_piece_with_its_service(three_pieces):
    labels = labels_of([three_pieces])
    assert [(label.piece, label.pieces, label.service) for label in labels] == [
        (1, 3, "Wash"),
        (2, 3, "Wash"),
        (3, 3, "Ironing"),
    ]
    assert {(label.initials, label.pickup) for label in labels} == {("DV", "Fri 27 Nov")}


def test_other_pieces_than_were_ordered_name_all_services(three_pieces):
    labels = labels_of([three_pieces], pieces=2)
    assert [(label.piece, label.pieces, label.service) for label in labels] == [
        (1, 2, "Wash, Ironing"),
        (2, 2, "Wash, Ironing"),
    ]


def test_copies_of_a_label_follow_each_other(three_pieces, order):
    labels = labels_of([three_pieces, order], copies=2)
    assert [label.piece for label in labels] == [1, 1, 2, 2, 3, 3, 1, 1]


def test_no_more_than_two_hundred_pieces_are_taken_for_granted(wash):
    many = place_order(
        by=SYSTEM, items=[Item(wash.pk, 5000)], source="counter", contact=Contact("Ann")
    )
    assert pieces_of(many) == 200


def test_a_sheet_has_twenty_four_cells_and_leaves_the_first_empty(three_pieces):
    first, second = sheets_of(labels_of([three_pieces], pieces=5), skip=22)
    assert [cell and cell.piece for cell in first] == [None] * 22 + [1, 2]
    assert [cell and cell.piece for cell in second] == [3, 4, 5]


def test_a_ticket_of_a_long_order_says_how_many_lines_it_leaves_out(wash):
    long = place_order(
        by=SYSTEM, items=[Item(wash.pk, 2)] * 10, source="counter", contact=Contact("Ann")
    )
    (ticket,) = tickets_of([long])
    assert (len(ticket.lines), ticket.further_lines, ticket.pieces) == (6, 4, 20)


def test_a_pickup_at_a_time_says_the_time(three_pieces):
    three_pieces.pickup_at = datetime.datetime(2026, 11, 27, 9, 5, tzinfo=datetime.UTC)
    three_pieces.pickup_has_time = True
    (ticket,) = tickets_of([three_pieces])
    assert ticket.pickup == "Fri 27 Nov 2026, 09:05"
