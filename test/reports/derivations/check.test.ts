import { forEachDatabase } from '../../database.ts'

const COUNT = { name: 'x', value_type: 'count', measure: 'Văn bản' }
const OTHERS = [
  { ...COUNT, code: 'count' }, { ...COUNT, code: 'second' }, { ...COUNT, code: 'people', measure: 'Người' },
  { ...COUNT, code: 'percent', value_type: 'percent' }, { ...COUNT, code: 'fraction', value_type: 'fraction' },
  { ...COUNT, code: 'choice', value_type: 'choice', choices: [{ value: 0, name: 'Chưa' }, { value: 2, name: 'Xong' }] },
  { ...COUNT, code: 'heading', value_type: 'heading' }
].map((indicator, i) => ({ ...indicator, position: i + 2 }))

const input = (name: string) => ({ op: 'input', name })
const indicator = (code: string) => ({ op: 'indicator', indicator: code })
const IN_FORCE = { op: 'procedures', counts: ['in_force'] }

forEachDatabase('a derivation', async (t, { post }) => {
  /** What is wrong with the derivation of the first indicator, by pointers into it. */
  const faults = async (derivation: unknown, given: object = {}) => {
    const own = { ...COUNT, code: 'own', position: 1, derivation, ...given }
    const items = [{ code: 'own', name: 'x', valid_from: '2030-01-01', indicators: [own, ...OTHERS] }]
    const { errors } = (await post('/v1/forms?dry_run=true', { items })).body
    return errors.map(({ pointer, code }: Record<string, string>) => (
      `${pointer!.replace('/items/0/indicators/0/derivation', '')} ${code}`.trim()))
  }
  const percent = { value_type: 'percent' }

  t.test('is sound if it comes to what its indicator measures', async t => {
    const counts = [
      null, IN_FORCE, { ...IN_FORCE, level: ['commune'], field: ['land'], online_service_level: ['3'], interlinked: ['none'], on_national_portal: false },
      { op: 'procedures', counts: ['replaced', 'repealed'] }, { op: 'procedure_reviews', count: 'procedures' },
      { op: 'procedure_reviews', count: 'units' }, { op: 'procedure_reviews', count: 'accepted' },
      { op: 'dossiers', measure: 'received' }, { op: 'dossiers', measure: 'received', basis: 'records', online_service_level: ['full'] },
      { op: 'units', rule: 'sum' }, { op: 'units', rule: 'latest', level: ['district'] }, { op: 'units', rule: 'sum', indicator: 'count' },
      { op: 'units', rule: 'units_with_choice', indicator: 'choice', choices: [2] }, indicator('count'),
      { op: 'formula', inputs: { a: indicator('count'), b: indicator('second') }, formula: { op: 'sum', of: [input('a'), input('b')] } }
    ]
    for (const derivation of counts) t.same(await faults(derivation), [], JSON.stringify(derivation))
    const percents = [
      { op: 'on_time' }, { op: 'on_time', method: 'due', level: ['district'], field: ['land'] }, indicator('percent'),
      { op: 'units', rule: 'ratio_of_sums', numerator: 'count', denominator: 'second' },
      { op: 'units', rule: 'ratio_of_sums', indicator: 'fraction' },
      {
        op: 'formula', inputs: { a: IN_FORCE },
        formula: { op: 'percent', of: { op: 'ratio', numerator: input('a'), denominator: input('a') } }
      }
    ]
    for (const derivation of percents) t.same(await faults(derivation, percent), [], JSON.stringify(derivation))
    t.same(await faults({ op: 'units', rule: 'ratio_of_sums' }, { value_type: 'fraction' }), [])
    t.same(await faults(indicator('bare'), { measure: null }), ['/indicator unknown_indicator'])
  })

  t.test('is JSON of known operators, each with its operands', async t => {
    t.same(await faults(7), ['invalid_type'], 'already by the shape of a form')
    t.same(await faults({}), ['/op missing'])
    t.same(await faults({ op: 'eval' }), ['/op unknown_operator'])
    t.same(await faults({ op: 1 }), ['/op unknown_operator'])
    t.same(await faults({ op: 'procedures' }), ['/counts missing'])
    t.same(await faults({ ...IN_FORCE, code: 'x' }), ['/code unknown_property'])
    t.same(await faults({ op: 'procedures', counts: ['all'] }), ['/counts/0 not_allowed'])
    t.same(await faults({ op: 'procedures', counts: ['in_force', 'new'] }), ['/counts not_allowed'])
    t.same(await faults({ ...IN_FORCE, level: ['none'], field: ['land', 'none'] }), ['/level/0 unknown_level', '/field/1 unknown_field'])
    t.same(await faults({ op: 'dossiers', measure: 'none' }), ['/measure not_allowed'])
  })

  t.test('asks reports only for what they know', async t => {
    t.same(await faults({ op: 'dossiers', measure: 'received', basis: 'reported', online_service_level: ['3'] }), ['/basis needs_records'])
    t.same(await faults({ op: 'on_time', method: 'due', basis: 'reported' }, percent), ['/basis needs_records'])
    t.same(await faults({ op: 'on_time', method: 'reception', basis: 'reported' }, percent), ['/basis needs_records'])
    t.same(await faults({ op: 'on_time', method: 'handled', basis: 'reported' }, percent), [])
  })

  t.test('adds up units by rules that fit what they report', async t => {
    t.same(await faults({ op: 'units', rule: 'sum', indicator: 'none' }), ['/indicator unknown_indicator'])
    t.same(await faults({ op: 'units', rule: 'sum', indicator: 'percent' }), ['/indicator value_of_other_type'])
    t.same(await faults({ op: 'units', rule: 'sum' }, percent), ['/rule value_of_other_type'], 'percentages are not added')
    t.same(await faults({ op: 'units', rule: 'sum', numerator: 'count', choices: [1] }), ['/numerator not_allowed', '/choices not_allowed'])
    t.same(await faults({ op: 'units', rule: 'sum', level: ['none'] }), ['/level/0 unknown_level'])
    t.same(await faults({ op: 'units', rule: 'ratio_of_sums', numerator: 'count' }, percent), ['/denominator missing'])
    t.same(await faults({ op: 'units', rule: 'ratio_of_sums', denominator: 'percent' }, percent), [
      '/numerator missing', '/denominator value_of_other_type'
    ])
    t.same(await faults({ op: 'units', rule: 'ratio_of_sums', indicator: 'fraction', numerator: 'count', denominator: 'count' }, percent), [
      '/indicator not_allowed'
    ])
    t.same(await faults({ op: 'units', rule: 'ratio_of_sums' }, percent), ['/rule value_of_other_type'])
    t.same(await faults({ op: 'units', rule: 'units_with_choice', indicator: 'choice' }), ['/choices missing'])
    t.same(await faults({ op: 'units', rule: 'units_with_choice', indicator: 'choice', choices: [0, 1] }), ['/choices/1 not_a_choice'])
    t.same(await faults({ op: 'units', rule: 'units_with_choice', indicator: 'count', choices: [0] }), ['/indicator value_of_other_type'])
  })

  t.test('comes to the measure of its indicator', async t => {
    t.same(await faults({ op: 'on_time' }), ['measures_differ'])
    t.same(await faults(IN_FORCE, percent), ['measures_differ'])
    t.same(await faults(indicator('people')), ['measures_differ'])
    t.same(await faults(indicator('people'), { measure: null }), ['measures_differ'])
    t.same(await faults(IN_FORCE, { value_type: 'fraction' }), ['not_allowed'])
    t.same(await faults({ op: 'units', rule: 'ratio_of_sums', numerator: 'count', denominator: 'count' }, { value_type: 'fraction' }), ['not_allowed'])
    t.same(await faults({ op: 'units', rule: 'sum', indicator: 'count' }, { value_type: 'fraction' }), ['not_allowed'])
    t.same(await faults(IN_FORCE, { value_type: 'heading' }), ['not_allowed'])
    t.same(await faults(IN_FORCE, { value_type: 'choice', choices: [{ value: 0, name: 'Chưa' }] }), ['not_allowed'])
  })

  t.test('of a formula names each of its inputs, which are sources', async t => {
    const formula = (inputs: object, formula: object) => ({ op: 'formula', inputs, formula })
    t.same(await faults(formula({ a: indicator('choice') }, input('a'))), ['/inputs/a/indicator value_of_other_type'])
    t.same(await faults(formula({ a: IN_FORCE }, input('b'))), ['/formula/name unknown_input'])
    t.same(await faults(formula({ 'a/b': { op: 'formula' } }, input('a'))), ['/inputs/a~1b malformed', '/inputs/a~1b/op unknown_operator'])
    t.same(await faults(formula({}, input('a'))), ['/inputs missing'])
    t.same(await faults(formula({ a: 7 }, input('a'))), ['/inputs/a invalid_type'])
    t.same(await faults(formula(Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`a${i}`, IN_FORCE])), input('a1'))), [
      '/inputs too_many'
    ])
    t.same(await faults(formula({ a: indicator('count'), b: indicator('people') }, { op: 'sum', of: [input('a'), input('b')] })), [
      '/formula measures_differ'
    ])
    t.same(await faults(formula({ a: IN_FORCE, b: IN_FORCE }, { op: 'ratio', numerator: input('a'), denominator: input('b') })), [
      'measures_differ'
    ])
  })

  t.test('never comes back to itself', async t => {
    t.same(await faults(indicator('own')), ['derivation_cycle'])
    const own = { ...COUNT, code: 'own', position: 1 }
    const circle = ['own', 'a', 'b'].map((code, i, all) => (
      { ...own, code, position: i + 1, derivation: indicator(all[(i + 1) % 3]!) }))
    const outside = { ...own, code: 'c', position: 9, derivation: indicator('own') }
    const { errors } = (await post('/v1/forms', {
      items: [{ code: 'own', name: 'x', valid_from: '2030-01-01', indicators: [...circle, outside] }]
    })).body
    t.same(errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`),
      [0, 1, 2].map(i => `/items/0/indicators/${i}/derivation derivation_cycle`))
  })
})
