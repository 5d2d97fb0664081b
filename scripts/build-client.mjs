// npm run build:client: what is published as `tidings-client`, in dist/npm/tidings-client. `npm publish` there, or `npm pack`.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'src', 'client')

const target = process.argv[2] ?? join(ROOT, 'dist', 'npm', 'tidings-client')
process.exitCode = buildClient(target) ? 0 : 1

/** Compiles it with its types. False where they don't fit, which is told on stderr. */
function buildClient(directory) {
  rmSync(directory, { recursive: true, force: true })
  const program = ts.createProgram([join(SOURCE, 'tidings.ts')], {
    ...readOptions(),
    rootDir: SOURCE,
    outDir: directory,
    declaration: true,
    sourceMap: false,
  })
  const { diagnostics } = program.emit()
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
  const host = { getCurrentDirectory: () => ROOT, getCanonicalFileName: (name) => name, getNewLine: () => '\n' }
  if (problems.length > 0) console.error(ts.formatDiagnostics(problems, host))
  for (const [from, to] of [
    [join(SOURCE, 'package.json'), 'package.json'],
    [join(ROOT, 'docs', 'client.md'), 'README.md'],
    [join(ROOT, 'LICENSE'), 'LICENSE'],
  ]) {
    copyFileSync(from, join(directory, to))
  }
  nameWhatIsThere(directory)
  return problems.length === 0
}

/** The compiler leaves the sources' names in the files with the types. */
function nameWhatIsThere(directory) {
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.d.ts'))) {
    const file = join(directory, name)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"))
  }
}

function readOptions() {
  const file = join(ROOT, 'tsconfig.build.json')
  return ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, ROOT).options
}
