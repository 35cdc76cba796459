import { sql } from 'kysely'
import t from 'tap'
import type { Db } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { EVENT_MEASURES } from '../../src/dossiers/rules/events.ts'
import { indicators } from '../../src/seed/catalogue/form.ts'
import { parseDay, quarterOf, sliceOf, type DayNumber } from '../../src/time/business-day.ts'
import { forEachDatabase } from '../database.ts'
import { nameOf } from '../dossiers/catalogue.ts'
import { readMigrationFiles } from './files.ts'

/** Rows for the tables that each migration makes, as a service of that version left them. A new one adds its own. */
const ROWS: Record<string, string[]> = {
  '0001_catalogue': [
    `insert into levels values
      ('province', 'Tỉnh', 1, '1945-09-02', null), ('district', 'Huyện', 2, '1945-09-02', '2025-06-30')`,
    `insert into units values
      ('H56', 'H56', 'Tỉnh Thanh Hóa', 'province', 'province', null, '{H56}', true, '1945-09-02', null, 'tinh thanh hoa'),
      ('H56-380', 'H56', 'Thành phố Thanh Hóa', 'city', 'district', 'H56', '{H56,H56-380}', true, '1994-05-01', null,
        'thanh pho thanh hoa')`,
    `insert into unit_aliases values ('gso', '380', 'H56-380')`,
    `insert into fields values ('land', 'Đất đai', 1)`,
    `insert into periods values
      ('2021-H1', 'reform', 'half_year', 2021, '2020-12-15', '2021-06-14', '2021-06-20'),
      ('cal-2021', 'calendar', 'year', 2021, '2021-01-01', '2021-12-31', null)`,
    `insert into sources values ('one-stop', 'Một cửa', 100, false)`,
    `insert into procedures (code, name, field, level, interlinked, valid_from, search_name)
      values ('1.010708', 'Cấp đổi giấy chứng nhận', 'land', 'district', 'none', '2020-01-01', 'cap doi giay chung nhan')`
  ],
  '0002_dossier_statistics': [
    `insert into statistics_sets (province_code, period, unit, scope, source, detail, level, counts, row_count,
        received_online, received, resolved_in_time, resolved_overdue, resolved, pending)
      values ('H56', '2021-H1', 'H56-380', 'own', 'one-stop', 'field', 'district', true, 1, 120, 1000, 900, 20, 920, 80)`,
    `insert into dossier_statistics (province_code, period, unit, scope, source, detail, detail_code, field,
        received_online, received, resolved_in_time, resolved_overdue, resolved, pending)
      values ('H56', '2021-H1', 'H56-380', 'own', 'one-stop', 'field', 'land', 'land', 120, 1000, 900, 20, 920, 80)`,
    `insert into statistics_by_level (province_code, period, level, units_reported, received, resolved)
      values ('H56', '2021-H1', 'district', 1, 1000, 920)`
  ],
  '0003_indicators': [
    `insert into forms values ('cchc-2021', 'Biểu mẫu 2021', '2021-01-01', null)`,
    `insert into indicators values ('cchc-2021', '4.1.1', 1, '4.1.1', '4.1', 'Tỷ lệ', 'percent', null, '[]')`,
    `insert into indicator_values (province_code, unit, period, form, indicator, state, number, printed)
      values ('H56', 'H56', '2021-H1', 'cchc-2021', '4.1.1', 'reported', 92.41, '92,41')`
  ],
  '0004_clients': [
    `insert into clients values ('one-stop', 'Một cửa', 'one-stop', '{read,write:statistics}', 'H56-380', 600, null, 1)`,
    `insert into client_keys (id, client, secret_sha256) values ('0123456789abcdef', 'one-stop', '\\x00')`
  ],
  '0005_writes': [
    `update change_feed set position = 1`,
    `insert into writes (province_code, id, position, client, operation)
      values ('H56', 1, 1, 'one-stop', 'postDossierStatistics')`,
    `insert into changes values ('H56', 1, 0, 'sources', 'created', '{"code": "one-stop"}', null, null, '{"precedence": 100}')`,
    `insert into idempotency_keys (province_code, client, key, request_sha256, answer) values ('H56', 'one-stop', 'a', '\\x00', '{}')`
  ],
  '0006_dossiers': [
    `insert into status_maps values ('one-stop', 'Đang xử lý', 4)`,
    `insert into dossiers (province_code, code, unit, level, procedure, field, channel, source, status, received_at, due_at,
        updated_at, write)
      values ('H56', '000.00.380.H56-210531-0001', 'H56-380', 'district', '1.010708', 'land', 'direct', 'one-stop', 5,
        '2021-05-31 08:00+07', '2021-06-10 17:00+07', '2021-06-01 08:00+07', 2)`,
    `insert into dossier_versions (province_code, code, unit, level, procedure, field, channel, source, status, received_at,
        updated_at, write, supplements)
      values ('H56', '000.00.380.H56-210531-0001', 'H56-380', 'district', '1.010708', 'land', 'direct', 'one-stop', 4,
        '2021-05-31 08:00+07', '2021-05-31 08:00+07', 1,
        '[{"requested_at": "2021-06-01T01:00:00.000Z", "completed_at": null, "old_due_at": null, "new_due_at": null}]')`,
    `insert into dossier_sums_by_unit (province_code, unit, slice, received_direct)
      values ('H56', 'H56-380', '2021-05-15', 1)`,
    `insert into dossier_sums_by_level (province_code, level, field, slice, received_direct)
      values ('H56', 'district', 'land', '2021-05-15', 1)`,
    `insert into dossier_sums_by_day (province_code, level, channel, day, received_direct)
      values ('H56', 'district', 'direct', '2021-05-31', 1)`,
    `insert into dossier_desks (province_code, unit, since) values ('H56', 'H56-380', '2021-05-31')`,
    `insert into dossier_changes (province_code, write, action, n, codes, units)
      values ('H56', 2, 'created', 0, '{000.17.22.H56-210531-0001}', '{H56-380}')`,
    `insert into imports (province_code, id, client, source, dry_run, state) overriding system value
      values ('H56', 1, 'one-stop', 'one-stop', false, 'done')`,
    `insert into import_errors (province_code, import, line, n, pointer, code, detail)
      values ('H56', 1, 7, 0, '/unit', 'unknown_unit', 'there is no unit H56-999')`
  ],
  '0007_moved_dossiers': [
    `insert into dossier_changes (province_code, write, action, n, codes, units, left_units)
      values ('H56', 3, 'updated', 0, '{000.17.22.H56-210531-0001}', '{H56}', '{H56-380}')`
  ],
  '0008_sums_of_usual_periods': [],
  '0009_dossiers_that_waited': [],
  '0010_dossiers_of_sources': [
    `insert into source_conflicts (province_code, code, unit, source, other_source, refused_at)
      values ('H56', '000.17.22.H56-210531-0001', 'H56-380', 'one-stop', 'land-office', '2021-06-01 08:00+07')`
  ],
  '0011_reported_at': [
    `update dossier_statistics set reported_at = '2021-06-18 08:00+07'`,
    `insert into withdrawn_statistics values ('H56', '2021-H1', 'H56-380', 'total', 'one-stop', '2021-06-18 08:00+07')`
  ],
  '0012_rules_of_counting': [],
  '0013_no_longer_overdue': [],
  '0014_leases_of_imports': [],
  '0015_sources_beside_one_another': [],
  '0016_desks_of_present_dossiers': [],
  '0017_units_through_time': [
    `insert into units (id, code, province_code, name, kind, level, parent, path, reached_by, reports_dossiers, valid_from, search_name)
      values ('H56-380@2025-07-01', 'H56-380', 'H56', 'Phường Hạc Thành', 'ward', 'district', 'H56', '{H56,H56-380@2025-07-01}',
        '{H56,H56-380@2025-07-01}', true, '2025-07-01', 'phuong hac thanh')`,
    `insert into unit_changes (province_code, id, effective_on, document_number, document_date, document_issuer, events,
        units, ends, write)
      overriding system value values ('H56', 1, '2025-07-01', '1686/NQ-UBTVQH15', '2025-06-16', 'UBTVQH', '[]', '{H56-380}', '[]', 3)`,
    `insert into unit_successions values ('H56-380', 'H56-380@2025-07-01', '2025-07-01', 1, 1)`,
    `insert into unit_assignments values ('H56-380', 'H56-380@2025-07-01', 'procedure', '1.010708', 1)`
  ],
  '0018_warnings_of_imports': [
    `insert into imports (province_code, id, client, source, dry_run, state, warning_count, warnings) overriding system value
      values ('H56', 2, 'one-stop', 'one-stop', false, 'done', 1,
        '[{"line": 7, "pointer": "/procedure", "code": "procedure_not_in_force", "detail": "procedure 1.1 is in force from 2021-06-01 on"}]')`
  ],
  '0019_unit_bearers': [
    `insert into unit_bearers values ('H56-380', 'H56-380@2025-07-01', '2025-07-01', 'infinity', 1)`
  ],
  '0020_timelines_of_dossiers': [
    `update dossiers set held_from = '2021-06-01', received_on = '2021-05-31' where code = '000.00.380.H56-210531-0001'`,
    `insert into dossier_states (province_code, code, record, state, source, unit, level, procedure, field, channel, status, received_at,
        updated_at, held_from, held_until, received_on, closed)
      values ('H56', '000.00.380.H56-210531-0001', 0, 0, 'one-stop', 'H56', 'province', '1.010708', 'land', 'direct', 4,
        '2021-05-31 08:00+07', '2021-05-31 08:00+07', '-infinity', '2021-06-01', '2021-05-31', false)`
  ],
  '0021_units_by_parent': [],
  '0022_dossiers_sent_again': [],
  '0023_sums_by_procedure_and_desk': [
    `insert into dossier_sums_by_procedure (province_code, procedure, level, field, slice, received_direct)
      values ('H56', '1.010708', 'district', 'land', '2021-05-15', 1)`,
    `insert into dossier_sums_by_procedure_quarter (province_code, procedure, level, field, quarter, received_direct)
      values ('H56', '1.010708', 'district', 'land', '2021-04-01', 1)`,
    `insert into dossier_sums_by_desk (province_code, unit, field, channel, slice, received_direct)
      values ('H56', 'H56-380', 'land', 'direct', '2021-05-15', 1)`,
    `insert into dossier_sums_log (province_code, id, rollup, cells, units, fields, channels, times, received_online,
        received_direct, received_postal, resolved_early, resolved_on_time, resolved_overdue, became_overdue,
        no_longer_overdue, due, due_in_time, moved, moved_overdue)
      overriding system value values ('H56', 1, 'dossier_sums_by_desk', 1, '{H56-380}', '{land}', '{direct}', '{2021-05-15}', '{0}',
        '{1}', '{0}', '{0}', '{0}', '{0}', '{0}', '{0}', '{0}', '{0}', '{0}', '{0}')`
  ],
  '0024_working_calendars': [
    `insert into working_calendars values ('own', 'Lịch riêng', 'H56', '{6,7}', '[{"valid_from": "2026-01-01", "morning_from": "07:00",
        "morning_to": "11:30", "afternoon_from": "13:30", "afternoon_to": "17:00", "source": "x"}]', '[{"year": 2026, "days": []}]')`,
    `insert into working_calendar_days values ('2026-01-01', 1, true, 'own')`
  ],
  '0025_feedback_statistics': [
    `insert into feedback_sets (province_code, period, unit, scope, source, detail, level)
      values ('H56', '2021-H1', 'H56', 'total', 'one-stop', 'whole', 'province')`,
    `insert into feedback_statistics (province_code, period, unit, scope, source, detail, detail_code, received)
      values ('H56', '2021-H1', 'H56', 'total', 'one-stop', 'whole', '', 5)`,
    `insert into feedback_by_level (province_code, period, level) values ('H56', '2021-H1', 'province')`,
    `insert into withdrawn_feedback (province_code, period, unit, scope, source, reported_at)
      values ('H56', '2021-H1', 'H56', 'total', 'one-stop', '2021-06-20')`
  ],
  '0026_one_index_of_dossiers_beside_others': [],
  '0027_sums_of_one_desk': [],
  '0028_log_without_zeros': [],
  '0029_room_for_updates': [],
  '0030_procedures_through_time': [
    `insert into procedure_decisions (id, effective_on, document_number, document_date, document_issuer, body, procedures, write)
      overriding system value values (1, '2021-03-01', '512/QĐ-UBND', '2021-02-08', 'Chủ tịch', '{}', '{1.010708}', 4)`,
    `insert into procedure_changes (id, effective_on, procedure, kind, content, decision)
      overriding system value values (100, '2021-03-01', '1.010708', 'amended', '{"field": "land"}', 1)`,
    `insert into procedure_corrections (id, procedures, client, created_at)
      overriding system value values (1, '{1.010708}', 'one-stop', '2021-03-01 08:00+07')`,
    `insert into procedure_reviews values ('H56', '2021-H1', 'H56-380', '1.010708', 'amend', 'accepted', null)`
  ],
  '0031_details_of_dossiers': [
    `update dossiers set details = '{"fee_due": 50000, "apology_at": "2021-06-09T01:00:00.000Z"}'`,
    `update dossier_versions set details = '{"fee_due": 50000}'`,
    `update dossier_states set details = '{"fee_due": 50000}'`
  ],
  '0032_cancelled_dossiers': [
    `update dossier_sums_by_day set cancelled = 1`
  ],
  '0033_details_of_statistics': [
    `update dossier_statistics set details = '{"resolved_stopped": 3}'`
  ],
  '0034_histories_without_reception': [],
  '0035_limits_for_reception': [
    `update working_calendars set reception_limits = '[{"valid_from": "2026-01-01", "working_hours": 8,
        "interlinked_working_hours": 4, "source": "x"}]'`
  ],
  '0036_backlog_sums': [
    `insert into backlog_sums (province_code, unit, kind, day, dossiers) values ('H56', 'H56-380', 'due', '2021-06-10', 1)`,
    `insert into backlog_sums_log (province_code, id, cells, units, kinds, days, dossiers)
      overriding system value values ('H56', 1, 1, '{H56-380}', '{received}', '{2021-05-31}', '{1}')`
  ],
  '0037_counting_rules': [
    `insert into counting_rules (code, version, valid_from, name, source, choices)
      values ('ours', 1, '2021-01-01', 'Theo ngày', 'Quy chế', '{"due_until": "end_of_due_day"}')`
  ],
  '0038_waiting_dossiers': [
    `insert into waiting_dossiers (province_code, source, code, updated_at, owner, missing_procedure, item, client, import, line, issues)
      values ('H56', 'one-stop', 'w', '2021-06-01 08:00+07', 'H56-380', '9.9', '{"code": "w"}', 'one-stop', 1, 7, '[]')`
  ],
  '0039_evaluation': [
    `insert into evaluation_formulas values ('own', 'own', 'Bộ tiêu chí', 'found', 'x', null, 1, '2026-01-01', null, null, '[]')`,
    `insert into evaluation_inputs (province_code, numerator, denominator, points, period, unit, criterion, source, inputs)
      select 'H56', 1, 2, 10.5, periods.code, units.id, 'PROGRESS_ON_TIME', sources.code, '{}' from periods, units, sources limit 1`
  ],
  '0040_steps_of_dossiers': [
    `insert into dossier_steps values ('H56', 'one-stop', 'one-stop', '000.17.22.H56-210531-0001', '2021-06-01 08:00+07', 4)`
  ],
  '0041_sums_by_kept_rules': [
    `insert into dossier_differences_by_desk (province_code, rules, unit, field, channel, slice, became_overdue)
      values ('H56', 'portal-766', 'H56-380', 'land', 'direct', '2021-05-15', -1)`,
    `insert into dossier_differences_by_unit_quarter (province_code, rules, unit, quarter, became_overdue)
      values ('H56', 'portal-766', 'H56-380', '2021-04-01', -1)`,
    `insert into dossier_differences_by_procedure (province_code, rules, procedure, level, field, slice, became_overdue)
      values ('H56', 'portal-766', '1.010708', 'district', 'land', '2021-05-15', -1)`,
    `insert into dossier_differences_by_procedure_quarter (province_code, rules, procedure, level, field, quarter, became_overdue)
      values ('H56', 'portal-766', '1.010708', 'district', 'land', '2021-04-01', -1)`,
    `insert into dossier_differences_by_day (province_code, rules, level, channel, day, became_overdue)
      values ('H56', 'portal-766', 'district', 'direct', '2021-05-31', -1)`
  ],
  '0042_warnings_of_rows_taken_in': [`update imports set taken_in_warning_count = 1, taken_in_warnings = '[{}]'`],
  '0043_evaluation_snapshots': [
    `insert into evaluation_snapshots values ('H56', 20, 17.35, 20, '2026-10-01 00:10+07', '2026-10-01', true, 'H56-STC', 'province',
      'cal-2026-M10', 'PROGRESS', 'computed', null, 'qd-766-found-2026')`
  ],
  '0044_life_of_reports': [
    `insert into submissions (province_code, unit, period, form, stage, revision, published_at)
      values ('H56', 'H56', '2021-H1', 'cchc-2021', 'published', 1, '2021-06-20 08:00+07')`,
    `insert into submission_deadlines values ('H56', 'H56', '2021-H1', 'cchc-2021', '2021-06-20', null)`,
    `insert into report_revisions values ('H56', 'H56', '2021-H1', 'cchc-2021', 1, 'a', 'b', '{}', false, null, null,
      '2021-06-19 08:00+07', '2021-06-20 08:00+07', '2021-06-20 08:00+07')`
  ],
  '0045_versions_of_indicator_values': [
    `insert into indicator_value_versions (province_code, unit, period, form, indicator, known_from, state, number, printed)
      values ('H56', 'H56', '2021-H1', 'cchc-2021', '4.1.1', '2021-06-20 08:00+07', 'reported', 92.4, '92,4')`
  ],
  '0046_rules': [
    `insert into rules (code, form, kind, severity, indicators, "left", comparison, "right", tolerance, message_vi, message_en, valid_from)
      values ('own', 'cchc-2021', 'range', 'error', '{4.1.1}', '{"op": "input", "name": "each"}', 'at_most',
        '{"op": "constant", "value": 100, "measure": "percent"}', 0, 'vượt', 'beyond', '2021-01-01')`
  ],
  '0047_derivations_of_indicators': [`update indicators set derivation = '{"op": "units", "rule": "sum"}'`],
  '0048_indicators_through_forms': [
    `insert into forms values ('cchc-2026', 'Biểu mẫu 2026', '2026-01-01', null)`,
    `insert into indicators (form, code, position, name, value_type, choices, continues_form, continues_indicator)
      values ('cchc-2026', '4.1', 1, 'Tỷ lệ', 'percent', '[]', 'cchc-2021', '4.1.1')`
  ],
  '0049_par_index_forms': [
    `insert into par_index_forms values ('par', 'Bộ tiêu chí', 'x', null, '2021-01-01', null, 'H56', '{district}', null, null, 'level', 1, 0, '[]')`
  ],
  '0050_par_index_scores': [
    `insert into par_index_scores (province_code, points, period, unit, form, criterion, stage, inputs, note, client)
      values ('H56', 0.5, 'cal-2021', 'H56-380', 'par', '1', 'self', '{}', 'Quyết định số 1', 'units')`
  ],
  '0051_results_of_dossiers': [
    `insert into dossier_results_by_field (slice, results, province_code, unit, field) values ('2021-06-01', 1, 'H56', 'H56-380', 'land')`,
    `insert into dossier_results_by_unit_quarter (quarter, results, province_code, unit) values ('2021-04-01', 1, 'H56', 'H56-380')`
  ],
  '0052_versions_of_shipped_rules': [`update rules set period_days = 'every'`],
  '0053_writes_by_time': [],
  '0054_all_steps_of_dossiers': [],
  '0055_procedures_of_dossiers': [
    `insert into procedures_of_dossiers (province_code, procedure) values ('H56', 'taken back')`
  ],
  '0056_what_names_procedures': [],
  '0057_backlog_sums_by_month': [
    `update backlog_sums_by_month set days = 9`
  ],
  '0058_supplements_that_steps_tell': [],
  '0059_sums_by_procedure_and_day': [
    `insert into dossier_sums_by_procedure_day (province_code, day, procedures, levels, fields, received_online,
        received_direct, received_postal, resolved_early, resolved_on_time, resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, cancelled, moved, moved_overdue)
      values ('H56', '2021-05-31', '{1.010708}', '{district}', '{land}', '{null}', '{1}', '{null}', '{null}', '{null}', '{null}',
        '{null}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}')`,
    `insert into dossier_differences_by_procedure_day (province_code, rules, day, procedures, levels, fields, received_online,
        received_direct, received_postal, resolved_early, resolved_on_time, resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, cancelled, moved, moved_overdue)
      values ('H56', 'portal-766', '2021-05-31', '{1.010708}', '{district}', '{land}', '{null}', '{null}', '{null}', '{null}',
        '{null}', '{null}', '{1}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}')`
  ],
  '0060_sums_by_unit_and_day': [
    `insert into dossier_sums_by_unit_day (province_code, day, units, received_online, received_direct, received_postal,
        resolved_early, resolved_on_time, resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, cancelled, moved, moved_overdue)
      values ('H56', '2021-05-31', '{H56-380}', '{null}', '{1}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}',
        '{null}', '{null}', '{null}', '{null}')`,
    `insert into dossier_differences_by_unit_day (province_code, rules, day, units, received_online, received_direct, received_postal,
        resolved_early, resolved_on_time, resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, cancelled, moved, moved_overdue)
      values ('H56', 'portal-766', '2021-05-31', '{H56-380}', '{null}', '{null}', '{null}', '{null}', '{null}', '{1}', '{null}', '{null}',
        '{null}', '{null}', '{null}', '{null}', '{null}')`,
    `insert into dossier_results_by_unit_day (province_code, day, units, results, results_with_fee, electronic_result_known,
        electronic_result, digitised_known, digitised, digitised_with_result_known, digitised_with_result, data_reused_known, data_reused,
        national_store_known, national_store, population_data_known, population_data, paid_online_known, paid_online)
      values ('H56', '2021-05-31', '{H56-380}', '{1}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}', '{null}',
        '{null}', '{null}', '{null}', '{null}', '{null}', '{null}')`
  ],
  '0061_room_for_versions_of_dossiers': []
}

