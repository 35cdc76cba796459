import { escapeXml, XML_HEADER as HEADER } from '../../documents/xml.ts'
import { STYLES } from './sheet-xml.ts'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Longer names of sheets are refused by Excel. */
const MAX_NAME = 31

/** Number formats below are Excel's own. */
const FIRST_FORMAT = 164

const [, ...dates] = STYLES

/** The parts of a workbook of one sheet (ECMA-376) that are the same in each, by their paths. */
export const WORKBOOK_PARTS = {
  '[Content_Types].xml': `${HEADER}<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${CONTENT}.styles+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${CONTENT}.worksheet+xml"/></Types>`,
  '_rels/.rels': relationships({ officeDocument: 'xl/workbook.xml' }),
  'xl/_rels/workbook.xml.rels': relationships({ worksheet: 'worksheets/sheet1.xml', styles: 'styles.xml' }),
  'xl/styles.xml': `${HEADER}<styleSheet xmlns="${MAIN}"><numFmts count="${dates.length}">` +
    `${dates.map((code, i) => `<numFmt numFmtId="${FIRST_FORMAT + i}" formatCode="${code}"/>`).join('')}</numFmts>` +
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>' +
    `<cellXfs count="${STYLES.length + 1}"><xf/><xf fontId="1" applyFont="1"/>` +
    `${dates.map((_, i) => `<xf numFmtId="${FIRST_FORMAT + i}" applyNumberFormat="1"/>`).join('')}</cellXfs>` +
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
}

/** @param name of the sheet */
export function workbookXml (name: string): string {
  return `${HEADER}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONSHIPS}"><sheets>` +
    `<sheet name="${escapeXml(name.slice(0, MAX_NAME))}" sheetId="1" r:id="worksheet"/></sheets></workbook>`
}

/** @param targets paths by the kind of part, which names the relationship too */
function relationships (targets: Record<string, string>): string {
  const all = Object.entries(targets).map(([kind, target]) => (
    `<Relationship Id="${kind}" Type="${RELATIONSHIPS}/${kind}" Target="${target}"/>`))
  return `${HEADER}<Relationships xmlns="${PACKAGE}/relationships">${all.join('')}</Relationships>`
}
