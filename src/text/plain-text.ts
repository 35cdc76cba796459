/** ASCII without blanks, as most codes are: to compose it takes longer than to see that it is. */
const IS_PLAIN = /^[!-~]*$/

/** A text as it is stored where it is a name or a code: composed (NFC), without blanks around it. */
export function plainText (text: string): string {
  return IS_PLAIN.test(text) ? text : text.normalize('NFC').trim()
}

/**
 * A text in the one spelling of all that look alike to people: blanks single, and Đ for the Icelandic Ð and the African
 * Ɖ, which some keyboards and converters write.
 */
export function likeText (text: string): string {
  return plainText(text).replaceAll(/\s+/g, ' ').replaceAll(/[ÐƉ]/g, 'Đ').replaceAll(/[ðɖ]/g, 'đ')
}