/** Tables whose rows are in others from a migration on. */
const DROPPED: Record<string, string[]> = { '0023_sums_by_procedure_and_desk': ['dossier_sums_by_unit'] }

const versions = Object.keys(await readMigrationFiles()).map(name => name.replace('.sql', ''))

t.test('there are rows to carry over for every migration', async t => {
  t.same(Object.keys(ROWS), versions)
})

forEachDatabase('rows of every version are carried over to the next', async (t, { db }) => {
  // The service of this test came with all migrations done.
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)

  let before: Tables = {}
  for (const version of versions) {
    await migrate(db, version)
    for (const table of DROPPED[version] ?? []) delete before[table]
    t.match(await tablesOf(db), before, `${version} keeps what was there`)
    for (const row of ROWS[version]!) await sql.raw(row).execute(db)
    before = await tablesOf(db)
    const empty = Object.keys(before).filter(name => before[name]!.length === 0)
    t.same(empty, [], `${version} has rows in every table`)
  }
  await migrate(db)
  t.same(await tablesOf(db), before, 'once more changes nothing')
})

forEachDatabase('of a dossier that had moved it is known where it was', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0006_dossiers')
  const common = `insert into %s (province_code, code, unit, level, procedure, field, channel, source, status, received_at, updated_at, write)
    values ('H56', '%s', '%s', 'district', '1.1', 'land', 'direct', 'one-stop', %s, now(), now(), %s)`
  const add = async (...values: (string | number)[]) => {
    await sql.raw(values.reduce<string>((text, value) => text.replace('%s', String(value)), common)).execute(db)
  }
  // a: from 380 to 381 and back, then deleted by who thinks that it is at 382; b: stays; c: deleted, and new elsewhere.
  await add('dossier_versions', 'a', 'H56-380', 4, 1)
  await add('dossier_versions', 'a', 'H56-381', 4, 2)
  await add('dossier_versions', 'a', 'H56-380', 4, 3)
  await add('dossiers', 'a', 'H56-382', 0, 4)
  await add('dossier_versions', 'b', 'H56-380', 4, 1)
  await add('dossiers', 'b', 'H56-380', 6, 2)
  await add('dossier_versions', 'c', 'H56-380', 0, 2)
  await add('dossiers', 'c', 'H56-381', 4, 3)
  await sql`
    insert into dossier_changes (province_code, write, action, n, codes, units) values
      ('H56', 1, 'created', 0, '{a,b}', '{H56-380,H56-380}'), ('H56', 2, 'updated', 0, '{b,a}', '{H56-380,H56-381}'),
      ('H56', 3, 'updated', 0, '{a}', '{H56-380}'), ('H56', 3, 'created', 1, '{c}', '{H56-381}'),
      ('H56', 4, 'deleted', 0, '{a}', '{H56-382}')`.execute(db)
  await migrate(db, '0007_moved_dossiers')
  const { rows } = await sql<object>`select write, action, left_units from dossier_changes order by write, action`.execute(db)
  t.same(rows, [
    { write: 1, action: 'created', left_units: null }, { write: 2, action: 'updated', left_units: [null, 'H56-380'] },
    { write: 3, action: 'created', left_units: null }, { write: 3, action: 'updated', left_units: ['H56-381'] },
    { write: 4, action: 'deleted', left_units: ['H56-380'] }
  ])
})

