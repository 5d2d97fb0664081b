import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWeb, isWebBuilt } from './build-web.mjs'

// Each file is turned into JavaScript on its own: no types are needed for that, so it also works where the development
// packages are not installed, and takes a tenth of the time. `npm run check` looks at the types.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'src')
const TARGET = join(ROOT, 'dist')
/** A change of these makes all of it old. */
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'scripts/build.mjs'].map((file) =>
  join(ROOT, file),
)

/** Whether dist/ is what src/ and web/ say, judged by the times of the files. */
export function isBuilt() {
  const { stale, orphans } = compare()
  return stale.length + orphans.length === 0 && isWebBuilt()
}

/** Builds what is not. False when a file can't be understood, which is told on stderr. */
export async function build() {
  const { stale, orphans } = compare()
  for (const file of orphans) rmSync(file)
  return (stale.length === 0 || (await compile(stale))) && (await buildWeb())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await build()) ? 0 : 1

function compare() {
  const settingsChanged = Math.max(...SETTINGS.map(changedAt))
  const sources = filesIn(SOURCE).filter((file) => file.endsWith('.ts'))
  const stale = sources.filter((file) => changedAt(targetOf(file)) < Math.max(changedAt(file), settingsChanged))
  const orphans = filesIn(TARGET).filter((file) => !isOfOthers(file) && !existsSync(sourceOf(file)))
  return { stale, orphans }
}

async function compile(files) {
  const { default: ts } = await import('typescript')
  const compilerOptions = readOptions(ts)
  const problems = files.flatMap((file) => compileOne(ts, file, compilerOptions))
  if (problems.length === 0) return true
  const host = { getCurrentDirectory: () => ROOT, getCanonicalFileName: (name) => name, getNewLine: () => '\n' }
  console.error(ts.formatDiagnostics(problems, host))
  return false
}

function compileOne(ts, file, compilerOptions) {
  const source = readFileSync(file, 'utf8')
  const options = { compilerOptions, fileName: file, reportDiagnostics: true }
  const { outputText, sourceMapText, diagnostics = [] } = ts.transpileModule(source, options)
  if (diagnostics.length > 0) return diagnostics
  const target = targetOf(file)
  mkdirSync(dirname(target), { recursive: true })
  const map = JSON.parse(sourceMapText)
  map.sources = [relative(dirname(target), file)]
  replace(`${target}.map`, JSON.stringify(map))
  replace(target, outputText)
  return []
}

/** Another start may build at the same moment, or run what was built. */
function replace(path, text) {
  const half = `${path}.${process.pid}`
  writeFileSync(half, text)
  renameSync(half, path)
}

function readOptions(ts) {
  const file = join(ROOT, 'tsconfig.build.json')
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, ROOT)
  // Compiled alone, a file doesn't see that package.json says `module`.
  return { ...options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] }
}

function filesIn(directory) {
  if (!existsSync(directory)) return []
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

function targetOf(source) {
  return join(TARGET, relative(SOURCE, source)).replace(/\.ts$/, '.js')
}

function sourceOf(target) {
  return join(SOURCE, relative(TARGET, target)).replace(/\.js(\.map)?$/, '.ts')
}

/** The pages, and what another build is just making of them; the client's package, which scripts/build-client.mjs makes. */
function isOfOthers(target) {
  return /^(\.?web|npm)\b/.test(relative(TARGET, target))
}

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
