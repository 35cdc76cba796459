-- Figures that are sent again change rows in their places. With room on each page for the next version of its rows, an
-- update touches no index, and what it leaves behind is cleaned up on the page: otherwise these tables grow to several
-- times their size, and every batch reads through the versions that are gone. Pages that are full stay as they are.
alter table dossier_statistics set (fillfactor = 50);

alter table statistics_sets set (fillfactor = 50);
