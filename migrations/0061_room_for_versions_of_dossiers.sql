-- With room on each page for the next versions of its dossiers, most updates touch no index and what they leave behind is
-- cleaned up on the page. Pages that are full stay as they are.
alter table dossiers set (fillfactor = 90);
