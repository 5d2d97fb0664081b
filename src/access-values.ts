/** SECRET_KEY, whose form was looked at: 32 bytes. */
export function readSecretKey(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64')
}

/** TRUST_PROXY, whose form was looked at: how many proxies, or which. */
export function readProxies(text: string | null): number | readonly string[] | null {
  if (text === null) return null
  return /^\d+$/.test(text) ? Number(text) : text.split(',').map((one) => one.trim())
}
