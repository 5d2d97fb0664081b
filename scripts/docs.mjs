import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

// Writes the pages that are made from the code; with --check only tells whether they are in step.

const PAGE = fileURLToPath(new URL('../docs/configuration.md', import.meta.url))

if (await build()) {
  const { configurationPage } = await import('../dist/variables-page.js')
  if (!process.argv.includes('--check')) writeFileSync(PAGE, configurationPage())
  else if (readFileSync(PAGE, 'utf8') !== configurationPage()) {
    console.error('docs/configuration.md is not what src/variables.ts says: run `npm run docs`.')
    process.exitCode = 1
  }
} else process.exitCode = 1
