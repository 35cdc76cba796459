-- What every write leaves behind, in its own transaction: who, when, why and what. Append-only: the role that the service
-- runs as can be kept from changing these two tables. The province is '' where a write belongs to none.

-- The last position given out. Whoever writes takes the row as the last thing before the commit, so positions are in
-- the order of commits and have no gaps: a reader that has seen one has seen all before it. A sequence
-- cannot do that, because a transaction that took its number early can commit late.
create table change_feed (
  only_one boolean primary key default true check (only_one),
  position bigint not null
);

insert into change_feed (position) values (0);

create sequence write_ids;

create table writes (
  province_code text not null,
  id bigint not null default nextval('write_ids'),
  position bigint not null,
  at timestamptz not null default clock_timestamp(),
  client text not null,
  key_id text,
  request_id text,
  address text,
  operation text not null,
  reason text,
  primary key (province_code, id)
);

create index writes_by_position on writes (position);

-- `before` and `after` hold what differs: all of a new or a deleted row, the changed columns of another. No foreign key:
-- the write itself is added last, when its position is known.
create table changes (
  province_code text not null,
  write bigint not null,
  n integer not null,
  resource text not null,
  action text not null check (action in ('created', 'updated', 'deleted')),
  key jsonb not null,
  unit text,
  before jsonb,
  after jsonb,
  primary key (province_code, write, n)
);

-- Answers that are given again to a client that tries again. They commit with what they tell of.
create table idempotency_keys (
  province_code text not null,
  client text not null,
  key text not null,
  request_sha256 bytea not null,
  answer text not null,
  created_at timestamptz not null default now(),
  primary key (province_code, client, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);
