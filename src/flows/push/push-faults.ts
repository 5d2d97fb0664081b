import { TidingsError, type FaultDetail } from '../../domain/errors.ts'

/** Throws TidingsError for the first of these, with all of them in its details; nothing where there is none. `of`: what they are said of. */
export function refusePush(faults: readonly FaultDetail[], of = ''): void {
  const [first] = faults
  if (first === undefined) return
  // The size is looked at only where nothing else is wrong with the content: then its fault has no path.
  const code = first.path === '' ? 'push_too_large' : 'invalid_request'
  const where = first.path === '' ? '' : `${first.path}: `
  throw new TidingsError(code, `${where}${of}${first.message}`, { details: faults })
}

/** Nobody is what `to` says. */
export function noDevices(): TidingsError {
  const message = 'No device is what `to` asks for'
  return new TidingsError('no_devices', message, { details: [{ path: 'to', message }] })
}
