import { runProgram } from './program.mjs'

runProgram(['fake'].concat(process.argv.slice(2)))
