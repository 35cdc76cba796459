-- A stream renews its lease for as long as it runs. Once the lease is over, the process that ran the stream is dead, and
-- another request with the same idempotency key may begin. What ran before this migration ended with its process.
alter table imports add column leased_until timestamptz not null default clock_timestamp();
