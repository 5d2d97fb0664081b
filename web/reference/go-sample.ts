import type { Call } from './call.ts'

/** A whole program of the standard library. */
export function goSample({ method, url, headers, body, withKey, isStream }: Call): string {
  const imports = [
    'fmt',
    'io',
    'net/http',
    ...(withKey || isStream ? ['os'] : []),
    ...(body === null ? [] : ['strings']),
  ]
  const content = body === null ? 'nil' : `strings.NewReader(${toGo(body)})`
  const lines = [
    'package main',
    '',
    'import (',
    ...imports.map((name) => `\t"${name}"`),
    ')',
    '',
    'func main() {',
    `\trequest, err := http.NewRequest(${toGo(method)}, ${toGo(url)}, ${content})`,
    ...FAILED,
    ...(withKey ? ['\trequest.Header.Set("authorization", "Bearer "+os.Getenv("TIDINGS_KEY"))'] : []),
    ...headers.map(([name, value]) => `\trequest.Header.Set(${toGo(name)}, ${toGo(value)})`),
    '\tresponse, err := http.DefaultClient.Do(request)',
    ...FAILED,
    '\tdefer response.Body.Close()',
    ...(isStream ? STREAMED : READ),
    '}',
  ]
  return lines.join('\n')
}

const FAILED = ['\tif err != nil {', '\t\tpanic(err)', '\t}']

const READ = [
  '\tanswer, err := io.ReadAll(response.Body)',
  ...FAILED,
  '\tfmt.Println(response.StatusCode, string(answer))',
]

const STREAMED = ['\tfmt.Println(response.StatusCode)', '\tio.Copy(os.Stdout, response.Body)']

/** Between backquotes everything but a backquote and a carriage return is itself. Source: The Go Programming Language Specification, “String literals”. */
function toGo(text: string): string {
  return /["\\\n]/.test(text) && !/[`\r]/.test(text) ? `\`${text}\`` : JSON.stringify(text)
}
