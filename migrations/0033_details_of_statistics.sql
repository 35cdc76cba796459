-- The measures of form 07a/BTP that a source reports besides those of form II.06a, as one object of those that are known.
-- null: none, as of all rows of sources that report form II.06a alone.
alter table dossier_statistics add column details jsonb;

-- What was cancelled is in the balance. A source that does not say how much keeps the balance of form II.06a.
alter table dossier_statistics drop constraint balance_identity;

alter table dossier_statistics add constraint balance_identity
  check (received = resolved + pending + coalesce((details ->> 'cancelled')::integer, 0));
