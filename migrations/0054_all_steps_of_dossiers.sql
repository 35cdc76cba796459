-- Of each dossier all steps in process are kept and not the newest alone: a later step ends a wait for a supplement, which is
-- known only where the one that began it is.
alter table dossier_steps drop constraint dossier_steps_pkey;

alter table dossier_steps add primary key (province_code, client, source, code, at);
