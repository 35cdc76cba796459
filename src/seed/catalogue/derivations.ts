import type { Derivation, SourceOf } from '../../reports/derivations/schema.ts'

const inForce = (filter: Partial<SourceOf<'procedures'>> = {}): SourceOf<'procedures'> => (
  { op: 'procedures', counts: ['in_force'], ...filter })
const onTime = (filter: Partial<SourceOf<'on_time'>>): Derivation => ({ op: 'on_time', method: 'resolved', ...filter })
const dossiers = (measure: SourceOf<'dossiers'>['measure'], level: '3' | '4'): SourceOf<'dossiers'> => (
  { op: 'dossiers', measure, basis: 'records', online_service_level: [level] })
const input = (name: string) => ({ op: 'input', name } as const)

/** 100 × the one divided by the other. */
const share = (part: SourceOf<'procedures'>, whole: SourceOf<'procedures'>): Derivation => ({
  op: 'formula', inputs: { part, whole },
  formula: { op: 'percent', of: { op: 'ratio', numerator: input('part'), denominator: input('whole') } }
})

/** Dossiers that are received online, of all that are received. */
const onlineShare = (level: '3' | '4'): Derivation => ({
  op: 'formula',
  inputs: { online: dossiers('received_online', level), direct: dossiers('received_direct', level) },
  formula: {
    op: 'percent',
    of: { op: 'ratio', numerator: input('online'), denominator: { op: 'sum', of: [input('online'), input('direct')] } }
  }
})

const sumOfUnits = (level: string): Derivation => ({ op: 'units', rule: 'sum', level: [level] })

/**
 * What of the form `cchc-2021` the service can count itself. The others are reported by hand: the catalogue does not
 * know the portal of the province (3.5.1), and neither knows staff, documents or money. A database of before has the
 * same from the migration that adds derivations.
 */
export const DERIVATIONS: Readonly<Record<string, Derivation>> = {
  '3.1.1': { op: 'procedures', counts: ['new'] },
  '3.1.2': { op: 'procedures', counts: ['replaced', 'repealed'] },
  '3.1.3': inForce(),
  '3.1.3.a': inForce({ level: ['province'] }),
  '3.1.3.b': inForce({ level: ['district'] }),
  '3.1.3.c': inForce({ level: ['commune'] }),
  '3.2.1': inForce({ on_national_portal: true }),
  '3.2.2': inForce({ online_service_level: ['3', '4'], on_national_portal: true }),
  '3.3.1': inForce({ interlinked: ['same_level'] }),
  '3.3.2': inForce({ interlinked: ['cross_level'] }),
  '3.3.3': share(inForce({ internal_process_approved: true }), inForce()),
  '3.3.4': share(
    inForce({ internal_process_approved: true, internal_process_electronic: true }),
    inForce({ internal_process_approved: true })
  ),
  '3.4.1': onTime({ level: ['province'] }),
  '3.4.2': onTime({ level: ['district'] }),
  '3.4.3': onTime({ level: ['commune'] }),
  '3.4.4': onTime({ field: ['land'] }),
  '3.4.5': onTime({ field: ['construction'] }),
  '3.5.2': inForce({ online_service_level: ['3', '4'] }),
  '3.5.3': inForce({ payment_integrated: true }),
  '4.1.4': {
    op: 'formula',
    inputs: {
      province: { op: 'indicator', indicator: '4.1.4.a' }, departments: { op: 'indicator', indicator: '4.1.4.b' },
      districts: { op: 'indicator', indicator: '4.1.4.c' }
    },
    formula: { op: 'sum', of: [input('province'), input('departments'), input('districts')] }
  },
  '4.1.4.b': sumOfUnits('province'),
  '4.1.4.c': sumOfUnits('district'),
  '5.3.3': sumOfUnits('province'),
  '5.3.4': sumOfUnits('district'),
  '7.8.1': inForce({ online_service_level: ['3'] }),
  '7.8.2': inForce({ online_service_level: ['4'] }),
  '7.8.3': onlineShare('3'),
  '7.8.4': onlineShare('4')
}
