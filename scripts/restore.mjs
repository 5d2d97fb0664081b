import { runProgram } from './program.mjs'

runProgram(['restore'].concat(process.argv.slice(2)))
