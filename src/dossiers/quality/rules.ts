// What can be wrong with dossiers that were accepted. What ingest refuses is not here, as it would find nothing: no
// reception date, a result (9, 10) without an end (`end_unknown`), an end before reception (`end_before_received`).
import { sql, type RawBuilder } from 'kysely'
import { columns, same } from '../../database/sql/bulk-json.ts'
import { dayIn, startOfDayIn } from '../../time/business-day-sql.ts'
import { HAS_RESULT, IS_COUNTED } from '../rules/status.ts'
import { IN_SEVERAL_STATES } from '../rules/timeline-sql.ts'
import type { QualityRule, QualityRuleCode } from './schema.ts'

interface Rule extends Omit<QualityRule, 'rule'> {
  /**
   * A condition on a row of `dossiers` that is not deleted, with `ended_at`, when it ended.
   * @param tomorrow the instant at which the next day begins: what is later than that is in the future
   */
  isBroken: (tomorrow: RawBuilder<string>) => RawBuilder<boolean>
  /** What all that break it have in common, where that takes a look at other rows; left out: it takes none. */
  mayBreak?: (tomorrow: RawBuilder<string>) => RawBuilder<boolean>
  /**
   * The dossiers that may break it, where that is not told by the row of one.
   * @param units a condition on a row of `units`
   * @param names the columns of dossiers that are needed of them
   */
  among?: (units: RawBuilder<unknown>, names: readonly string[]) => RawBuilder<unknown>
}

const KEY = ['province_code', 'code', 'record'] as const

/** It is not found by a query, but by the check of due dates: by-calendar.ts. */
export const BY_CALENDAR = 'due_date_not_by_calendar'

type Told = Pick<Rule, 'severity' | 'vietnamese' | 'english'>

/** Those that a query finds. */
export type QueriedRule = Exclude<QualityRuleCode, typeof BY_CALENDAR>

export const RULES: Record<QueriedRule, Rule> & Record<typeof BY_CALENDAR, Told> = {
  due_date_not_by_calendar: {
    severity: 'warning',
    vietnamese: 'Hạn trả không đúng ngày tính theo lịch làm việc và thời hạn giải quyết của thủ tục',
    english: 'Due on another day than the working calendar gives by the term of its procedure and its supplements; what ' +
      'cannot be checked, and by how many days it differs, is in `/v1/dossiers/due-date-check`'
  },
  received_in_future: {
    severity: 'error',
    vietnamese: 'Ngày tiếp nhận ở tương lai',
    english: 'Received after today',
    isBroken: tomorrow => sql`${IS_COUNTED} and received_at >= ${tomorrow}`
  },
  ended_in_future: {
    severity: 'error',
    vietnamese: 'Ngày kết thúc xử lý ở tương lai',
    english: 'Ended after today',
    isBroken: tomorrow => sql`ended_at >= ${tomorrow}`
  },
  end_not_given: {
    severity: 'warning',
    vietnamese: 'Đã rút hoặc dừng xử lý nhưng không có ngày kết thúc: tính theo ngày cập nhật',
    english: 'Withdrawn or stopped, and nothing says when: `updated_at` counts as the end, which moves with each version',
    isBroken: () => sql`ended_at is not null and finished_at is null and returned_at is null`
  },
  due_before_received: {
    severity: 'error',
    vietnamese: 'Ngày hẹn trả trước ngày tiếp nhận',
    english: 'Due before it was received, so that it is late in any case',
    isBroken: () => sql`${IS_COUNTED} and due_at < received_at`
  },
  returned_before_finished: {
    severity: 'warning',
    vietnamese: 'Trả kết quả trước khi xử lý xong',
    english: 'The result was returned before processing ended',
    isBroken: () => sql`${HAS_RESULT} and returned_at < finished_at`
  },
  status_backwards: {
    severity: 'warning',
    vietnamese: 'Trạng thái đi lùi: đã kết thúc rồi lại mở ở một ngày sau, hoặc đã tiếp nhận rồi lại thành mới đăng ký, không được tiếp nhận',
    english: 'Its status went back so that figures change: it had ended and was open again on a later day, or it had been ' +
      'accepted and now is registered (1) or not accepted (3), and counts nowhere any more',
    mayBreak: () => sql`${IN_SEVERAL_STATES} or not ${IS_COUNTED}`,
    isBroken: () => sql`
      (${IN_SEVERAL_STATES} and exists (
        select from dossier_states as former
        where ${same('former', 'dossiers', KEY)} and not closed and former.ends_on < held_until))
      or (not ${IS_COUNTED} and exists (
        select from dossier_versions as former where ${same('former', 'dossiers', KEY)} and ${IS_COUNTED}))`
  },
  online_for_information_only: {
    severity: 'warning',
    vietnamese: 'Hồ sơ trực tuyến của thủ tục chỉ cung cấp thông tin trực tuyến (mức độ 2)',
    english: 'Received online, though the procedure only informed online on that day (`online_service_level` 2)',
    mayBreak: () => sql`${IS_COUNTED} and channel = 'online'
      and procedure in (select procedure from procedure_versions where online_service_level = '2')`,
    isBroken: () => sql`${IS_COUNTED} and channel = 'online'
      and exists (
        select from procedure_versions as version
        where version.procedure = dossiers.procedure and online_service_level = '2'
          and ${dayIn('received_at')} between version.valid_from and coalesce(version.valid_to, 'infinity'))`
  },
  possible_duplicate: {
    severity: 'warning',
    vietnamese: 'Có thể trùng: cùng đơn vị, thủ tục, kênh, thời điểm tiếp nhận và hạn trả, mã hồ sơ chỉ khác số thứ tự ở cuối',
    english: 'Another dossier of the unit has the same procedure, channel, due date and moment of reception, and a code that ' +
      'differs in the number at its end only. A reception without a time of day is not compared',
    isBroken: () => sql`is_repeated`,
    // Nearly all moments have one dossier, which the index alone tells, and of the few others each is looked up by it.
    // Those of a moment are compared all at once: a system may have taken over thousands with one and the same.
    among: (units, names) => sql`(
      select ${columns(names)}, min(code) over alike <> max(code) over alike as is_repeated
      from (select id from units where ${units}) as units cross join lateral (
        select received_at as moment from dossiers where unit = units.id group by received_at
        having case when count(*) > 1 then received_at <> ${startOfDayIn('received_at')} end
      ) as moments cross join lateral (
        select * from dossiers where unit = units.id and received_at = moment offset 0
      ) as found
      where ${IS_COUNTED}
      window alike as (
        partition by unit, received_at, province_code, procedure, channel, due_at, ${withoutNumber('code')}))`
  }
}

function withoutNumber (code: string): RawBuilder<string> {
  return sql<string>`rtrim(${sql.ref(code)}, '0123456789')`
}
