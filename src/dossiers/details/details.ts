import { DETAIL_NAMES, type DetailName, type InstantDetail, type SentDetails, type ShownDetails } from './schema.ts'

/** Only what is known, in the order of `DETAIL_NAMES`. Instants are milliseconds since 1970. */
export type Details = { [N in DetailName]?: N extends InstantDetail ? number : NonNullable<SentDetails[N]> }

/** As the database gives them: instants are texts. */
export type DetailsRead = { [N in DetailName]?: NonNullable<SentDetails[N]> }

export function isInstantDetail (name: DetailName): name is InstantDetail {
  return name.endsWith('_at')
}

/** As they are stored; null: there are none. */
export function detailsJson (details: Details | null): string | null {
  if (details === null) return null
  return JSON.stringify(details, (name, value: unknown) => (
    name.endsWith('_at') ? new Date(value as number).toISOString() : value))
}

/** What is stored; the database keeps properties in an order of its own. */
export function detailsOf (stored: DetailsRead | null): Details | null {
  if (stored === null) return null
  return Object.fromEntries(DETAIL_NAMES.filter(name => name in stored).map(name => (
    [name, isInstantDetail(name) ? Date.parse(stored[name]!) : stored[name]])))
}

/** All of them, as the API shows them. */
export function detailsShown (stored: DetailsRead | null): ShownDetails {
  return Object.fromEntries(DETAIL_NAMES.map(name => [name, stored?.[name] ?? null])) as unknown as ShownDetails
}
