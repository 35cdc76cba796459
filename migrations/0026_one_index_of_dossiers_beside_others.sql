-- It is the index dossiers_beside_the_first once more, which is updated as well for each dossier that is beside another.
drop index dossiers_beside_others;
