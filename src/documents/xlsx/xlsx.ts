import { escapeXml, XML_HEADER } from '../xml.ts'
import type { Document } from '../document.ts'
import { contentTypes, packageOf, relationships, RELATIONSHIPS, type Pieces } from '../package.ts'
import { addressOf, lettersOf } from './address.ts'
import { layoutOf, type Layout } from './layout.ts'
import { cellXml, sheetXml } from './sheet.ts'
import { SPREADSHEET, Styles } from './styles.ts'

/** Longer names of sheets are refused by Excel, and so are those with any of these signs. */
const MAX_NAME = 31
const REFUSED_IN_NAMES = /[\\/*?:[\]']/g

/** The hidden sheet. */
export const FACTS_SHEET = 'cchc'

/** A document as a workbook: a sheet to print, and a hidden one where the document has marks. */
export async function xlsxOf (document: Document): Promise<Buffer> {
  const { marks } = document
  const layout = layoutOf(document)
  const styles = new Styles()
  const sheets = ['sheet1', ...(marks === undefined ? [] : ['sheet2'])]
  return packageOf({
    '[Content_Types].xml': contentTypes({
      'xl/workbook.xml': 'spreadsheetml.sheet.main',
      'xl/styles.xml': 'spreadsheetml.styles',
      ...Object.fromEntries(sheets.map(name => [`xl/worksheets/${name}.xml`, 'spreadsheetml.worksheet']))
    }),
    '_rels/.rels': relationships({ workbook: ['officeDocument', 'xl/workbook.xml'] }),
    'xl/_rels/workbook.xml.rels': relationships({
      ...Object.fromEntries(sheets.map(name => [name, ['worksheet', `worksheets/${name}.xml`] as const])),
      styles: ['styles', 'styles.xml']
    }),
    'xl/workbook.xml': [workbookXml(document, layout)],
    'xl/worksheets/sheet1.xml': sheetXml(document, layout, styles),
    ...(marks === undefined ? {} : { 'xl/worksheets/sheet2.xml': factsXml(marks.facts) }),
    // The last: only now it is known which there are.
    'xl/styles.xml': styles.xml()
  })
}

function workbookXml ({ name, columns, marks }: Document, { firstOfHead, firstOfRows, end }: Layout): string {
  const sheet = escapeXml(name.replaceAll(REFUSED_IN_NAMES, ' ').slice(0, MAX_NAME))
  const facts = `<sheet name="${FACTS_SHEET}" sheetId="2" state="hidden" r:id="sheet2"/>`
  const printed = `'${sheet}'!$A$1:$${lettersOf(columns.length - 1)}$${end}`
  const repeated = `'${sheet}'!$${firstOfHead + 1}:$${firstOfRows}`
  return `${XML_HEADER}<workbook xmlns="${SPREADSHEET}" xmlns:r="${RELATIONSHIPS}"><bookViews><workbookView/></bookViews>` +
    `<sheets><sheet name="${sheet}" sheetId="1" r:id="sheet1"/>${marks === undefined ? '' : facts}</sheets><definedNames>` +
    `<definedName name="_xlnm.Print_Area" localSheetId="0">${printed}</definedName>` +
    `<definedName name="_xlnm.Print_Titles" localSheetId="0">${repeated}</definedName></definedNames></workbook>`
}

function factsXml (facts: Readonly<Record<string, string>>): Pieces {
  const rows = Object.entries(facts).map(([name, value], i) => (
    `<row r="${i + 1}">${cellXml(addressOf(i, 0), name, 0)}${cellXml(addressOf(i, 1), value, 0)}</row>`))
  return [`${XML_HEADER}<worksheet xmlns="${SPREADSHEET}"><sheetData>${rows.join('')}</sheetData></worksheet>`]
}
