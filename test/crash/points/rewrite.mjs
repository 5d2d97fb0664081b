// Runs beside the program and changes one of its files as it is loaded: a declared function can be set anew from inside its module.
import { WRAP } from './points.mjs'

let point = { file: '', name: '' }

export function initialize(data) {
  point = data
}

export async function load(url, context, next) {
  const loaded = await next(url, context)
  if (!url.endsWith(`/dist/${point.file}`)) return loaded
  const { name } = point
  return { ...loaded, source: `${loaded.source}\n${name} = globalThis[Symbol.for('${WRAP}')](${name})\n` }
}
