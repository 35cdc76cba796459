import type { Form } from './schema.ts'

/**
 * The form of a report: the requested one, otherwise the one in force on the last day of the period.
 * @returns the form, or a sentence that says why there is none
 */
export function formFor (
  forms: Form[], requested: string | undefined, period: { code: string, ends_on: string }
): Form | string {
  if (requested !== undefined) return forms.find(({ code }) => code === requested) ?? `there is no form ${requested}`
  const day = period.ends_on
  const inForce = forms.filter(form => form.valid_from <= day && (form.valid_to === null || day <= form.valid_to))
  const [only, ...others] = inForce
  if (only !== undefined && others.length === 0) return only
  const which = only === undefined ? 'no form is' : `several forms (${inForce.map(({ code }) => code).join(', ')}) are`
  return `${which} in force on ${day}, the last day of ${period.code}; name one`
}
