/** A backup, a restore or a move can't be done like this. The message is one line: what is wrong, and the fix. */
export class TransferRefusal extends Error {
  override readonly name = 'TransferRefusal'
}

/** A person stopped it between two pieces; what it has done so far is kept where it can be gone on with. */
export class TransferStopped extends Error {
  override readonly name = 'TransferStopped'
}
