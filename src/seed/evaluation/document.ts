import { QD_766, type Criterion, type EvaluationFormula } from '../../evaluation/formulas/schema.ts'
import type { Formula } from '../../formulas/formula.ts'
import { divided, group, input, share, threshold } from './criteria.ts'

const rule = (points: Formula) => ({ points, points_status: 'rule' } as const)
const NO_MAXIMUM = { maximum: null, note: 'Its most points are not settled, so that only the rate is known.' }

/** The evaluation of Decision 766 by the portal's own formula document. */
export function documentFormula (): EvaluationFormula {
  return {
    code: 'qd-766-document-2026',
    scheme: QD_766,
    name: 'Bộ chỉ số theo Quyết định 766/QĐ-TTg, công thức của Cổng Dịch vụ công quốc gia',
    status: 'published',
    source: 'The formula document of the national portal, as kept word for word by the public repository ChippedTopaz/qd766 ' +
      '(web/src/formula-document.ts, sha256 41A27E55…).',
    note: 'A denominator of 0 gives 0 or "not applicable", which one differs by criterion: here it is unknown. The day from which it ' +
      'holds is not known: the first day of 2026 is set. Of online services, petitions and a part of payment the most points are not ' +
      'settled. Where it and qd-766-found-2026 differ, the found one reproduces published figures.',
    precedence: 100,
    valid_from: '2026-01-01',
    valid_to: null,
    volume: 'PROGRESS_ON_TIME',
    groups: [transparency(), progress(), onlineServices(), digitisation(), payment(), satisfaction()]
  }
}

const procedures = (numerator: string, denominator: string) => ({ measure: 'procedures', numerator, denominator })
const dossiers = (numerator: string, denominator: string) => ({ measure: 'dossiers', numerator, denominator })

function transparency () {
  return group('TRANSPARENCY', 18, [
    divided(procedures('Thủ tục công bố đúng hạn', 'Thủ tục phải công bố trong kỳ'), {
      code: 'PUBLISH_ON_TIME', name: '1.1 Thủ tục hành chính công bố đúng hạn', maximum: 6, ...rule(share(6)),
      note: 'In time: the decision at least 20 working days (a ministry) or 5 (a province) before the latest effective date. A ' +
        'procedure counts once a period, late once is late.'
    }),
    divided(procedures('Thủ tục cập nhật, công khai đúng hạn', 'Thủ tục phải cập nhật, công khai'), {
      code: 'PUBLIC_UPDATE_ON_TIME', name: '1.2 Thủ tục hành chính cập nhật, công khai đúng hạn', maximum: 4, ...rule(share(4)),
      note: 'In time: made public at most 10 working days (a ministry) or 5 (a province) after the decision.'
    }),
    divided(procedures('Thủ tục công khai đủ bảy bộ phận', 'Thủ tục đã công khai'), {
      code: 'PUBLIC_CONTENT_FULL', name: '1.3 Thủ tục hành chính công khai đầy đủ nội dung', maximum: 2, ...rule(share(2)),
      note: 'As of now, without a period.'
    }),
    {
      ...divided(dossiers('Hồ sơ tiếp nhận trong kỳ được đồng bộ', ''), {
        code: 'DOSSIER_SYNC', name: '1.4 Hồ sơ đồng bộ', maximum: 6, ...rule(share(6)),
        note: 'Where neither is known, the portal takes a part of the year before; that is not done here.'
      }),
      inputs: [count('numerator', 'Hồ sơ tiếp nhận trong kỳ được đồng bộ'), ...REPORTED],
      rate: { op: 'ratio', numerator: input('numerator'), denominator: LARGER }
    }
  ])
}

function count (name: string, meaning: string): Criterion['inputs'][number] {
  return { name, type: 'number', measure: 'dossiers', choices: null, meaning }
}

const REPORTED = [
  count('reported', 'Hồ sơ theo Hệ thống thông tin báo cáo quốc gia'), count('on_portal', 'Hồ sơ trên Cổng Dịch vụ công quốc gia')
]
const LARGER: Formula = { op: 'max', of: [input('reported'), input('on_portal')] }

function progress () {
  return group('PROGRESS', 20, [divided(dossiers(
    'Hồ sơ giải quyết đúng hạn và đang giải quyết chưa đến hạn', 'Hồ sơ tiếp nhận hoặc giải quyết trong kỳ'), {
    counted: 'progress', code: 'PROGRESS_ON_TIME', name: '2.1 Hồ sơ giải quyết đúng hạn', maximum: 20, ...rule(share(20)),
    note: 'An open dossier with one request for a supplement ends at the request, and with more than one is late. What was withdrawn ' +
      'counts if it had been accepted.'
  })])
}

