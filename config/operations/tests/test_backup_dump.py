"""What is counted of a dump as it passes."""

from collections.abc import Iterator

import pytest

from config.operations.backup.dump import DumpReader
from config.operations.backup.errors import BackupError
from config.operations.backup.figures import LastTrack

# As mariadb-dump 10.11 writes it, and below on one line as mysqldump does.
DUMP = rb"""/*M!999999\- enable the sandbox mode */
CREATE TABLE `orders_order` (
  `id` bigint(20) NOT NULL,
  `name` varchar(128) NOT NULL,
  `total_cost` decimal(10,2) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `orders_order` (`id`, `name`, `total_cost`) VALUES (1,'it\'s \\',12.50),
(2,'),\n(3,\'x\',9.99);\n',-0.05),
(3,'',NULL);
CREATE TABLE `tracking_track` (
  `id` bigint(20) NOT NULL
);
INSERT INTO `tracking_track` (`id`,`order_id`,`seq`,`action`,`to_status`) VALUES (9,2,1,'\Z',''),
(4,1,2,'a \"b\"\0','picked_up'),
(5,1,1,'created','created'),
(6,NULL,NULL,'scan','');
INSERT INTO `tracking_track` (`order_id`,`seq`,`action`,`to_status`) VALUES (1,3,'',''),(3,1,'','');
CREATE TABLE `django_migrations` (
  `id` bigint(20) NOT NULL
);
INSERT INTO `django_migrations` (`id`, `app`, `name`) VALUES (1,'orders','0001_initial'),
(2,'accounts','0001_initial');
CREATE TABLE `files` (
  `id` bigint(20) NOT NULL,
  `data` longblob
);
INSERT INTO `files` (`id`, `data`) VALUES (1,0x28292C27),
(2,NULL);
CREATE TABLE `empty` (
  `id` bigint(20) NOT NULL
);
-- Dump completed
"""


@pytest.fixture
def reader() -> Iterator[DumpReader]:
    """A reader that has read it all."""
    reader = DumpReader()
    for line in DUMP.splitlines(keepends=True):
        reader.read(line)
    yield reader
    reader.close()


def test_rows_are_counted_whatever_their_texts_look_like(reader: DumpReader):
    assert reader.figures().counts == {
        "orders_order": 3,
        "tracking_track": 6,
        "django_migrations": 2,
        "files": 2,
        "empty": 0,
    }


def test_money_is_summed_in_hundredths(reader: DumpReader):
    assert reader.figures().money == {"orders_order.total_cost": 1245}


def test_migrations_are_known_by_app_and_name(reader: DumpReader):
    assert reader.figures().migrations == ["accounts.0001_initial", "orders.0001_initial"]


def test_the_last_track_of_each_order_is_that_with_the_highest_number(reader: DumpReader):
    assert list(reader.last_tracks()) == [
        LastTrack(1, 3, "", ""),
        LastTrack(2, 1, "\x1a", ""),
        LastTrack(3, 1, "", ""),
    ]


def test_a_dump_without_its_end_is_refused():
    reader = DumpReader()
    reader.read(b"CREATE TABLE `orders_order` (\n")
    with pytest.raises(BackupError, match=r"^The dump ends before its end\.$"):
        reader.figures()
    reader.close()
