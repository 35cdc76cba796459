-- A question about one unit, by field or channel, reads all half months: without an index by unit those of all units.
-- Counting changes no column of it, so its entries stay as they are.
create index dossier_sums_of_one_desk on dossier_sums_by_desk (province_code, unit);
