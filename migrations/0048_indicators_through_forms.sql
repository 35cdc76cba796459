-- The indicator of an earlier form whose series one continues. Both null: none.
alter table indicators add column continues_form text;

alter table indicators add column continues_indicator text;

alter table indicators add constraint indicators_continue_others foreign key (continues_form, continues_indicator)
  references indicators (form, code);

alter table indicators add constraint indicators_continue_both check ((continues_form is null) = (continues_indicator is null));
