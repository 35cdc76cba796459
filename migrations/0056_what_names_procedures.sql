-- A procedure that is taken back is looked for in each table that may name it. A decision makes up to 10 000 of them.
create index procedure_versions_by_successor on procedure_versions (successor) where successor is not null;
create index dossier_statistics_by_procedure on dossier_statistics (procedure) where procedure is not null;
create index procedure_reviews_by_procedure on procedure_reviews (procedure);
