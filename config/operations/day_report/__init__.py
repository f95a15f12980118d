"""A day's close: the same figures as a page, as CSV, and by `manage.py day_report`."""
