"""The old servers' databases, as their own SQL made them."""

import sqlite3
from pathlib import Path
from typing import Any

CAMEL = """
CREATE TABLE service (id TEXT PRIMARY KEY, name VARCHAR(120) NOT NULL, price FLOAT NOT NULL,
    duration VARCHAR(20), status VARCHAR(20), usage_count INTEGER);
CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(120), email VARCHAR(120) UNIQUE,
    phone VARCHAR(20), password_hash VARCHAR(255), created_at DATETIME);
CREATE TABLE "order" (id VARCHAR(8) PRIMARY KEY, customer_name VARCHAR(120),
    customer_email VARCHAR(120), customer_phone VARCHAR(20), service_id VARCHAR(255),
    service_name VARCHAR(255), pickup_date VARCHAR(50), special_instructions TEXT, total FLOAT,
    status VARCHAR(50), created_at DATETIME);
CREATE TABLE worker (id INTEGER PRIMARY KEY, name VARCHAR(120), email VARCHAR(120) UNIQUE,
    password_hash VARCHAR(255), created_at DATETIME);
CREATE TABLE track (id INTEGER PRIMARY KEY, worker_id INTEGER, order_email VARCHAR(120),
    order_status VARCHAR(50), location VARCHAR(120), scanned_at DATETIME);
"""

SNAKE = """
CREATE TABLE services (id INTEGER PRIMARY KEY, name VARCHAR(128) NOT NULL,
    price NUMERIC(10, 2) NOT NULL, duration_minutes INTEGER, status VARCHAR(16),
    created_at DATETIME, updated_at DATETIME);
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(128), email VARCHAR(255) UNIQUE,
    phone VARCHAR(32), password_hash VARCHAR(255), is_active BOOLEAN, created_at DATETIME);
CREATE TABLE orders (id INTEGER PRIMARY KEY, order_number VARCHAR(64) UNIQUE,
    customer_id INTEGER, service_id INTEGER, service_name VARCHAR(128), email VARCHAR(255),
    name VARCHAR(128), phone VARCHAR(32), order_token VARCHAR(64), pickup_date DATETIME,
    instructions TEXT, total_cost NUMERIC(10, 2), status VARCHAR(32), qr_code_path VARCHAR(255),
    created_at DATETIME, updated_at DATETIME);
CREATE TABLE workers (id INTEGER PRIMARY KEY, name VARCHAR(128), email VARCHAR(255),
    password_hash VARCHAR(255), token VARCHAR(255), is_active BOOLEAN, created_at DATETIME);
CREATE TABLE tracks (id INTEGER PRIMARY KEY, order_id INTEGER, order_email VARCHAR(255),
    worker_id INTEGER, action VARCHAR(64), note TEXT, location VARCHAR(128),
    scanned_at DATETIME);
"""

Tables = dict[str, list[dict[str, Any]]]


def make_server(path: Path, schema: str, tables: Tables) -> Path:
    """Make an old server's database with these rows, and answer where it is."""
    connection = sqlite3.connect(path)
    connection.executescript(schema)
    connection.close()
    add_rows(path, tables)
    return path


def add_rows(path: Path, tables: Tables) -> None:
    """What the old server wrote later."""
    connection = sqlite3.connect(path)
    with connection:
        for table, rows in tables.items():
            for row in rows:
                columns = ", ".join(row)
                marks = ", ".join("?" * len(row))
                query = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608
                connection.execute(query, tuple(row.values()))
    connection.close()


PASSWORD = "a-copper-kettle-sings"
TOKEN = "wim-held-this-token-on-the-old-server-01"

CAMEL_TABLES: Tables = {
    "service": [
        {"id": "s1", "name": "Laundry", "price": 99.5, "duration": "24h", "status": "Active"}
        | {"usage_count": 7},
        {"id": "s2", "name": "Ironing", "price": 50, "duration": "90m", "status": "Inactive"}
        | {"usage_count": 0},
    ],
    "customer": [
        {"id": 3, "name": "Asha Rao", "email": "Asha@Example.com", "phone": "+91 98450 12345"}
        | {"created_at": "2026-01-02 03:04:05.678901"},
    ],
    "order": [
        {"id": "ab12cd34", "customer_name": "Asha Rao", "customer_email": "asha@example.com"}
        | {"customer_phone": "98450 12345", "service_id": "s1,s2"}
        | {"service_name": "Laundry,Ironing", "pickup_date": "2026-10-05"}
        | {"special_instructions": "Ring twice.", "total": 140.25}
        | {"status": "At Factory", "created_at": "2026-10-01 08:00:00"},
        {"id": "ef56ab78", "customer_name": "Gita", "customer_email": "gita@example.com"}
        | {"service_id": "s2", "service_name": "Ironing", "total": 50}
        | {"created_at": "2026-10-02 08:00:00"},
    ],
    "worker": [{"id": 9, "name": "Wim Weaver", "email": "wim@example.com"}],
    "track": [
        {"id": 1, "worker_id": 9, "order_email": "ASHA@example.com", "order_status": "Picked Up"}
        | {"location": "At the door", "scanned_at": "2026-10-01 10:00:00"},
        {"id": 2, "worker_id": 9, "order_email": "nobody@example.com"}
        | {"order_status": "In Transit to Factory", "scanned_at": "2026-10-01 11:00:00"},
    ],
}

SNAKE_TABLES: Tables = {
    "services": [{"id": 1, "name": "Wash", "price": "12.30", "duration_minutes": 60}],
    "customers": [
        {"id": 1, "name": "Bert Blum", "email": "bert@example.com", "phone": "030 555 6789"},
        {"id": 2, "name": "Chloe Cole", "email": "chloe@example.com"},
    ],
    "workers": [{"id": 1, "name": "Wim Weaver", "email": "wim@example.com", "token": TOKEN}],
    "orders": [
        {"id": 1, "order_number": "RT-0001", "customer_id": 1, "service_id": 1}
        | {"service_name": "Wash", "total_cost": "24.60", "status": "picked_up"}
        | {"pickup_date": "2026-10-05 09:30:00", "created_at": "2026-10-01 08:00:00"}
        | {"updated_at": "2026-10-01 09:00:00"},
        {"id": 2, "order_number": "RT-0002", "email": "chloe@example.com", "name": "Chloe"}
        | {"service_name": "Wash", "total_cost": "12.30", "status": "created"}
        | {"created_at": "2026-10-02 08:00:00"},
    ],
    "tracks": [
        {"id": 1, "order_id": 1, "worker_id": 1, "action": "picked_up", "note": "Two bags"}
        | {"scanned_at": "2026-10-01 09:00:00"},
    ],
}
