import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Language } from '../../../web/reference/samples.ts'
import { ROOT } from '../../support/documents.ts'

const run = promisify(execFile)

/** By operation id. */
export type Programs = Readonly<Record<string, string>>

/** What each program printed of its call, by operation id: `200`, or what went wrong. */
export type Printed = Readonly<Record<string, string>>

/** A machine that is busy takes long to compile. */
const RUN = { timeout: 240_000, maxBuffer: 64 * 1024 * 1024 }

/** Whether a program is here, and answers. */
export function isThere(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore' }).status === 0
}

/** Runs programs of a language, one after the other, in as few processes as can be. */
export async function runPrograms(language: Language, programs: Programs, directory: string): Promise<Printed> {
  switch (language) {
    case 'curl':
      return runLines(programs)
    case 'node':
      return runScripts(programs, join(directory, 'node.mjs'), 'said[0]')
    case 'client':
      return runScripts(programs, join(directory, 'client.mjs'), "said.includes('refused') ? 'refused' : 200")
    case 'python':
      return runPython(programs, directory)
    case 'go':
      return runGo(programs, directory)
  }
}

/** Each printed its operation's id, then on the same line what it prints by itself. */
function read(output: string): Printed {
  const lines = output.split('\n').filter((line) => line.startsWith(MARK))
  return Object.fromEntries(
    lines.map((line) => {
      const [id = '', what = ''] = line.slice(MARK.length).split(' ')
      return [id, what]
    }),
  )
}

const MARK = '@@'

async function runLines(programs: Programs): Promise<Printed> {
  const lines = Object.entries(programs).map(
    ([id, line]) => `printf '${MARK}${id} '\n${line} \\\n  -sS -o /dev/null -w '%{http_code}\\n'`,
  )
  return read((await run('bash', ['-c', lines.join('\n')], RUN)).stdout)
}

/** In one program: each within a block of its own, where `console` keeps what it is given. `what`: what that says of the call. */
async function runScripts(programs: Programs, file: string, what: string): Promise<Printed> {
  const blocks = Object.entries(programs).map(([id, text]) => {
    const body = text.replace("import { createTidings } from 'tidings-client'\n", '')
    return `try {
  const said = []
  const console = { log: (first) => said.push(first?.success === false ? 'refused' : first) }
  const process = { env: {}, stdout: { write: () => true } }
  ${body}
  print('${id}', ${what})
} catch (error) {
  print('${id}', String(error).replaceAll(' ', '_'))
}`
  })
  const client = new URL('dist/client/tidings.js', `file://${ROOT}`)
  const head = `import { createTidings } from ${JSON.stringify(client.href)}
const print = (id, what) => globalThis.console.log('${MARK}' + id + ' ' + what)
`
  writeFileSync(file, head + blocks.join('\n'))
  return read((await run(process.execPath, [file], RUN)).stdout)
}

const PYTHON = `import contextlib, io, json, sys
for id, text in json.load(open(sys.argv[1])).items():
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(text, id, "exec"), {})
        what = said.getvalue().split(" ")[0]
    except Exception as error:
        what = str(error).replace(" ", "_")
    print("${MARK}" + id + " " + what)
`

async function runPython(programs: Programs, directory: string): Promise<Printed> {
  const file = join(directory, 'programs.json')
  writeFileSync(file, JSON.stringify(programs))
  return read((await run('python3', ['-c', PYTHON, file], RUN)).stdout)
}

/** In one package, so that there is one thing to compile: each program's `main` gets another name. */
async function runGo(programs: Programs, directory: string): Promise<Printed> {
  const place = join(directory, 'go')
  mkdirSync(place)
  const calls = Object.entries(programs).map(([id, text]) => {
    writeFileSync(join(place, `${id}.go`), text.replace('func main()', `func ${id}()`))
    return `\tfmt.Print("\\n${MARK}${id} ")\n\t${id}()`
  })
  writeFileSync(join(place, 'main.go'), `package main\n\nimport "fmt"\n\nfunc main() {\n${calls.join('\n')}\n}\n`)
  writeFileSync(join(place, 'go.mod'), 'module samples\n\ngo 1.19\n')
  const env = { ...process.env, CGO_ENABLED: '0', GOCACHE: join(place, 'cache'), GOFLAGS: '-mod=mod', GOPROXY: 'off' }
  return read((await run('go', ['run', '.'], { ...RUN, cwd: place, env })).stdout)
}
