/** Tidings can't start like this. The message is one line for the person who started it: what is wrong, and the fix. */
export class StartRefusal extends Error {
  override readonly name = 'StartRefusal'
}
