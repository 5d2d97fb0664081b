// Parsed by old versions of Node, too, so that they can say that they are old: plain syntax, no imports of modules that do better.
const OLDEST = [20, 19]

/** Whether this Node runs Tidings; if not, says so in one line and sets the exit code. */
export function nodeIsNewEnough() {
  const parts = process.versions.node.split('.').map(Number)
  if (parts[0] > OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] >= OLDEST[1])) return true
  console.error(
    'tidings: This is Node ' +
      process.versions.node +
      ', Tidings needs ' +
      OLDEST.join('.') +
      ' or newer: https://nodejs.org',
  )
  process.exitCode = 2
  return false
}

/** Installs and builds what is missing, then becomes the program: same process, same terminal, same signals. */
export function runProgram(args) {
  if (!nodeIsNewEnough()) return
  import('./prepare.mjs')
    .then(function (prepare) {
      if (!prepare.prepare({ tools: false })) return
      process.argv.splice(2, process.argv.length, ...args)
      return import('../dist/main.js')
    })
    .catch(function (error) {
      console.error(error)
      process.exitCode = 1
    })
}