forEachDatabase('of supplements of before it is known which of them steps tell', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0057_backlog_sums_by_month')
  const at = (day: number) => `2021-06-${String(day).padStart(2, '0')}T01:00:00.000Z`
  const orNull = (day: number | null) => day === null ? null : at(day)
  const supplements = (...days: [from: number, to: number | null, due?: number][]) => (
    JSON.stringify(days.map(([from, to, due = null]) => (
      { requested_at: at(from), completed_at: orNull(to), old_due_at: null, new_due_at: orNull(due) }))))
  const add = async (table: string, code: string, status: number, updated: number, listed: string) => {
    await sql`
      insert into ${sql.table(table)} (province_code, code, unit, level, procedure, field, channel, source, status, received_at,
        updated_at, write, supplements)
      values ('H56', ${code}, 'H56-380', 'district', '1.1', 'land', 'direct', 'one-stop', ${status}, ${at(1)}, ${at(updated)}, 1,
        ${listed})`.execute(db)
  }
  const steps = async (code: string, ...days: [day: number, status: number][]) => {
    for (const [day, status] of days) {
      await sql`insert into dossier_steps values ('H56', 'one-stop', 'one-stop', ${code}, ${at(day)}, ${status})`.execute(db)
    }
  }
  for (const code of ['a', 'b', 'c', 'd', 'e']) await steps(code, [3, 5], [5, 4], [7, 5], [9, 6])
  await steps('other', [3, 5])
  // a: open since the 4th; b: has ended; c: lists another that began at no step; d: no step; e: due date.
  await add('dossiers', 'a', 4, 4, supplements([3, 5], [7, 9]))
  await add('dossier_versions', 'a', 4, 2, supplements([3, 5], [7, null]))
  await add('dossiers', 'b', 9, 20, supplements([3, 5], [7, 9]))
  await add('dossiers', 'c', 9, 20, supplements([3, 5], [6, 9]))
  await add('dossiers', 'd', 9, 20, supplements([4, 6]))
  await add('dossiers', 'e', 9, 20, supplements([3, 5, 28]))
  await add('dossiers', 'none', 9, 20, supplements([3, 5]))
  await migrate(db)
  const told = async (table: string) => (await sql<{ code: string, told: (string | null)[] }>`
    select code, (select json_agg(each ->> 'by_steps' order by n)
      from jsonb_array_elements(supplements) with ordinality as each (each, n)) as told from ${sql.table(table)} order by code`.execute(db)).rows.map(({ code, told }) => [code, ...told])
  t.same(await told('dossiers'), [
    ['a', 'completion', 'request'], ['b', 'request', 'request'], ['c', null, 'completion'], ['d', null], ['e', 'completion'],
    ['none', null]
  ])
  t.same(await told('dossier_versions'), [['a', 'request', 'request']])
})

