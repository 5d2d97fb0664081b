/** What every route of the inbox chooses messages by, for the document. */
export const FILTER_PARAMETERS = {
  to: {
    type: 'string',
    description: 'A number in any spelling, a token, `topic:name`, or `several` for several targets at once.',
  },
  tag: { type: 'string' },
  channel: { type: 'string', enum: ['sms', 'push'] },
}
