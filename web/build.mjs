import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('.', import.meta.url))

const COMMON = {
  root: ROOT,
  logLevel: 'warn',
  clearScreen: false,
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
}

const BUILD = {
  target: 'es2022',
  // The first ones that know light-dark().
  cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  emptyOutDir: false,
  reportCompressedSize: false,
  sourcemap: false,
}

/** The pages. What they load has its content's hash in its name and lies in assets/. */
export const PAGES = {
  ...COMMON,
  base: '/',
  build: {
    ...BUILD,
    // All of our browsers know it, and what Vite would put in its place stands inline.
    modulePreload: { polyfill: false },
    // A data: URL would need a wider policy for fonts.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ['dashboard', 'device', 'reference'].map((page) => `${ROOT}${page}/index.html`) },
  },
}

/** The service workers, Firebase's by the name it has there: each imports nothing, and is no module. */
export const WORKERS = ['firebase-messaging-sw', 'web-push-sw'].map((name) => ({
  ...COMMON,
  build: {
    ...BUILD,
    rolldownOptions: {
      input: `${ROOT}device/worker/${name}.ts`,
      output: { format: 'iife', entryFileNames: `${name}.js`, codeSplitting: false },
    },
  },
}))