forEachDatabase('a deletion is listed where the dossier was, and a client has a source that exists', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0009_dossiers_that_waited')
  await sql`
    insert into dossier_changes (province_code, write, action, n, codes, units, left_units) values
      ('H56', 1, 'deleted', 0, '{a,b}', '{H56-382,H56-380}', '{H56-381,null}'),
      ('H56', 2, 'updated', 0, '{c}', '{H56-382}', '{H56-381}')`.execute(db)
  await sql`insert into clients (code, name, source, scopes) values ('a', 'A', 'new', '{}'), ('b', 'B', null, '{}')`.execute(db)
  for (const [table, unit, status, minute] of [['dossier_versions', 'H56-381', 4, 1], ['dossiers', 'H56-382', 0, 5]] as const) {
    const at = `2021-06-01T08:0${minute}:00+07:00`
    await sql`
      insert into ${sql.table(table)} (province_code, code, unit, level, procedure, field, channel, source, status, received_at,
        updated_at, write)
      values ('H56', 'a', ${unit}, '', '', '', '', 'new', ${status}, ${at}, ${at}, 1)`.execute(db)
  }
  await migrate(db)
  const { rows: [gone] } = await sql<{ unit: string, received_at: string }>`select unit, received_at from dossiers`.execute(db)
  t.equal(gone!.unit, 'H56-381')
  t.equal(Date.parse(gone!.received_at), Date.parse('2021-06-01T08:01:00+07:00'), 'when what it deleted was updated')
  t.same((await sql`select action, units, left_units from dossier_changes order by write`.execute(db)).rows, [
    { action: 'deleted', units: ['H56-381', 'H56-380'], left_units: null },
    { action: 'updated', units: ['H56-382'], left_units: ['H56-381'] }
  ])
  t.same((await sql`select code, precedence from sources`.execute(db)).rows, [{ code: 'new', precedence: 100 }])
})

