import type { Form } from './schema.ts'

/**
 * The form that a report is filled in on: the one asked for, else the one in force on the last day of the period.
 * @returns the form, or in a sentence why there is none
 */
export function formFor (
  forms: Form[], asked: string | undefined, period: { code: string, ends_on: string }
): Form | string {
  if (asked !== undefined) return forms.find(({ code }) => code === asked) ?? `there is no form ${asked}`
  const day = period.ends_on
  const inForce = forms.filter(form => form.valid_from <= day && (form.valid_to === null || day <= form.valid_to))
  const [only, ...others] = inForce
  if (only !== undefined && others.length === 0) return only
  const which = only === undefined ? 'no form is' : `several forms (${inForce.map(({ code }) => code).join(', ')}) are`
  return `${which} in force on ${day}, the last day of ${period.code}; name one`
}
