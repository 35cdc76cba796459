import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { forget } from '../given.ts'

export const URL = '/v1/national-sync/dossiers?source=one-stop'
export const CODE = '000.17.22.H56-210531-0001'

/** A dossier as it is sent to the national portal, as good as any other, but for what is given. */
export function national (given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    MaHoSo: CODE, MaTTHC: '1.001612', TenTTHC: 'x', KenhThucHien: '1', NgayNopHoSo: '', NgayTiepNhan: '20210531080000',
    NgayHenTra: '20210610170000', NgayKetThucXuLy: '', NgayTra: '', NgayTuChoi: '', TrangThaiHoSo: '4', HinhThuc: '0',
    DonViXuLy: 'Phòng Tài chính', DanhSachHoSoBoSung: [], ...given
  }
}

export function message (data: unknown, given: object = {}) {
  return { session: 's', madonvi: 'H56-380', service: 'DongBoHoSoMC', isUpdating: 'true', data, ...given }
}

export function steps (...data: unknown[]) {
  return message(data, { service: 'CapNhatTienDoHoSoMC' })
}

export async function forgetNational (db: Db) {
  await forget(db)
  await sql`delete from dossier_steps`.execute(db)
}