forEachDatabase('sums of longer times are filled from those of shorter ones', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0007_moved_dossiers')
  await sql`
    insert into dossier_sums_by_day (province_code, level, channel, day, received_direct, became_overdue)
    select 'H56', 'district', 'direct', day, 1, -2 from generate_series('2020-01-01', '2021-12-31', interval '1 day') as days (day)
  `.execute(db)
  await sql`
    insert into dossier_sums_by_unit (province_code, unit, slice, received_direct, became_overdue)
    select 'H56', 'H56-380', day, 1, -2 from generate_series('2020-01-01', '2021-12-31', interval '1 day') as days (day)
    where extract(day from day) in (1, 15)`.execute(db)
  await migrate(db, '0008_sums_of_usual_periods')
  const counted = async (table: string, time: string) => (await sql<Record<string, string | number>>`
    select ${sql.ref(time)} as time, received_direct, became_overdue from ${sql.table(table)} order by 1`.execute(db)).rows
  const added = async (table: string, time: string, timeOf: (day: DayNumber) => DayNumber) => {
    const byTime = Map.groupBy(await counted(table, time), ({ time }) => timeOf(parseDay(String(time))))
    return [...byTime].map(([day, { length }]) => (
      { time: nameOf(day), received_direct: length, became_overdue: -2 * length }))
  }
  t.same(await counted('dossier_sums_by_channel', 'slice'), await added('dossier_sums_by_day', 'day', sliceOf))
  t.same(await counted('dossier_sums_by_unit_quarter', 'quarter'), await added('dossier_sums_by_unit', 'slice', quarterOf))
})

