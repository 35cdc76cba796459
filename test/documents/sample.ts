import type { Document } from '../../src/documents/document.ts'

/** A small document with everything that one can have. */
export const DOCUMENT: Document = {
  name: 'Một/hai:ba',
  paper: 'A4',
  orientation: 'portrait',
  size: 12,
  above: { left: [{ text: 'Biểu' }], right: [{ text: 'Đơn vị' }], align: 'left' },
  title: [{ text: 'TÊN', bold: true }],
  columns: [{ width: 20, align: 'center' }, { width: 60, align: 'left' }, { width: 30, align: 'right' }],
  head: [[{ text: 'STT', rows: 2 }, { text: 'Nhóm', columns: 2 }], [{ text: 'A' }, { text: 'B' }]],
  rows: [
    { cells: ['1', 'Tên & <họ>\n_x000B_ "x"', 1234.5], bold: 0 },
    { cells: [null, '', 1234], bold: 3 }
  ],
  below: { left: [{ text: 'Nơi nhận', italic: true }], right: [{ text: 'Ký' }], align: 'center' },
  marks: { facts: { unit: 'H56' }, title: 'Mã', keys: ['a', 'b'] }
}
