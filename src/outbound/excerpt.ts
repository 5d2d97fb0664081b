const EXCERPT_BYTES = 1_024

const TEXT_TYPE = /^(text\/|application\/([^;]+\+)?(json|xml)\b)/i

/**
 * What may be shown of a stranger's answer: the beginning of a text in UTF-8, up to 1,024 bytes. Empty for what is packed, of another
 * kind, or no text after all. It is still a stranger's: whoever shows it escapes it.
 */
export function excerptOf(body: Buffer, headers: Readonly<Record<string, string>>): string {
  if (!TEXT_TYPE.test(headers['content-type'] ?? 'text/plain') || 'content-encoding' in headers) return ''
  // A character that the cut went through is left out.
  const text = new TextDecoder().decode(body.subarray(0, EXCERPT_BYTES), { stream: true })
  if (text.includes('\ufffd') || text.includes('\u0000')) return ''
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, ' ')
}
