import { Type, type Static } from 'typebox'
import { Example, Name, Named, Ref, SourceCode } from '../../contract/fields.ts'
import { STATUS_MEANINGS } from '../schema.ts'

const MAX_STATUSES = 1_000

export const MappedStatus = Named('MappedStatus', 'What a source calls a national status of dossiers.', {
  code: Name('The status as the source writes it.', 100),
  status: Type.Integer({
    description: `${STATUS_MEANINGS}.`,
    minimum: 1, maximum: 10
  })
})
export type MappedStatus = Static<typeof MappedStatus>

export const StatusMap = Named('StatusMap', 'All the statuses of a source.', {
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
