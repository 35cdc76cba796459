import type { Rule } from '../../reports/rules/schema.ts'
import {
  FIRST_WITHOUT_DISTRICTS, input, LAST_OF_DISTRICTS, percent, percentOf, ruleOfForm, sum, WITH_DAYS_OF_DISTRICTS,
  WITHOUT_DAYS_OF_DISTRICTS
} from './rule.ts'

/** In Vietnamese and in English. */
type Words = readonly [vi: string, en: string]

/** Totals of the form of 2021 with their parts, and its percentages with the counts behind them. */
export function identities (): Rule[] {
  return [
    ruleOfForm({
      code: 'procedures-by-level', kind: 'identity', severity: 'error', valid_to: LAST_OF_DISTRICTS,
      left: sum('3.1.3.a', '3.1.3.b', '3.1.3.c'), comparison: 'equal', right: input('3.1.3'),
      message_vi: 'TTHC của ba cấp (3.1.3.a, b, c) cộng lại là {left}, nhưng tổng số (3.1.3) là {right}; chênh lệch {difference}.',
      message_en: 'Procedures of the three levels (3.1.3.a, b, c) add up to {left}, but the total (3.1.3) is {right}: they differ by {difference}.'
    }),
    ruleOfForm({
      code: 'procedures-by-two-levels', kind: 'identity', severity: 'error', valid_from: FIRST_WITHOUT_DISTRICTS,
      left: sum('3.1.3.a', '3.1.3.c'), comparison: 'equal', right: input('3.1.3'),
      message_vi: 'TTHC cấp tỉnh và cấp xã (3.1.3.a, c) cộng lại là {left}, nhưng tổng số (3.1.3) là {right}; chênh lệch {difference}.',
      message_en: 'Procedures of province and communes (3.1.3.a, c) add up to {left}, but the total (3.1.3) is {right}: they differ by {difference}.'
    }),
    ruleOfForm({
      code: 'service-units-by-owner', kind: 'identity', severity: 'error', valid_to: LAST_OF_DISTRICTS,
      left: sum('4.1.4.a', '4.1.4.b', '4.1.4.c'), comparison: 'equal', right: input('4.1.4'),
      message_vi: 'Đơn vị sự nghiệp công lập theo cơ quan quản lý (4.1.4.a, b, c) cộng lại là {left}, nhưng tổng số (4.1.4) là {right}; chênh lệch {difference}.',
      message_en: 'Public service units by owner (4.1.4.a, b, c) add up to {left}, but the total (4.1.4) is {right}: they differ by {difference}.'
    }),
    ruleOfForm({
      code: 'service-units-by-autonomy', kind: 'identity', severity: 'error',
      left: sum('6.1', '6.2', '6.3', '6.4'), comparison: 'equal', right: input('4.1.4'),
      message_vi: 'Đơn vị sự nghiệp công lập theo mức tự chủ (6.1 đến 6.4) cộng lại là {left}, nhưng tổng số (4.1.4) là {right}; chênh lệch {difference}.',
      message_en: 'Public service units by degree of autonomy (6.1 to 6.4) add up to {left}, but the total (4.1.4) is {right}: they differ by {difference}.',
      note: 'Each unit has one of the four degrees of autonomy; one that became a company (6.5) is no longer among them.'
    }),
    ruleOfForm({
      code: 'online-by-level', kind: 'identity', severity: 'error',
      left: sum('7.8.1', '7.8.2'), comparison: 'equal', right: input('3.5.2'),
      message_vi: 'TTHC trực tuyến mức độ 3 và mức độ 4 (7.8.1, 7.8.2) cộng lại là {left}, nhưng số cung cấp mức độ 3, 4 (3.5.2) là {right}; chênh lệch {difference}.',
      message_en: 'Procedures online at level 3 and level 4 (7.8.1, 7.8.2) add up to {left}, but those at levels 3 and 4 (3.5.2) are {right}: they differ by {difference}.'
    }),
    ...hulls(), ...rates()
  ]
}

function hulls (): Rule[] {
  const onTime = percentOf(input('dossiers/resolved_in_time'), input('dossiers/resolved'))
  const hull = (code: string, parts: string[], [vi, en]: Words, given: Partial<Rule>) => ruleOfForm({
    code, kind: 'hull', severity: 'error', left: onTime, comparison: 'between',
    right: { op: 'min', of: parts.map(input) }, right_to: { op: 'max', of: parts.map(input) },
    // Percentages of the form have two decimals.
    tolerance: 0.005,
    message_vi: `Tỷ lệ đúng hạn chung là {left} % ({dossiers/resolved_in_time} trên {dossiers/resolved} hồ sơ), ngoài khoảng tỷ lệ của các cấp (${vi}): ` +
      'cách {right} % là {difference} điểm phần trăm.',
    message_en: `The overall on-time percentage is {left} % ({dossiers/resolved_in_time} of {dossiers/resolved} dossiers), outside those of the levels (${en}): ` +
      '{difference} points beyond {right} %.',
    note: 'A weighted mean lies between the least and the greatest of its parts.', ...given
  })
  return [
    hull('on-time-within-levels', ['3.4.1', '3.4.2', '3.4.3'],
      ['sở, ngành {3.4.1} %, huyện {3.4.2} %, xã {3.4.3} %', 'departments {3.4.1} %, districts {3.4.2} %, communes {3.4.3} %'],
      WITH_DAYS_OF_DISTRICTS),
    hull('on-time-within-two-levels', ['3.4.1', '3.4.3'],
      ['sở, ngành {3.4.1} %, xã {3.4.3} %', 'departments {3.4.1} %, communes {3.4.3} %'],
      WITHOUT_DAYS_OF_DISTRICTS)
  ]
}