forEachDatabase('a unit has reported since the first dossier that it still has', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0014_leases_of_imports')
  await sql`
    insert into dossiers (province_code, code, unit, level, procedure, field, channel, source, status, received_at, updated_at,
      write)
    select 'H56', code, unit, 'district', '1.1', 'land', 'direct', 'one-stop', status, (day || ' 06:00+07')::timestamptz, now(), 1
    from (values ('a', 'H56-380', 0, '2021-05-01'), ('b', 'H56-380', 4, '2021-06-01'), ('c', 'H56-381', 3, '2021-05-01'),
      ('d', 'H56-382', 2, '2021-05-01')) as dossiers (code, unit, status, day)`.execute(db)
  await sql`
    insert into dossier_desks (province_code, unit, since) values ('H56', 'H56-380', '2021-05-01'),
      ('H56', 'H56-381', '2021-05-01'), ('H56', 'H56-382', '2021-05-01'), ('H56', 'H56-383', '2021-05-01')`.execute(db)
  await migrate(db)
  t.same((await sql`select unit, since from dossier_desks order by unit`.execute(db)).rows, [
    { unit: 'H56-380', since: '2021-06-01' }, { unit: 'H56-382', since: '2021-05-01' }
  ])
})

forEachDatabase('sources that report other fields of one unit both count', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0014_leases_of_imports')
  for (const row of [...ROWS['0001_catalogue']!, ...ROWS['0002_dossier_statistics']!]) await sql.raw(row).execute(db)
  await sql`insert into sources values ('first', '', 101, false), ('whole', '', 1, false)`.execute(db)
  await sql`insert into fields values ('justice', '', 2)`.execute(db)
  // The set of before was the one that counted; now it is the second.
  await sql`update statistics_sets set counts = false`.execute(db)
  const add = async (source: string, detail: string, field: string | null, received: number) => {
    await sql`insert into statistics_sets (province_code, period, unit, scope, source, detail, level, counts, received)
      values ('H56', '2021-H1', 'H56-380', 'own', ${source}, ${detail}, 'district', ${source === 'first'}, ${received})
      on conflict do nothing`.execute(db)
    await sql`insert into dossier_statistics (province_code, period, unit, scope, source, detail, detail_code, field, received)
      values ('H56', '2021-H1', 'H56-380', 'own', ${source}, ${detail}, ${field ?? ''}, ${field}, ${received})`.execute(db)
  }
  await add('first', 'field', 'land', 7)
  await add('one-stop', 'field', 'justice', 30)
  await add('whole', 'whole', null, 5_000)
  await migrate(db)
  t.same((await sql`select received, received_unknown, resolved, resolved_unknown, sources_used, sources_left_out from statistics_by_level`
    .execute(db)).rows, [{
    received: 37, received_unknown: 0, resolved: 0, resolved_unknown: 2,
    sources_used: ['first', 'one-stop'], sources_left_out: ['one-stop', 'whole']
  }])
  t.same((await sql`select source, counts, rows_left_out from statistics_sets order by source`.execute(db)).rows, [
    { source: 'first', counts: true, rows_left_out: 0 }, { source: 'one-stop', counts: true, rows_left_out: 1 },
    { source: 'whole', counts: false, rows_left_out: 1 }
  ])
})

