/**
 * The departments of Thanh Hóa in 2021, by the abbreviation that they sign with: the nineteen agencies of Decree
 * 107/2020/NĐ-CP, and the board of the economic zone. The report says that there are twenty and names none.
 */
export const DEPARTMENTS = {
  VPUBND: { name: 'Văn phòng Ủy ban nhân dân tỉnh', kind: 'office' },
  TTT: { name: 'Thanh tra tỉnh', kind: 'office' },
  SNV: { name: 'Sở Nội vụ', kind: 'department' },
  STP: { name: 'Sở Tư pháp', kind: 'department' },
  SKHDT: { name: 'Sở Kế hoạch và Đầu tư', kind: 'department' },
  STC: { name: 'Sở Tài chính', kind: 'department' },
  SCT: { name: 'Sở Công Thương', kind: 'department' },
  SNNPTNT: { name: 'Sở Nông nghiệp và Phát triển nông thôn', kind: 'department' },
  SGTVT: { name: 'Sở Giao thông vận tải', kind: 'department' },
  SXD: { name: 'Sở Xây dựng', kind: 'department' },
  STNMT: { name: 'Sở Tài nguyên và Môi trường', kind: 'department' },
  STTTT: { name: 'Sở Thông tin và Truyền thông', kind: 'department' },
  SLDTBXH: { name: 'Sở Lao động - Thương binh và Xã hội', kind: 'department' },
  SVHTTDL: { name: 'Sở Văn hóa, Thể thao và Du lịch', kind: 'department' },
  SKHCN: { name: 'Sở Khoa học và Công nghệ', kind: 'department' },
  SGDDT: { name: 'Sở Giáo dục và Đào tạo', kind: 'department' },
  SYT: { name: 'Sở Y tế', kind: 'department' },
  SNGV: { name: 'Sở Ngoại vụ', kind: 'department' },
  BDT: { name: 'Ban Dân tộc', kind: 'board' },
  BQLKKTNS: { name: 'Ban Quản lý Khu kinh tế Nghi Sơn và các khu công nghiệp', kind: 'board' }
}

export type DepartmentCode = keyof typeof DEPARTMENTS
