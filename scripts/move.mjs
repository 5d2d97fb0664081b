import { runProgram } from './program.mjs'

runProgram(['move'].concat(process.argv.slice(2)))
