import type { Rule } from '../../reports/rules/schema.ts'
import { atMost, input, sum } from './rule.ts'

const WARNING = { severity: 'warning' } as const

/** Figures of the form of 2021 that cannot be more than others. */
export function bounds (): Rule[] {
  return [
    atMost('tasks-of-plan', [input('1.1.2'), input('1.1.1')], [
      'Nhiệm vụ đã hoàn thành (1.1.2: {left}) nhiều hơn nhiệm vụ trong kế hoạch (1.1.1: {right}) là {difference}.',
      'Tasks completed (1.1.2: {left}) are {difference} more than the tasks of the plan (1.1.1: {right}).'
    ]),
    atMost('problems-solved', [input('1.2.4'), input('1.2.3')], [
      'Vấn đề đã xử lý xong (1.2.4: {left}) nhiều hơn vấn đề phát hiện qua kiểm tra (1.2.3: {right}) là {difference}.',
      'Problems solved (1.2.4: {left}) are {difference} more than the problems found (1.2.3: {right}).'
    ]),
    atMost('tasks-of-government', [sum('1.3.2', '1.3.3'), input('1.3.1')], [
      'Nhiệm vụ đã hoàn thành đúng hạn và quá hạn (1.3.2, 1.3.3) cộng lại là {left}, nhiều hơn nhiệm vụ được giao (1.3.1: {right}) là {difference}.',
      'Tasks completed in time and late (1.3.2, 1.3.3) add up to {left}, {difference} more than those given (1.3.1: {right}).'
    ], { kind: 'parts' }),
    atMost('documents-handled', [input('2.5'), input('2.4')], [
      'VBQPPL đã xử lý xong (2.5: {left}) nhiều hơn VBQPPL đã kiến nghị xử lý (2.4: {right}) là {difference}.',
      'Legal documents dealt with (2.5: {left}) are {difference} more than those proposed for it (2.4: {right}).'
    ]),
    atMost('documents-proposed', [input('2.4'), sum('2.2', '2.3')], [
      'VBQPPL đã kiến nghị xử lý (2.4: {left}) nhiều hơn VBQPPL đã kiểm tra và rà soát (2.2, 2.3: {right}) là {difference}.',
      'Legal documents proposed for action (2.4: {left}) are {difference} more than those checked and reviewed (2.2, 2.3: {right}).'
    ], { ...WARNING, note: 'A proposal may be of an earlier check.' }),
    atMost('procedures-new', [input('3.1.1'), input('3.1.3')], [
      'TTHC công bố mới (3.1.1: {left}) nhiều hơn TTHC đang có hiệu lực (3.1.3: {right}) là {difference}.',
      'New procedures (3.1.1: {left}) are {difference} more than those in force (3.1.3: {right}).'
    ], { ...WARNING, note: 'A new procedure may have been repealed in the same period.' }),
    atMost('procedures-published', [input('3.2.1'), input('3.1.3')], [
      'TTHC công khai trên Cổng DVC quốc gia (3.2.1: {left}) nhiều hơn TTHC đang có hiệu lực (3.1.3: {right}) là {difference}.',
      'Procedures published on the national portal (3.2.1: {left}) are {difference} more than those in force (3.1.3: {right}).'
    ], { ...WARNING, note: 'The portal may still show one that was repealed.' }),
    atMost('national-portal-online', [input('3.2.2'), input('3.5.2')], [
      'TTHC mức độ 3, 4 đã tích hợp lên Cổng DVC quốc gia (3.2.2: {left}) nhiều hơn TTHC cung cấp mức độ 3, 4 (3.5.2: {right}) là {difference}.',
      'Procedures of levels 3 and 4 on the national portal (3.2.2: {left}) are {difference} more than those that are offered at all (3.5.2: {right}).'
    ]),
    atMost('national-portal-published', [input('3.2.2'), input('3.2.1')], [
      'TTHC mức độ 3, 4 đã tích hợp lên Cổng DVC quốc gia (3.2.2: {left}) nhiều hơn TTHC công khai trên Cổng (3.2.1: {right}) là {difference}.',
      'Procedures of levels 3 and 4 on the national portal (3.2.2: {left}) are {difference} more than all that are published there (3.2.1: {right}).'
    ]),
    atMost('procedures-interlinked', [sum('3.3.1', '3.3.2'), input('3.1.3')], [
      'TTHC liên thông cùng cấp và giữa các cấp (3.3.1, 3.3.2) cộng lại là {left}, nhiều hơn TTHC đang có hiệu lực (3.1.3: {right}) là {difference}.',
      'Procedures interlinked at one level and between levels (3.3.1, 3.3.2) add up to {left}, {difference} more than those in force (3.1.3: {right}).'
    ], { kind: 'parts' }),
    ...ofPortal(), ...ofStaff()
  ]
}

