/** What is printed in the same words each time, in English. Names of units, fields and indicators stay as they are. */
const ENGLISH: Readonly<Record<string, string>> = {
  STT: 'No.',
  'Đơn vị giải quyết': 'Unit',
  'Lĩnh vực giải quyết': 'Field',
  'Thủ tục hành chính': 'Administrative procedure',
  'Số hồ sơ tiếp nhận': 'Dossiers received',
  'Số hồ sơ đã giải quyết': 'Dossiers resolved',
  'Số hồ sơ đang giải quyết': 'Dossiers pending',
  'Số hồ sơ có thanh toán': 'Dossiers paid for',
  'Số hồ sơ chờ tiếp nhận': 'Dossiers awaiting reception',
  'Tổng số': 'Total',
  'Trong kỳ: trực tuyến': 'In the period: online',
  'Trong kỳ: trực tiếp, dịch vụ bưu chính': 'In the period: in person or by post',
  'Trong đó: qua bưu chính công ích': 'Of these: by public post',
  'Trực tuyến toàn trình': 'Fully online',
  'Trực tuyến một phần': 'Partly online',
  'Trực tuyến khác': 'Online otherwise',
  'Phi địa giới hành chính': 'Outside of the territory',
  'Từ kỳ trước': 'Carried over',
  'Trước hạn': 'Early',
  'Đúng hạn': 'On time',
  'Trước hạn và đúng hạn': 'Early or on time',
  'Quá hạn': 'Overdue',
  'Quá hạn, có thư xin lỗi': 'Overdue, with an apology',
  'Quá hạn, không có thư xin lỗi': 'Overdue, without an apology',
  'Hồ sơ trả lại, rút': 'Returned or withdrawn',
  'Hồ sơ dừng xử lý': 'Stopped',
  'Trong hạn': 'In time',
  'Chờ bổ sung': 'Awaiting a supplement',
  'Trực tuyến': 'Online',
  'Trực tiếp': 'In person',
  'Hồ sơ đã hủy': 'Cancelled',
  'Hồ sơ không tiếp nhận': 'Not received',
  'Kết quả giấy khác bản điện tử': 'Results on paper that differ',
  'Số biên lai đã cấp': 'Receipts issued',
  'Doanh nghiệp đã xác thực': 'Enterprises verified',
  'Tình hình, kết quả tiếp nhận, giải quyết thủ tục hành chính': 'Reception and resolution of administrative procedures',
  'Tình hình, kết quả giải quyết thủ tục hành chính': 'Resolution of administrative procedures',
  'Tình hình, kết quả giải quyết thủ tục hành chính theo thủ tục hành chính': 'Resolution of administrative procedures, by procedure',
  'Tình hình, kết quả giải quyết thủ tục hành chính theo lĩnh vực': 'Resolution of administrative procedures, by field',
  'Tình hình, kết quả giải quyết thủ tục hành chính tại cơ quan, đơn vị trực tiếp giải quyết thủ tục hành chính':
    'Resolution of administrative procedures at the bodies that resolve them'
}

/** @returns the text as it is where it is a name, or a number of a column */
export function englishOf (text: string): string {
  return ENGLISH[text] ?? text
}
