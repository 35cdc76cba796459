-- Who may write and read: other systems, by keys. A client with a unit reaches that unit and what is below it.

create table clients (
  code text primary key,
  name text not null,
  source text,
  scopes text[] not null,
  unit text references units,
  requests_per_minute integer,
  expires_at timestamptz,
  version integer not null default 1
);

-- The secret itself is shown once and kept nowhere.
create table client_keys (
  id text primary key,
  client text not null references clients,
  secret_sha256 bytea not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);

create index client_keys_by_client on client_keys (client);

-- What `If-Match` is compared with.
alter table sources add column version integer not null default 1;