function ofPortal (): Rule[] {
  return [
    atMost('portal-in-force', [input('3.5.1'), input('3.1.3')], [
      'TTHC tích hợp lên Cổng DVC (3.5.1: {left}) nhiều hơn TTHC đang có hiệu lực (3.1.3: {right}) là {difference}.',
      'Procedures on the portal (3.5.1: {left}) are {difference} more than those in force (3.1.3: {right}).'
    ]),
    atMost('portal-online', [input('3.5.2'), input('3.5.1')], [
      'TTHC cung cấp mức độ 3, 4 (3.5.2: {left}) nhiều hơn TTHC tích hợp lên Cổng DVC (3.5.1: {right}) là {difference}.',
      'Procedures at levels 3 and 4 (3.5.2: {left}) are {difference} more than those on the portal (3.5.1: {right}).'
    ]),
    atMost('portal-payment', [input('3.5.3'), input('3.5.1')], [
      'TTHC có thanh toán trực tuyến (3.5.3: {left}) nhiều hơn TTHC tích hợp lên Cổng DVC (3.5.1: {right}) là {difference}.',
      'Procedures with online payment (3.5.3: {left}) are {difference} more than those on the portal (3.5.1: {right}).'
    ]),
    atMost('payment-beside-level-3', [sum('3.5.3', '7.8.1'), input('3.5.1')], [
      'TTHC có thanh toán trực tuyến (3.5.3: {3.5.3}) và TTHC mức độ 3, thanh toán tại cơ quan (7.8.1: {7.8.1}), cộng lại là {left}, nhiều hơn TTHC tích hợp lên Cổng DVC ' +
        '(3.5.1: {right}) là {difference}.',
      'Procedures with online payment (3.5.3: {3.5.3}) and those of level 3, which are paid at the desk (7.8.1: {7.8.1}), add up to {left}, {difference} more than those on the ' +
        'portal (3.5.1: {right}).'
    ], {
      ...WARNING, kind: 'parts',
      note: 'By Decree 43/2011/NĐ-CP, Article 3, what is paid online is of level 4, and at level 3 the fee is paid at the office.'
    })
  ]
}

function ofStaff (): Rule[] {
  return [
    atMost('civil-servants-present', [input('4.2.2'), input('4.2.1')], [
      'Biên chế có mặt (4.2.2: {left}) nhiều hơn biên chế được giao (4.2.1: {right}) là {difference}.',
      'Civil servants present (4.2.2: {left}) are {difference} more than the posts assigned (4.2.1: {right}).'
    ], { ...WARNING, note: 'It may be so, and is then to be explained.' }),
    atMost('service-staff-present', [input('4.3.2'), input('4.3.1')], [
      'Số người làm việc có mặt (4.3.2: {left}) nhiều hơn số được giao (4.3.1: {right}) là {difference}.',
      'Staff of service units present (4.3.2: {left}) are {difference} more than the posts assigned (4.3.1: {right}).'
    ], { ...WARNING, note: 'It may be so, and is then to be explained.' }),
    atMost('agencies-with-positions', [input('5.1.1/numerator'), input('5.1.1/denominator')], [
      'Cơ quan hành chính đã được phê duyệt vị trí việc làm (5.1.1) ghi {left} trên {right}.',
      'Agencies with approved positions (5.1.1) are stated as {left} of {right}.'
    ]),
    atMost('service-units-with-positions', [input('5.1.2'), input('4.1.4')], [
      'Đơn vị sự nghiệp đã được phê duyệt vị trí việc làm (5.1.2: {left}) nhiều hơn tổng số đơn vị (4.1.4: {right}) là {difference}.',
      'Service units with approved positions (5.1.2: {left}) are {difference} more than there are (4.1.4: {right}).'
    ])
  ]
}
