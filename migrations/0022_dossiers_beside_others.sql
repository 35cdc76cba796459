-- Dossiers beside another of the same code are few: whether there are any is asked for each that changes.
create index dossiers_beside_others on dossiers (province_code, code) where record <> 0;