forEachDatabase('how much was odd about the imports of an earlier version is not known', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0016_desks_of_present_dossiers')
  const add = () => sql`
    insert into imports (province_code, client, source, dry_run, state) values ('H56', 'a', 'a', false, 'done')`.execute(db)
  await add()
  await migrate(db)
  await add()
  t.same((await sql`select warning_count, warnings from imports order by id`.execute(db)).rows, [
    { warning_count: null, warnings: [] }, { warning_count: 0, warnings: [] }
  ])
})

forEachDatabase('sums by procedure in the log of an earlier version count as before', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0023_sums_by_procedure_and_desk')
  for (const row of ROWS['0023_sums_by_procedure_and_desk']!) await sql.raw(row).execute(db)
  const add = (rollup: string, cells: [procedure: string, time: string, received: number][]) => {
    const all = (value: (cell: typeof cells[number]) => string | number) => `{${cells.map(value).join()}}`
    const measures = EVENT_MEASURES.filter(name => name !== 'cancelled').map(name => (
      [name, all(([, , received]) => name === 'received_direct' ? received : 0)] as const))
    return sql`
      insert into dossier_sums_log (province_code, rollup, cells, procedures, levels, fields, times,
        ${sql.join(measures.map(([name]) => sql.ref(name)))})
      values ('H56', ${rollup}, 2, ${all(([procedure]) => procedure)}, ${all(() => 'district')}, ${all(() => 'land')},
        ${all(([, time]) => time)}, ${sql.join(measures.map(([, counts]) => counts))})`.execute(db)
  }
  await add('dossier_sums_by_procedure', [['1.010708', '2021-05-15', 4], ['1.2', '2021-06-01', 6]])
  await add('dossier_sums_by_procedure', [['1.2', '2021-06-01', 1], ['1.010708', '2021-05-15', 1]])
  await add('dossier_sums_by_procedure_quarter', [['1.010708', '2021-04-01', 2], ['1.2', '2021-04-01', 3]])
  await migrate(db)
  const sums = async (table: string, time: string) => (await sql<object>`
    select procedure, ${sql.ref(time)} as time, received_direct, due from ${sql.table(table)} order by 1, 2`.execute(db)).rows
  t.same(await sums('dossier_sums_by_procedure', 'slice'), [
    { procedure: '1.010708', time: '2021-05-15', received_direct: 6, due: 0 },
    { procedure: '1.2', time: '2021-06-01', received_direct: 7, due: 0 }
  ])
  t.same(await sums('dossier_sums_by_procedure_quarter', 'quarter'), [
    { procedure: '1.010708', time: '2021-04-01', received_direct: 3, due: 0 },
    { procedure: '1.2', time: '2021-04-01', received_direct: 3, due: 0 }
  ])
  t.same((await sql`select rollup from dossier_sums_log`.execute(db)).rows, [{ rollup: 'dossier_sums_by_desk' }])
})