function onlineServices () {
  return group('ONLINE_SERVICES', 12, [
    divided(procedures('Thủ tục cung cấp trực tuyến toàn trình, một phần', 'Thủ tục'), {
      code: 'ONLINE_SERVICES_OFFERED', name: '3.1 Thủ tục cung cấp trực tuyến', ...NO_MAXIMUM,
      note: 'All points from 80 % on. Its most points are not settled, so that only the rate is known.'
    }),
    divided(procedures('Dịch vụ công có hồ sơ trực tuyến', 'Dịch vụ công trực tuyến'), {
      code: 'ONLINE_SERVICES_USED', name: '3.2 Dịch vụ công có phát sinh hồ sơ', ...NO_MAXIMUM
    }),
    {
      ...divided(dossiers('', ''), {
        code: 'ONLINE_SERVICES_CHANNEL', name: '3.3 Hồ sơ nộp trực tuyến', ...NO_MAXIMUM,
        note: 'All points from 50 % on. A dossier counts as online only with an electronic result where one is due. Its most points are ' +
          'not settled, so that only the rate is known.'
      }),
      inputs: [
        count('numerator', 'Hồ sơ trực tuyến có kết quả điện tử'), count('denominator', 'Hồ sơ tiếp nhận'),
        count('synced', 'Hồ sơ tiếp nhận trong kỳ được đồng bộ'), ...REPORTED
      ],
      rate: {
        op: 'product',
        of: [
          { op: 'ratio', numerator: input('numerator'), denominator: input('denominator') },
          { op: 'ratio', numerator: input('synced'), denominator: LARGER }
        ]
      }
    }
  ])
}

function digitisation () {
  const population = { levels: ['province'], maximum: 2, ...rule(share(2)) }
  return group('DIGITISATION', 22, [
    divided(dossiers('Hồ sơ có tệp kết quả', 'Hồ sơ của thủ tục trả kết quả'), {
      counted: 'electronic_result', code: 'ORIGINAL_RESULT_AVAILABLE', name: '4.1 Hồ sơ cấp kết quả điện tử', maximum: 6, ...rule(share(6))
    }),
    divided(dossiers('Hồ sơ có tệp thành phần và tệp kết quả', 'Hồ sơ'), {
      counted: 'digitised_with_result', code: 'SO_HOA_GIAY_TO_GIAI_QUYET', name: '4.2 Hồ sơ số hóa', maximum: 4, ...rule(threshold(0.8, 4))
    }),
    divided(dossiers('Hồ sơ có ít nhất một thành phần dùng lại', 'Hồ sơ có ngày tiếp nhận'), {
      counted: 'data_reused', code: 'REUSED_DIGITIZED_DATA', name: '4.3 Khai thác, sử dụng lại dữ liệu số hóa', maximum: 2, ...rule(threshold(0.8, 2))
    }),
    divided(dossiers('Hồ sơ lấy từ kho dữ liệu cá nhân', 'Hồ sơ'), {
      counted: 'national_store', code: 'SYNCED_WITH_DVCQG_PERSONAL_STORAGE', name: '4.4 Kho dữ liệu cá nhân', maximum: 4, ...rule(share(4))
    }),
    divided(dossiers('Hồ sơ xác thực VNeID hoặc kết nối cơ sở dữ liệu', 'Hồ sơ'), {
      ...population, counted: 'population_data', code: 'CITIZEN_DATA_CONNECTED_DOSSIER', name: '4.5 Hồ sơ kết nối dữ liệu dân cư'
    }),
    divided(procedures('Thủ tục kết nối dữ liệu dân cư', 'Thủ tục'), {
      ...population, code: 'CITIZEN_DATA_CONNECTED_FORMALITY', name: '4.5 Thủ tục kết nối dữ liệu dân cư'
    })
  ])
}

function payment () {
  return group('ONLINE_PAYMENT', 10, [
    divided(procedures('Thủ tục có hồ sơ thanh toán trực tuyến', 'Thủ tục có phí, lệ phí'), {
      code: 'PAYMENT_PROCEDURES_PAID', name: '3.5 Thủ tục có giao dịch thanh toán trực tuyến', maximum: 2, ...rule(threshold(0.8, 2))
    }),
    divided(dossiers('Hồ sơ thanh toán trực tuyến', 'Hồ sơ có phí, lệ phí khác 0'), {
      counted: 'paid_online', code: 'PAYMENT_DOSSIERS', name: '3.6 Hồ sơ thanh toán trực tuyến', maximum: 6, ...rule(share(6))
    })
  ])
}

function satisfaction () {
  const petitions = (numerator: string, denominator: string) => ({ measure: 'petitions', numerator, denominator })
  return group('SATISFACTION', 18, [
    divided(petitions('Phản ánh, kiến nghị xử lý đúng hạn', 'Phản ánh, kiến nghị'), {
      code: 'PETITION_PROCESSING_ON_TIME', name: '5.2 Phản ánh, kiến nghị xử lý đúng hạn', ...NO_MAXIMUM,
      note: 'Refused within 2 working days, supplemented 5, answered 15, published 2. Its most points are not settled, so that only the ' +
        'rate is known.'
    }),
    divided(petitions('Đã xử lý, trừ không hài lòng, lặp lại, quá hạn', 'Phản ánh, kiến nghị đã xử lý'), {
      code: 'PETITION_HANDLING_SATISFACTION', name: '5.3 Hài lòng về xử lý phản ánh, kiến nghị', ...NO_MAXIMUM
    }),
    divided(dossiers('Hồ sơ không quá hạn và không bị phản ánh', 'Hồ sơ đã giải quyết'), {
      code: 'DOSSIER_RECEIVING_SATISFACTION', name: '5.4 Hài lòng về tiếp nhận, giải quyết hồ sơ', maximum: 6, ...rule(threshold(0.9, 6)),
      note: 'The rate is 1 less the part that is late and the part that is complained of.'
    })
  ])
}
