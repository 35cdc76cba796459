// Ingest says what is wrong in the terms of this service, and repeats values. Senders get it in their own terms, with
// pointers into what they sent and without any value of it: a name can be in a wrong place.
import type { Issue, IssueCode } from '../../../contract/errors.ts'

/** The names of the national format for properties of `DossierItem`. */
const NAMES: Readonly<Record<string, string>> = {
  code: 'MaHoSo', procedure: 'MaTTHC', channel: 'KenhThucHien', status: 'TrangThaiHoSo',
  received_at: 'NgayTiepNhan', due_at: 'NgayHenTra', finished_at: 'NgayKetThucXuLy', returned_at: 'NgayTra',
  submitted_at: 'NgayNopHoSo', refused_at: 'NgayTuChoi', supplements: 'DanhSachHoSoBoSung', requested_at: 'NgayBoSung',
  completed_at: 'NgayTiepNhanBoSung', old_due_at: 'NgayHenTraTruoc', new_due_at: 'NgayHenTraMoi',
  parts: 'TaiLieuNop', databases_used: 'DSKetNoiCSDL'
}

const DETAILS: Partial<Record<IssueCode, string>> = {
  unknown_unit: 'neither DonViXuLy nor the unit of the sender (madonvi, MaDinhDanhDV) is a code or an alias of a unit',
  unknown_procedure: 'the catalogue has no procedure of this code',
  waiting_for_unit: 'neither DonViXuLy nor the unit of the sender is a code or an alias of a unit; the dossier waits for it',
  waiting_for_procedure: 'the catalogue has no procedure of this code; the dossier waits for it',
  no_own_desk: 'the unit has no desk of its own',
  unit_not_valid: 'the unit did not exist while it had the dossier',
  forbidden_unit: 'this key may not write dossiers of the unit',
  several_provinces: 'another dossier of the message is of another province',
  other_source: 'the dossier belongs to another source',
  end_unknown: 'the status says that it has ended, but neither NgayKetThucXuLy nor NgayTra says when',
  end_before_received: 'it ended before it was received',
  supplements_overlap: 'a supplement is asked for while another is still waited for',
  out_of_range: 'the date cannot be, or contradicts another date of the dossier',
  too_many: 'there are too many'
}

/** An issue of ingest as the sender gets it. */
export function nationalIssue ({ pointer, code, successors, predecessors }: Issue): Issue {
  return {
    pointer: nationalPointer(pointer), code, detail: DETAILS[code] ?? `the dossier breaks the rule ${code}`,
    ...successors === undefined ? {} : { successors }, ...predecessors === undefined ? {} : { predecessors }
  }
}

/** Of a property that follows from several, such as `unit`: the dossier as a whole. */
export function nationalPointer (pointer: string): string {
  const names = pointer.split('/').slice(1).map(name => /^\d+$/.test(name) ? name : NAMES[name])
  return names.length === 0 || names.includes(undefined) ? '' : `/${names.join('/')}`
}
