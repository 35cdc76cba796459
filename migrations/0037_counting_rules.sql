-- How dossiers count: by the rules of this service, and by those of others.

-- Versions of counting rules. `choices` names one of two ways of each choice; a question is answered by the version of
-- its last day. `built_in` rules come with the service, and are not changed by anybody.
create table counting_rules (
  valid_from date not null,
  version integer not null,
  built_in boolean not null default false,
  code text collate "C" not null,
  name text not null,
  source text not null,
  choices jsonb not null,
  primary key (code, version),
  unique (code, valid_from)
);

insert into counting_rules (code, version, valid_from, built_in, name, source, choices) values
  ('default', 1, '1900-01-01', true, 'Quy tắc của hệ thống này',
    'Biểu II.06a và hạn trả kết quả đến từng phút; hồ sơ chờ bổ sung, đã rút hoặc dừng trong khi chờ là đúng hạn',
    '{"due_until": "due_instant", "open_on_due_day": "overdue", "open_supplement": "in_time", "repeated_request": "as_one",
      "withdrawn": "by_end", "stopped": "ended", "financial_obligation": "open", "no_due_date": "in_time",
      "refused_after_acceptance": "not_counted"}'),
  ('portal-766', 1, '1900-01-01', true, 'Cổng Dịch vụ công quốc gia, Quyết định 766/QĐ-TTg',
    'Công thức tiêu chí 2.1 như Cổng công bố; cách tính hồ sơ chờ nghĩa vụ tài chính chưa rõ',
    '{"due_until": "due_instant", "open_on_due_day": "in_time", "open_supplement": "request_is_end",
      "repeated_request": "overdue", "withdrawn": "by_end", "stopped": "ended", "financial_obligation": "open",
      "no_due_date": "procedure_term", "refused_after_acceptance": "ended"}'),
  ('local-06a', 1, '1900-01-01', true, 'Phần mềm một cửa của tỉnh, biểu 06a',
    'Tìm thấy trong phần mềm một cửa đang dùng; không phải quy định đã công bố',
    '{"due_until": "end_of_due_day", "open_on_due_day": "in_time", "open_supplement": "in_time",
      "repeated_request": "as_one", "withdrawn": "on_time", "stopped": "open_in_time",
      "financial_obligation": "open_in_time", "no_due_date": "in_time", "refused_after_acceptance": "not_counted"}');
