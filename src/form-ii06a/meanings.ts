import { MEASURES, TRANSFERS, type Measure, type Transfer } from './measures.ts'

const MEANINGS: Record<Measure, string> = {
  received_online: 'Column 4: received online in the period. A flow.',
  received_direct: 'Column 5: received in person or by post in the period. A flow.',
  received_postal: 'The part of column 5 received by post (bưu chính công ích). A flow.',
  carried_over: 'Column 6: open at the start of the period. A stock.',
  received: 'Column 3 = 4 + 5 + 6.',
  resolved_early: 'Column 8: ended on a day before the due day. A flow. Many sources do not separate it from column 9.',
  resolved_on_time: 'Column 9: ended in time and not early, including returned and withdrawn dossiers. A flow.',
  resolved_in_time: 'Columns 8 + 9. A flow.',
  resolved_overdue: 'Column 10: ended after the due date. A flow.',
  resolved: 'Column 7 = 8 + 9 + 10.',
  pending_in_time: 'Column 12: open at the end of the period and not overdue. A stock.',
  pending_overdue: 'Column 13: open at the end of the period and overdue. A stock.',
  pending: 'Column 11 = 12 + 13 = 3 − 7, and less what was `cancelled` where that is known. A stock.'
}

/** A schema for each measure, from what the measure means. */
export function eachMeasure<S> (schema: (meaning: string) => S): Record<Measure, S> {
  const each = MEASURES.map(measure => [measure, schema(MEANINGS[measure])])
  return Object.fromEntries(each) as Record<Measure, S>
}

const ON_BALANCE = 'A dossier with another unit, or with a procedure of another field, moves on the day of that version; one ' +
  'that is reopened comes in on that day. On balance: what came less what left, so what moved within the group does not count.'

const TRANSFER_MEANINGS: Record<Transfer, string> = {
  transferred_in: `The part of \`carried_over\` that came during the period. ${ON_BALANCE} \`carried_over\` less this is ` +
    '`pending` of the period before less its `transferred_out`. A rule of this service, not of the form.',
  transferred_out: `The part of \`pending\` that left during the period. ${ON_BALANCE}`
}

/** A schema for each transfer, from what it means. */
export function eachTransfer<S> (schema: (meaning: string) => S): Record<Transfer, S> {
  const each = TRANSFERS.map(transfer => [transfer, schema(TRANSFER_MEANINGS[transfer])])
  return Object.fromEntries(each) as Record<Transfer, S>
}
