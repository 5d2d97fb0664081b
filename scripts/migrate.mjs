import { runProgram } from './program.mjs'

runProgram(['migrate'].concat(process.argv.slice(2)))
