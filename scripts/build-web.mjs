import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

// The pages are built as a whole: Vite puts files together, so none of them can be made anew alone.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'web')
const TARGET = join(ROOT, 'dist', 'web')
/** Names the sources it was made from; its time is that of the build's beginning. */
const RECORD = join(TARGET, 'sources.json')
/** A change of these makes all of it old. */
const SETTINGS = ['package.json', 'scripts/build-web.mjs'].map((file) => join(ROOT, file))

/** What a smaller copy is made of; fonts are compressed as they are. */
const COMPRESSIBLE = /\.(js|css|html|svg|json)$/

/** Whether dist/web/ is what web/ says, judged by the times of the files. */
export function isWebBuilt() {
  const builtAt = changedAt(RECORD)
  if (builtAt === 0) return false
  const sources = sourceFiles()
  if (readFileSync(RECORD, 'utf8') !== JSON.stringify(sources.map(nameOf))) return false
  return [...SETTINGS, ...sources].every((file) => changedAt(file) <= builtAt)
}

/** Builds the pages. False when they can't be built, which is told on stderr. */
export async function buildWeb() {
  if (isWebBuilt()) return true
  // Another start may build at the same moment, or serve what was built.
  const half = join(ROOT, 'dist', `.web-${process.pid}`)
  try {
    mkdirSync(half, { recursive: true })
    writeFileSync(join(half, 'sources.json'), JSON.stringify(sourceFiles().map(nameOf)))
    const [{ build }, { PAGES, WORKERS }] = await Promise.all([import('vite'), import('../web/build.mjs')])
    await build(into(half, PAGES))
    for (const worker of WORKERS) await build(into(half, worker))
    for (const file of filesIn(half)) compress(file)
    replace(half)
    return true
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return false
  } finally {
    rmSync(half, { recursive: true, force: true })
  }
}

function into(directory, config) {
  return { ...config, configFile: false, build: { ...config.build, outDir: directory } }
}

/** Beside each file, what a browser that takes it is sent instead. */
function compress(file) {
  if (!COMPRESSIBLE.test(file) || file.endsWith('sources.json')) return
  const content = readFileSync(file)
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  )
}

function replace(half) {
  const old = `${half}-old`
  try {
    renameSync(TARGET, old)
  } catch {
    // The first build, or another one is at this very point.
  }
  try {
    renameSync(half, TARGET)
  } catch (error) {
    if (!isWebBuilt()) throw error
  }
  rmSync(old, { recursive: true, force: true })
}

function sourceFiles() {
  return filesIn(SOURCE).toSorted()
}

function nameOf(file) {
  return relative(ROOT, file).replaceAll(sep, '/')
}

function filesIn(directory) {
  if (!existsSync(directory)) return []
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
