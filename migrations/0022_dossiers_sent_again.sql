-- Dossiers beside another of the same code are few: whether there are any is asked for each that changes.
create index dossiers_beside_others on dossiers (province_code, code) where record <> 0;

-- Most dossiers are sent two or three times within some days. With room in its page a newer version needs no new entry in
-- the indexes.
alter table dossiers set (fillfactor = 90);
