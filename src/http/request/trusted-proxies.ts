import { isIP } from 'node:net'

/** Who is believed about whom a request comes from, as fastify takes it. */
export type TrustedProxies = true | string[] | ((address: string, hop: number) => boolean)

/**
 * @param text `true`, a number of hops, or addresses and CIDRs parted by commas
 * @throws Error that names the part at fault
 */
export function trustedProxies (text: string): TrustedProxies {
  if (text.trim() === 'true') return true
  if (/^\s*[1-9]\d?\s*$/.test(text)) {
    // Fastify takes a plain number for none, because whoever reaches the service directly could forge the address.
    // Whether anyone does, the operator knows.
    const hops = Number(text)
    return (_address, hop) => hop < hops
  }
  const addresses = text.split(',').map(address => address.trim())
  for (const address of addresses) {
    if (!isNetwork(address)) {
      throw new Error(`TRUST_PROXY: ${JSON.stringify(address)} is not an address or CIDR, nor is the whole true or a number of hops`)
    }
  }
  return addresses
}

function isNetwork (text: string): boolean {
  const [, address = '', prefix] = /^([^/]*)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? []
  const version = isIP(address)
  return version !== 0 && Number(prefix ?? 0) <= (version === 4 ? 32 : 128)
}