function rates (): Rule[] {
  const reduction = (code: string, [rate, reduced, assigned]: [string, string, string], [vi, en]: Words) => ruleOfForm({
    code, kind: 'rate', severity: 'warning', left: input(rate), comparison: 'equal',
    right: percentOf(input(reduced), sum(assigned, reduced)),
    // Stated with one decimal.
    tolerance: 0.05,
    message_vi: `Tỷ lệ ${vi} đã tinh giản (${rate}) ghi {left} %, nhưng {${reduced}} người đã tinh giản (${reduced}) trên {${assigned}} người được giao ` +
      `(${assigned}) cộng số đã tinh giản là {right} %; chênh lệch {difference} điểm phần trăm.`,
    message_en: `The percentage of ${en} reduced (${rate}) is stated as {left} %, but {${reduced}} reduced (${reduced}) of {${assigned}} assigned ` +
      `(${assigned}) and those reduced come to {right} %: {difference} points apart.`,
    note: `Where ${reduced} is counted from 2015 on, as the report of 2021-H1 remarks, what was assigned in 2015 is what is assigned now and what was reduced. ` +
      `Where it is of the period alone, the rate is to be explained.`
  })
  const stated = (
    code: string, indicator: string, level: string, [vi, en]: Words, given: Partial<Rule> = {}
  ) => ruleOfForm({
    code, kind: 'rate', severity: 'warning', left: input(indicator), comparison: 'equal',
    right: percentOf(input(`dossiers/${level}/resolved_in_time`), input(`dossiers/${level}/resolved`)), tolerance: 0.005,
    message_vi: `Tỷ lệ đúng hạn ${vi} (${indicator}) ghi {left} %, nhưng số liệu hồ sơ ({dossiers/${level}/resolved_in_time} trên {dossiers/${level}/resolved}) là {right} %; ` +
      'chênh lệch {difference} điểm phần trăm.',
    message_en: `The on-time percentage of ${en} (${indicator}) is stated as {left} %, but the dossiers ({dossiers/${level}/resolved_in_time} of {dossiers/${level}/resolved}) ` +
      'come to {right} %: {difference} points apart.',
    ...given
  })
  return [
    reduction('civil-servants-reduced', ['4.2.5', '4.2.4', '4.2.1'], ['biên chế', 'civil servants']),
    reduction('service-staff-reduced', ['4.3.4', '4.3.3', '4.3.1'], ['số người làm việc', 'staff of service units']),
    stated('on-time-of-departments', '3.4.1', 'province', ['của các sở, ngành', 'departments']),
    stated('on-time-of-districts', '3.4.2', 'district', ['của UBND cấp huyện', 'districts'],
      WITH_DAYS_OF_DISTRICTS),
    stated('on-time-of-communes', '3.4.3', 'commune', ['của UBND cấp xã', 'communes'])
  ]
}

/** Parts that make up at most the whole, and percentages that are some. */
export function wholes (percentages: string[]): Rule[] {
  return [
    ruleOfForm({
      code: 'percentages', kind: 'range', severity: 'error', indicators: percentages,
      left: input('each'), comparison: 'between', right: percent(0), right_to: percent(100),
      message_vi: 'Chỉ tiêu {each} là {left} %, ngoài khoảng từ 0 đến 100 %.',
      message_en: 'Indicator {each} is {left} %, which is not between 0 and 100 %.'
    }),
    ruleOfForm({
      code: 'documents-by-way', kind: 'parts', severity: 'error',
      left: sum('7.6.2.a', '7.6.2.b'), comparison: 'at_most', right: percent(100), tolerance: 0.01,
      message_vi: 'Văn bản đi gửi hoàn toàn điện tử (7.6.2.a: {7.6.2.a} %) và gửi song song với văn bản giấy (7.6.2.b: {7.6.2.b} %) cộng lại là {left} %, vượt {right} %.',
      message_en: 'Documents sent as electronic ones alone (7.6.2.a: {7.6.2.a} %) and those sent on paper as well (7.6.2.b: {7.6.2.b} %) add up to {left} %, more than {right} %.',
      note: 'A document is sent in one of the two ways, or on paper alone.'
    }),
    ruleOfForm({
      code: 'service-units-of-one-autonomy', kind: 'parts', severity: 'error', indicators: ['6.1', '6.2', '6.3', '6.4'],
      left: input('each'), comparison: 'at_most', right: input('4.1.4'),
      message_vi: 'Chỉ tiêu {each} có {left} đơn vị sự nghiệp công lập, nhiều hơn tổng số (4.1.4: {right}) là {difference}.',
      message_en: 'Indicator {each} has {left} public service units, {difference} more than there are in all (4.1.4: {right}).'
    })
  ]
}
