-- The procedures that dossiers are of, or were of by any version of them. Before a decision that made a procedure is
-- withdrawn, the dossiers are read only if its procedures are here. A row may be of a version that was refused.
create table procedures_of_dossiers (
  province_code text collate "C" not null,
  procedure text collate "C" not null,
  primary key (province_code, procedure)
);

insert into procedures_of_dossiers
select province_code, procedure from dossiers where procedure <> ''
union
select province_code, procedure from dossier_states where procedure <> ''
union
select province_code, procedure from dossier_versions where procedure <> '';
