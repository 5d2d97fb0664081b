import type { Call } from './call.ts'
import { clientSample } from './client-sample.ts'
import { goSample } from './go-sample.ts'
import { parsed, toPython, toScript } from './literals.ts'

export type Language = 'curl' | 'node' | 'python' | 'go' | 'client'

export const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['curl', 'curl'],
  ['node', 'Node'],
  ['python', 'Python'],
  ['go', 'Go'],
  ['client', 'Client'],
]

/** A program, or a line for bash, that makes the call and prints the status and the body. Null: the client has no call for it. */
export function sampleOf(call: Call, language: Language): string | null {
  switch (language) {
    case 'curl':
      return curlSample(call)
    case 'node':
      return nodeSample(call)
    case 'python':
      return pythonSample(call)
    case 'go':
      return goSample(call)
    case 'client':
      return clientSample(call)
  }
}

function curlSample({ method, url, headers, body, withKey, isStream }: Call): string {
  const usual = body === null ? 'GET' : 'POST'
  const parts = [
    `curl ${isStream ? '-N ' : ''}${quoted(url)}`,
    ...(method === usual ? [] : [`-X ${method}`]),
    // In double quotes, so that the shell puts the key in.
    ...(withKey ? ['-H "authorization: Bearer $TIDINGS_KEY"'] : []),
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-binary ${quoted(body)}`]),
  ]
  return parts.join(' \\\n  ')
}

/** For a POSIX shell: within single quotes nothing but the quote itself means anything. */
function quoted(text: string): string {
  return /^[\w:/.@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function nodeSample({ method, url, headers, body, withKey, isStream }: Call): string {
  const fields = [
    ...(withKey ? ['    authorization: `Bearer ${process.env.TIDINGS_KEY}`,'] : []),
    ...headers.map(([name, value]) => `    ${toScript(name)}: ${toScript(value)},`),
  ]
  const options = [
    ...(method === 'GET' ? [] : [`  method: ${toScript(method)},`]),
    ...(fields.length === 0 ? [] : ['  headers: {', ...fields, '  },']),
    ...(body === null ? [] : [`  body: ${nodeBody(body)},`]),
  ]
  const call = options.length === 0 ? `fetch(${toScript(url)})` : `fetch(${toScript(url)}, {\n${options.join('\n')}\n})`
  const print = isStream
    ? 'console.log(response.status)\nfor await (const part of response.body) process.stdout.write(part)'
    : 'console.log(response.status, await response.text())'
  return `const response = await ${call}\n${print}`
}

function nodeBody(body: string): string {
  const value = parsed(body)
  return value === undefined ? toScript(body) : `JSON.stringify(${toScript(value, 2)})`
}

function pythonSample({ method, url, headers, body, withKey, isStream }: Call): string {
  const value = body === null ? undefined : parsed(body)
  const fields = [
    ...(withKey ? ['        "authorization": f"Bearer {os.environ[\'TIDINGS_KEY\']}",'] : []),
    ...headers.map(([name, text]) => `        ${toPython(name)}: ${toPython(text)},`),
  ]
  const data = value === undefined ? `${toPython(body)}.encode()` : `json.dumps(${toPython(value, 4)}).encode()`
  const lines = [
    ...(value === undefined ? [] : ['import json']),
    ...(withKey ? ['import os'] : []),
    'import urllib.request',
    '',
    'request = urllib.request.Request(',
    `    ${toPython(url)},`,
    `    method=${toPython(method)},`,
    ...(fields.length === 0 ? [] : ['    headers={', ...fields, '    },']),
    ...(body === null ? [] : [`    data=${data},`]),
    ')',
    'with urllib.request.urlopen(request) as response:',
    ...(isStream
      ? ['    print(response.status)', '    for line in response:', '        print(line.decode(), end="", flush=True)']
      : ['    print(response.status, response.read().decode())']),
  ]
  return lines.join('\n')
}
