/**
 * An absolute URL, or one against `base`; null where it is none. Stands for `URL.canParse`, which in Node 20 calls `https://bücher.example`
 * none once it has been compiled: letters above U+007F are handed to it in another encoding than it reads.
 */
export function readUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}
