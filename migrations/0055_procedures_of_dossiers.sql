-- The procedures that dossiers are of, or were of by any version of them. Whether a decision that made a procedure can be
-- withdrawn is known from these, without a look at the dossiers. A row stays.
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
