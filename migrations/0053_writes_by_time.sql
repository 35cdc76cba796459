-- Who asks what was known at an instant takes back what was written since.
create index writes_by_time on writes (at);
