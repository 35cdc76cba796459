-- The few dossiers with supplements, which cannot be counted outright: to find them takes no look at all the others.
create index dossiers_that_waited on dossiers (unit, received_at) where supplements is not null;
