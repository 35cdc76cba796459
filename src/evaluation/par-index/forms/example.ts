const number = (name: string, meaning: string, measure: string) => ({ name, type: 'number', measure, choices: null, meaning })
const named = (name: string) => ({ op: 'input', name })
const RATIO = { op: 'ratio', numerator: named('numerator'), denominator: named('denominator') }

/** A small form with every way to score. It is made up. */
export const EXAMPLE = {
  code: 'par-so-2025',
  name: 'Bộ tiêu chí Chỉ số cải cách hành chính các sở, ví dụ',
  source: 'Ví dụ, không phải quyết định nào',
  valid_from: '2025-01-01',
  within: 'H56',
  levels: ['province'],
  kinds: ['department'],
  maximum: 20,
  survey_maximum: 5,
  criteria: [
    { code: '1', name: 'Công tác chỉ đạo, điều hành', maximum: 5 },
    { code: '1.1', parent: '1', name: 'Sáng kiến cải cách hành chính', maximum: 2, scored_by: 'hand' },
    {
      code: '1.2',
      parent: '1',
      name: 'Ban hành kế hoạch cải cách hành chính',
      maximum: 3,
      scored_by: 'formula',
      inputs: [{ name: 'answer', type: 'choice', measure: null, choices: ['on_time', 'late', 'none'], meaning: 'Kế hoạch đã ban hành' }],
      points: { op: 'choice', name: 'answer', points: { on_time: 3, late: 1.5, none: 0 } }
    },
    { code: '2', name: 'Cải cách thủ tục hành chính', maximum: 10 },
    {
      code: '2.1',
      parent: '2',
      name: 'Nhiệm vụ hoàn thành đúng hạn: từ 95% đủ điểm, từ 60% theo tỷ lệ',
      maximum: 4,
      scored_by: 'formula',
      inputs: [number('numerator', 'Nhiệm vụ hoàn thành', 'tasks'), number('denominator', 'Nhiệm vụ được giao', 'tasks')],
      rate: RATIO,
      points: { op: 'proportional', value: named('rate'), from: 0.6, full_from: 0.95, points: 4 }
    },
    {
      code: '2.2',
      parent: '2',
      name: 'Hồ sơ giải quyết đúng hạn: từ 95% tính theo tỷ lệ, dưới 95% không có điểm',
      maximum: 6,
      scored_by: 'count',
      counted: 'on_time',
      inputs: [number('numerator', 'Hồ sơ đúng hạn', 'dossiers'), number('denominator', 'Hồ sơ đã giải quyết', 'dossiers')],
      rate: RATIO,
      points: { op: 'proportional', value: named('rate'), from: 0.95, full_from: 1, points: 6 }
    },
    {
      code: '3',
      name: 'Điều tra xã hội học: mức độ hài lòng',
      maximum: 5,
      scored_by: 'survey',
      inputs: [number('satisfied', 'Người hài lòng', 'people'), number('asked', 'Người được hỏi', 'people')],
      rate: { op: 'ratio', numerator: named('satisfied'), denominator: named('asked') },
      points: { op: 'product', of: [named('rate'), { op: 'constant', value: 5, measure: 'points' }] }
    }
  ]
}
