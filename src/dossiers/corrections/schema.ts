import { Type, type Static } from 'typebox'
import { Code, Example, Instant, Named, Nullable, OneOf } from '../../contract/fields.ts'

const Dossiers = (description: string) => Nullable(Type.Integer({ description, minimum: 0 }))

export const ProcedureCorrection = Named('ProcedureCorrection',
  'A job that moves the dossiers of procedures to other fields. Until it is done all of them count where they did.', {
    id: Type.Integer({ description: 'Id of the job.' }),
    state: OneOf(['pending', 'running', 'done', 'failed'], {
      description: '`running`: if its process was killed meanwhile, another one begins it again. `failed`: nothing is moved; it is ' +
        'tried again when the service starts, and the log says why.'
    }),
    procedures: Type.Array(Code('Code of a procedure.'), { description: 'The procedures whose dossiers are moved.' }),
    dossiers_total: Dossiers('Dossiers to move, as far as they are counted: some may arrive meanwhile. null: not counted yet.'),
    dossiers_moved: Dossiers('Dossiers of which it has moved the rows, for all to be seen when it is done. null: not known yet, on the ' +
      'embedded database until it is done.'),
    client: Type.String({ description: 'Code of the client that asked for it.' }),
    created_at: Instant('When it was asked for.'),
    started_at: Nullable(Instant('When it began. null: not yet.')),
    ended_at: Nullable(Instant('When it was done, or failed. null: not yet.'))
  })
export type ProcedureCorrection = Static<typeof ProcedureCorrection>

export const ProcedureCorrectionPath = Type.Object({
  id: Example(Type.Integer({ description: 'Id of the job.', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), 1)
})
