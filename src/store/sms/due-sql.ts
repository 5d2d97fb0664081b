/**
 * Of a row of `due` that is looked for by its message: it is still $1's. Written so that no index has it: that of owners still has an entry of
 * each row that its owner has put away since the last vacuum, tens of thousands after a large batch, and a planner that does not know it
 * would go through all of them for each message.
 */
export const IS_OWNERS = 'owner is not distinct from $1'
