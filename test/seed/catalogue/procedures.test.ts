import t from 'tap'
import { FIELDS } from '../../../src/seed/catalogue/fields.ts'
import { LEVELS } from '../../../src/seed/catalogue/levels.ts'
import { PROCEDURES } from '../../../src/seed/catalogue/procedures.ts'

t.test('a procedure has a national code of its own and belongs to a known field and level', async t => {
  t.equal(new Set(PROCEDURES.map(procedure => procedure.code)).size, PROCEDURES.length)
  t.ok(PROCEDURES.every(({ code }) => /^\d\.\d{6}$/.test(code)))
  t.ok(PROCEDURES.every(({ field }) => FIELDS.some(({ code }) => code === field)))
  t.ok(PROCEDURES.every(({ level }) => LEVELS.some(({ code }) => code === level)))
})

t.test('what a province decides about a procedure is unknown, not refused', async t => {
  t.ok(PROCEDURES.every(procedure =>
    procedure.payment_integrated === undefined && procedure.online_service_level === undefined))
})
