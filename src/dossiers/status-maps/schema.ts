import { Type, type Static } from 'typebox'
import { Example, Named, Ref, SourceCode } from '../../contract/fields.ts'
import { STATUS_MEANINGS } from '../schema.ts'

const MAX_STATUSES = 1_000

export const MappedStatus = Named('MappedStatus', 'A status of a source, and the national status of dossiers that it stands for.', {
  code: Type.String({
    description: 'The status as the source writes it. Blanks around it, and Ð for Đ, make no difference.',
    pattern: '\\S', maxLength: 100, format: 'text'
  }),
  status: Type.Integer({
    description: `National status: ${STATUS_MEANINGS}.`,
    minimum: 1, maximum: 10
  })
})
export type MappedStatus = Static<typeof MappedStatus>

export const StatusMap = Named('StatusMap', 'The national statuses that the statuses of a source stand for.', {
  items: Type.Array(Ref(MappedStatus), { maxItems: MAX_STATUSES })
})
export type StatusMap = Static<typeof StatusMap>

export const StatusMapBody = Type.Object({
  items: Type.Array(Type.Object(MappedStatus.properties, { additionalProperties: false }), { maxItems: MAX_STATUSES })
}, {
  additionalProperties: false,
  examples: [{ items: [{ code: 'DANG_XU_LY', status: 4 }, { code: 'DA_TRA_KET_QUA', status: 10 }] }]
})

export const StatusMapPath = Type.Object({ code: Example(SourceCode('Code of the source.'), 'one-stop') })
