#!/usr/bin/env node
// The first thing that runs, also on a Node that is too old: nothing here may need a newer one.
import { runProgram } from './program.mjs'

runProgram(process.argv.slice(2))
