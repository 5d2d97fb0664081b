/** What whoever started a look-alike, or wrote its script, has to mend; its message is one line. */
export class UsageError extends Error {}
