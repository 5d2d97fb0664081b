import fc from 'fast-check'

// Every run tries the same cases, so that a red run is red again; SEED tries others.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['SEED'] ?? 482_913) })
