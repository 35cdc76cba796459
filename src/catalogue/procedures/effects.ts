/** What follows from other contents of procedures, given from outside: the catalogue knows nothing of dossiers. */
export interface ProcedureEffects {
  /** Called when a job may be there that moves dossiers to other fields. */
  beginCorrection: () => void
  /** Called when there may be a procedure that dossiers wait for. */
  takeInWaiting: () => void
}
