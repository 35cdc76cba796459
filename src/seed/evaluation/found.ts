import { QD_766, type EvaluationFormula } from '../../evaluation/formulas/schema.ts'
import { divided, group, ratioOr, share, threshold } from './criteria.ts'

const found = (points: ReturnType<typeof share>) => ({ points, points_status: 'found' } as const)

/** What the evaluation of Decision 766 comes to, as far as published figures of one province show. */
export function foundFormula (): EvaluationFormula {
  return {
    code: 'qd-766-found-2026',
    scheme: QD_766,
    name: 'Bộ chỉ số theo Quyết định 766/QĐ-TTg, công thức suy ra từ số liệu công bố',
    status: 'found',
    source: 'Groups, most points and rates: published descriptions of Decision 766/QĐ-TTg of 2022-06-23. Points: found from the ' +
      'figures of Phú Thọ that the national portal published on 2026-09-26, as kept by the public repository ChippedTopaz/qd766, ' +
      'and reproduced within 0.015 points.',
    note: 'May not hold for other provinces or later dates. The day from which it holds is not known: the first day of 2026 is set. ' +
      'Codes of groups, and those that begin with PROGRESS, ONLINE_SERVICES or PAYMENT, are of this service and not of the portal.',
    precedence: 200,
    valid_from: '2026-01-01',
    valid_to: null,
    volume: 'PROGRESS_ON_TIME',
    groups: [transparency(), progress(), onlineServices(), digitisation(), payment(), satisfaction()]
  }
}

function transparency () {
  const procedures = (numerator: string, denominator: string) => ({ measure: 'procedures', numerator, denominator })
  return group('TRANSPARENCY', 18, [
    divided(procedures('Thủ tục công bố đúng hạn', 'Thủ tục phải công bố trong kỳ'), {
      code: 'PUBLISH_ON_TIME', name: 'Thủ tục hành chính công bố đúng hạn', maximum: 6, ...found(share(6))
    }),
    divided(procedures('Thủ tục cập nhật, công khai đúng hạn', 'Thủ tục phải cập nhật, công khai'), {
      code: 'PUBLIC_UPDATE_ON_TIME', name: 'Thủ tục hành chính cập nhật, công khai đúng hạn', maximum: 4, ...found(share(4))
    }),
    divided(procedures('Thủ tục công khai đủ các bộ phận cấu thành', 'Thủ tục đã công khai'), {
      code: 'PUBLIC_CONTENT_FULL', name: 'Thủ tục hành chính công khai đầy đủ nội dung', maximum: 2, ...found(share(2))
    }),
    divided({
      measure: 'dossiers', numerator: 'Hồ sơ được đồng bộ trạng thái', denominator: 'Hồ sơ tiếp nhận, đang giải quyết hoặc trả trong kỳ'
    }, { code: 'DOSSIER_SYNC', name: 'Hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia', maximum: 6, ...found(share(6)) })
  ])
}

function progress () {
  return group('PROGRESS', 20, [divided({
    measure: 'dossiers',
    numerator: 'Hồ sơ giải quyết sớm, đúng hạn và đang giải quyết trong hạn',
    denominator: 'Hồ sơ tiếp nhận và giải quyết trong kỳ'
  }, { counted: 'progress', code: 'PROGRESS_ON_TIME', name: 'Hồ sơ giải quyết đúng hạn', maximum: 20, ...found(share(20)) })])
}

function onlineServices () {
  return group('ONLINE_SERVICES', 12, [divided({
    measure: 'dossiers',
    numerator: 'Hồ sơ trực tuyến toàn trình',
    denominator: 'Hồ sơ tiếp nhận của thủ tục đủ điều kiện trực tuyến toàn trình'
  }, {
    code: 'ONLINE_SERVICES_FULL', name: 'Hồ sơ trực tuyến toàn trình', maximum: 12,
    note: 'Further rates count as well. How the points follow is not known: those of the portal are kept, otherwise they are unknown.'
  })])
}

