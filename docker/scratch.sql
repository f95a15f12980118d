-- Where `manage.py verify_backup` and `restore` bring a backup back first.
GRANT ALL ON `roundtrip\_scratch`.* TO roundtrip@'%';
