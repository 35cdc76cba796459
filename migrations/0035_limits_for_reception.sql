-- How many working hours an office has to receive what was filed: a list in the order of days, each limit from its day on
-- with its source. Empty: those of the calendar `vn` hold.
alter table working_calendars add column reception_limits jsonb not null default '[]';

-- The limit that is known, as src/seed/calendars/vn.ts has it for new databases.
update working_calendars set reception_limits = '[{"valid_from": "2020-01-01", "working_hours": 8, "interlinked_working_hours": null, "source": "8 giờ làm việc với hồ sơ trực tuyến, theo báo chí (nld.com.vn 04/11/2025); chưa rõ từ ngày nào, nên tính từ năm đầu của lịch này. Nơi có quy định riêng cho liên thông (Đà Nẵng 2023: 4 giờ) nhập vào lịch của tỉnh"}]'
where code = 'vn';
