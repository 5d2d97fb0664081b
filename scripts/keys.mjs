import { runProgram } from './program.mjs'

runProgram(['keys'].concat(process.argv.slice(2)))
