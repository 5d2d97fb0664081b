/**
 * Whether a caller takes an answer in gzip, by the header Accept-Encoding; without one nothing is packed, for whoever reads the answer with bare
 * hands. Source: RFC 9110 §12.5.3.
 */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  const codings = (acceptEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.split(';').map((part) => part.trim()))
  const named = (name: string): readonly string[] | undefined => codings.find(([coding]) => coding === name)
  const found = named('gzip') ?? named('*')
  return found !== undefined && !found.slice(1).some((weight) => /^q=0(?:\.0{0,3})?$/.test(weight))
}
