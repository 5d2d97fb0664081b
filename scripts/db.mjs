import { runProgram } from './program.mjs'

runProgram(['db'].concat(process.argv.slice(2)))