function digitisation () {
  const dossiers = (numerator: string, denominator: string) => ({ measure: 'dossiers', numerator, denominator })
  const population = { levels: ['province'], maximum: 2, ...found(share(2)) }
  return group('DIGITISATION', 22, [
    divided(dossiers('Hồ sơ có kết quả điện tử', 'Hồ sơ đã giải quyết có kết quả là giấy tờ'), {
      counted: 'electronic_result', code: 'ORIGINAL_RESULT_AVAILABLE', name: 'Hồ sơ cấp kết quả điện tử', maximum: 6, ...found(share(6))
    }),
    divided(dossiers('Hồ sơ được số hóa', 'Hồ sơ'), {
      counted: 'digitised', code: 'SO_HOA_GIAY_TO_GIAI_QUYET', name: 'Hồ sơ số hóa giấy tờ, kết quả giải quyết', maximum: 4, ...found(share(4))
    }),
    divided({ measure: 'communes', numerator: 'Xã có chứng thực bản sao điện tử', denominator: 'Số xã' }, {
      code: 'ELECTRONIC_CERTIFIED_COPY', name: 'Chứng thực bản sao điện tử', maximum: 2, ...found(share(2))
    }),
    divided(dossiers('Hồ sơ có thành phần được thay bằng dữ liệu', 'Hồ sơ của thủ tục đã công bố tái sử dụng'), {
      counted: 'data_reused', code: 'REUSED_DIGITIZED_DATA', name: 'Khai thác, sử dụng lại dữ liệu số hóa', maximum: 2, ...found(threshold(0.8, 2))
    }),
    divided(dossiers('Hồ sơ số hóa và chia sẻ để dùng lại', 'Hồ sơ'), {
      code: 'SYNCED_WITH_DVCQG_PERSONAL_STORAGE', name: 'Đồng bộ vào kho dữ liệu cá nhân', maximum: 4,
      rate_status: 'unknown', note: 'Only 0 points were seen, so how points follow is not known.'
    }),
    divided(dossiers('Hồ sơ khai thác dữ liệu dân cư', 'Hồ sơ'), {
      ...population, counted: 'population_data', code: 'CITIZEN_DATA_CONNECTED_DOSSIER', name: 'Hồ sơ kết nối dữ liệu dân cư'
    }),
    divided({ measure: 'procedures', numerator: 'Thủ tục khai thác dữ liệu dân cư', denominator: 'Thủ tục' }, {
      ...population, code: 'CITIZEN_DATA_CONNECTED_FORMALITY', name: 'Thủ tục kết nối dữ liệu dân cư'
    })
  ])
}

function payment () {
  const procedures = (numerator: string) => ({ measure: 'procedures', numerator, denominator: 'Thủ tục có phí, lệ phí' })
  const rate = ratioOr(0)
  return group('ONLINE_PAYMENT', 10, [
    divided({ measure: 'dossiers', numerator: 'Hồ sơ thanh toán trực tuyến', denominator: 'Hồ sơ có nghĩa vụ tài chính' }, {
      counted: 'paid_online', code: 'PAYMENT_DOSSIERS', name: 'Hồ sơ thanh toán trực tuyến', maximum: 6, rate, ...found(share(6))
    }),
    divided(procedures('Thủ tục có giao dịch thanh toán trực tuyến'), {
      code: 'PAYMENT_PROCEDURES_PAID', name: 'Thủ tục có giao dịch thanh toán trực tuyến', maximum: 2, rate, ...found(threshold(0.8, 2))
    }),
    divided(procedures('Thủ tục có phí, lệ phí phát sinh hồ sơ'), {
      code: 'PAYMENT_PROCEDURES_USED', name: 'Thủ tục có phí, lệ phí phát sinh hồ sơ', maximum: 2.5, rate, ...found(share(2.5)),
      note: 'Found as 2.5 × rate without a bound. The group is bounded by its 10 points.'
    })
  ])
}

function satisfaction () {
  const petitions = (numerator: string, denominator: string) => ({ measure: 'petitions', numerator, denominator })
  // All points when there were none.
  const rate = ratioOr(1)
  return group('SATISFACTION', 18, [
    divided(petitions('Phản ánh, kiến nghị xử lý đúng hạn hoặc còn trong hạn', 'Phản ánh, kiến nghị'), {
      code: 'PETITION_PROCESSING_ON_TIME', name: 'Phản ánh, kiến nghị xử lý đúng hạn', maximum: 6, rate, ...found(share(6))
    }),
    divided(petitions('Đã xử lý, trừ không hài lòng, lặp lại hoặc quá hạn', 'Phản ánh, kiến nghị đã xử lý'), {
      code: 'PETITION_HANDLING_SATISFACTION', name: 'Hài lòng về xử lý phản ánh, kiến nghị', maximum: 6, rate, ...found(share(6))
    }),
    divided({
      measure: 'dossiers', numerator: 'Hồ sơ đã giải quyết, trừ không hài lòng, bị phản ánh hoặc quá hạn', denominator: 'Hồ sơ đã giải quyết'
    }, {
      code: 'DOSSIER_RECEIVING_SATISFACTION', name: 'Hài lòng về tiếp nhận, giải quyết hồ sơ', maximum: 6, rate: ratioOr(0),
      ...found(threshold(0.9, 6))
    })
  ])
}
