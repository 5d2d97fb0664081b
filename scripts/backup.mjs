import { runProgram } from './program.mjs'

runProgram(['backup'].concat(process.argv.slice(2)))