forEachDatabase('a procedure that is stored with the last day of all has no end', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0029_room_for_updates')
  await sql`insert into levels (code, name, position, valid_from) values ('district', 'Huyện', 2, '1945-09-02')`.execute(db)
  await sql`insert into fields values ('land', 'Đất đai', 1)`.execute(db)
  await sql`
    insert into procedures (code, name, field, level, interlinked, valid_from, valid_to, search_name)
    select code, 'Cấp đổi', 'land', 'district', 'none', '2020-01-01', valid_to::date, 'cap doi'
    from (values ('a', '9999-12-31'), ('b', '9999-12-30'), ('c', null)) as procedures (code, valid_to)`.execute(db)
  await migrate(db)
  t.same((await sql`select code, valid_to from procedures order by code`.execute(db)).rows, [
    { code: 'a', valid_to: null }, { code: 'b', valid_to: '9999-12-30' }, { code: 'c', valid_to: null }
  ])
  t.same((await sql`select procedure, valid_to, end_kind from procedure_versions order by procedure`.execute(db)).rows, [
    { procedure: 'a', valid_to: null, end_kind: null }, { procedure: 'b', valid_to: '9999-12-30', end_kind: 'repealed' },
    { procedure: 'c', valid_to: null, end_kind: null }
  ])
  t.same((await sql`select procedure, effective_on from procedure_changes where kind = 'repealed'`.execute(db)).rows, [
    { procedure: 'b', effective_on: '9999-12-31' }
  ])
})

forEachDatabase('a value of an earlier version is known since its last change', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0003_indicators')
  for (const name of ['0001_catalogue', '0003_indicators']) {
    for (const row of ROWS[name]!) await sql.raw(row).execute(db)
  }
  await sql`update indicator_values set changed_at = '2021-06-21T08:00:00Z'`.execute(db)
  await migrate(db)
  t.same((await sql`select unit, indicator, number, printed, known_from, known_until from indicator_value_versions`.execute(db)).rows, [{
    unit: 'H56', indicator: '4.1.1', number: 92.41, printed: '92,41', known_from: '2021-06-21T15:00:00.000+07:00', known_until: null
  }])
})

forEachDatabase('the form that is stored says what of it is derived, as that of a new database does', async (t, { db }) => {
  const shipped = new Map(indicators().map(({ code, derivation }) => [code, derivation]))
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0043_evaluation_snapshots')
  await sql`insert into forms values ('cchc-2021', 'Biểu mẫu 2021', '2021-01-01', null), ('other', 'Biểu mẫu khác', '2021-01-01', null)`.execute(db)
  for (const { code, position } of indicators()) {
    await sql`insert into indicators values ('cchc-2021', ${code}, ${position}, null, null, 'x', 'count', null, '[]')`.execute(db)
  }
  await sql`insert into indicators values ('other', '3.1.3', 1, null, null, 'x', 'count', null, '[]')`.execute(db)
  await migrate(db)
  const { rows } = await sql<{ form: string, code: string, derivation: unknown }>`
    select form, code, derivation from indicators order by form, position`.execute(db)
  t.same(rows, [
    ...[...shipped].map(([code, derivation]) => ({ form: 'cchc-2021', code, derivation })), { form: 'other', code: '3.1.3', derivation: null }
  ])
})

forEachDatabase('rules that came with the service are told from those that were posted', async (t, { db }) => {
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  await migrate(db, '0050_par_index_scores')
  for (const code of ['came', 'posted']) {
    await sql`insert into rules (code, kind, severity, "left", comparison, "right", tolerance, message_vi, message_en, valid_from)
      values (${code}, 'range', 'error', '{}', 'at_most', '{}', 0, 'vượt', 'beyond', '2021-01-01')`.execute(db)
  }
  await sql`insert into changes (province_code, write, n, resource, action, key) values
    ('', 1, 1, 'rules', 'updated', '{"code": "posted"}'), ('', 1, 2, 'forms', 'updated', '{"code": "came"}')`.execute(db)
  await migrate(db)
  const rules = await db.selectFrom('rules').select(['code', 'period_days', 'shipped_version']).orderBy('code').execute()
  t.same(rules, [
    { code: 'came', period_days: 'last', shipped_version: 1 }, { code: 'posted', period_days: 'last', shipped_version: null }
  ])
})

type Tables = Record<string, object[]>

/** Every row of every table. A later version may have more columns. */
async function tablesOf (db: Db): Promise<Tables> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not like 'kysely%' order by 1`.execute(db)
  return Object.fromEntries(await Promise.all(rows.map(async ({ name }) => {
    const { rows } = await sql<object>`select * from ${sql.table(name)} as t order by t::text`.execute(db)
    return [name, rows] as const
  })))
}
