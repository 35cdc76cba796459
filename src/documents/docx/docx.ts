import { XML_HEADER } from '../xml.ts'
import { marginsOf, pageOf, widthOf, type Document, type Sides } from '../document.ts'
import { contentTypes, packageOf, relationships, RELATIONSHIPS, type Pieces } from '../package.ts'
import { linesXml } from './lines.ts'
import { cellXml, tableXml } from './table.ts'
import { twips } from './units.ts'

const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const SPACES = `xmlns:w="${WORD}" xmlns:r="${RELATIONSHIPS}"`

/** The size of the title and of what people add, in points. */
const TEXT_SIZE = 13

/** A document as a file that word processors open and people go on editing. */
export async function docxOf (document: Document): Promise<Buffer> {
  return packageOf({
    '[Content_Types].xml': contentTypes({
      'word/document.xml': 'wordprocessingml.document.main',
      'word/styles.xml': 'wordprocessingml.styles',
      'word/header1.xml': 'wordprocessingml.header'
    }),
    '_rels/.rels': relationships({ document: ['officeDocument', 'word/document.xml'] }),
    'word/_rels/document.xml.rels': relationships({
      styles: ['styles', 'styles.xml'], pages: ['header', 'header1.xml']
    }),
    'word/styles.xml': [stylesXml(document)],
    'word/header1.xml': [PAGE_NUMBER],
    'word/document.xml': bodyXml(document)
  })
}

function * bodyXml (document: Document): Pieces {
  const { title, above, below } = document
  yield `${XML_HEADER}<w:document ${SPACES}><w:body>`
  yield sidesXml(above, document)
  if (above.left.length > 0) yield GAP
  yield linesXml(title, { align: 'center', size: TEXT_SIZE })
  yield GAP
  yield * tableXml(document)
  yield GAP
  yield sidesXml(below, document)
  yield sectionXml(document)
  yield '</w:body></w:document>'
}

/** Two tables that follow each other without text between them would become one. */
const GAP = '<w:p><w:pPr><w:keepNext/><w:spacing w:before="0" w:after="0"/></w:pPr></w:p>'

/** Lines on both sides, as two cells without borders, which stay on one page. */
function sidesXml ({ left, right, align }: Sides, { columns, size }: Document): string {
  if (left.length + right.length === 0) return ''
  const half = Math.floor(twips(widthOf(columns)) / 2)
  const cells = [
    cellXml(half, linesXml(left, { align: 'left', size, keeps: true })),
    cellXml(half, linesXml(right, { align, size, keeps: true }))
  ]
  return `<w:tbl><w:tblPr><w:tblW w:w="${2 * half}" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr>` +
    `<w:tblGrid><w:gridCol w:w="${half}"/><w:gridCol w:w="${half}"/></w:tblGrid>` +
    `<w:tr><w:trPr><w:cantSplit/></w:trPr>${cells.join('')}</w:tr></w:tbl>`
}

function sectionXml (document: Document): string {
  const { width, height } = pageOf(document)
  const { top, bottom, left, right } = marginsOf(document)
  return '<w:sectPr><w:headerReference w:type="default" r:id="pages"/>' +
    `<w:pgSz w:w="${twips(width)}" w:h="${twips(height)}" w:orient="${document.orientation}"/>` +
    `<w:pgMar w:top="${twips(top)}" w:right="${twips(right)}" w:bottom="${twips(bottom)}" w:left="${twips(left)}" ` +
    `w:header="${twips(10)}" w:footer="${twips(10)}" w:gutter="0"/><w:titlePg/></w:sectPr>`
}

const FONT = 'Times New Roman'

const stylesXml = ({ language }: Document) => `${XML_HEADER}<w:styles ${SPACES}><w:docDefaults><w:rPrDefault><w:rPr>` +
  `<w:rFonts w:ascii="${FONT}" w:hAnsi="${FONT}" w:eastAsia="${FONT}" w:cs="${FONT}"/>` +
  `<w:sz w:val="${2 * TEXT_SIZE}"/><w:szCs w:val="${2 * TEXT_SIZE}"/><w:lang w:val="${language === 'en' ? 'en-US' : 'vi-VN'}"/></w:rPr></w:rPrDefault>` +
  '<w:pPrDefault/></w:docDefaults>' +
  '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>' +
  '</w:styles>'

/** At the top in the middle, from the second page on. */
const PAGE_NUMBER = `${XML_HEADER}<w:hdr ${SPACES}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>` +
  '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>' +
  '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>' +
  '</w:p></w:hdr>'
