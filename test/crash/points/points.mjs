/** Under this name the wrapper stands in the global object. */
export const WRAP = 'tidings crash point'

/**
 * Where a node can be made to break: `before` a call, when what it sends is `written`, or `after` it has come back. `name` is a function of
 * the built file; with `method`, what it makes has the call.
 */
export const POINTS = {
  'accept before': { file: 'store/sms/messages.js', name: 'insertMessages', when: 'before' },
  'accept written': { file: 'store/sms/messages.js', name: 'insertMessages', when: 'written' },
  'accept committed': { file: 'store/sms/messages.js', name: 'insertMessages', when: 'after' },
  'push written': { file: 'store/push/notifications.js', name: 'insertNotifications', when: 'written' },
  'push committed': { file: 'store/push/notifications.js', name: 'insertNotifications', when: 'after' },
  'start before': { file: 'store/sms/sms-work.js', name: 'startMessages', when: 'before' },
  'start written': { file: 'store/sms/sms-work.js', name: 'startMessages', when: 'written' },
  'start answered': { file: 'store/sms/sms-work.js', name: 'startMessages', when: 'after' },
  'submission before': { file: 'providers/http-call.js', name: 'createHttpCall', method: 'send', when: 'before' },
  'submission written': { file: 'providers/http-call.js', name: 'createHttpCall', method: 'send', when: 'written' },
  'submission answered': { file: 'providers/http-call.js', name: 'createHttpCall', method: 'send', when: 'after' },
  'push submission before': { file: 'http2/pool.js', name: 'createHttp2Pool', method: 'request', when: 'before' },
  'push submission answered': { file: 'http2/pool.js', name: 'createHttp2Pool', method: 'request', when: 'after' },
  'settle before': { file: 'store/sms/sms-settle.js', name: 'settleMessages', when: 'before' },
  'settle written': { file: 'store/sms/sms-settle.js', name: 'settleMessages', when: 'written' },
  'settle answered': { file: 'store/sms/sms-settle.js', name: 'settleMessages', when: 'after' },
  'chunk before': { file: 'store/push/push-work.js', name: 'moveChunks', when: 'before' },
  'chunk written': { file: 'store/push/push-work.js', name: 'moveChunks', when: 'written' },
  'chunk moved': { file: 'store/push/push-work.js', name: 'moveChunks', when: 'after' },
  'transaction committed': { file: 'store/transaction.js', name: 'pipelined', when: 'after' },
  'claim before': { file: 'store/sms/sms-claims.js', name: 'claimDue', when: 'before' },
  'claim written': { file: 'store/sms/sms-claims.js', name: 'claimDue', when: 'written' },
  'claim committed': { file: 'store/sms/sms-claims.js', name: 'claimDue', when: 'after' },
  'chunk claim written': { file: 'store/push/push-work.js', name: 'claimChunks', when: 'written' },
  'chunk claim committed': { file: 'store/push/push-work.js', name: 'claimChunks', when: 'after' },
  'receipt before': { file: 'store/receipts/receipts.js', name: 'applyReceipts', when: 'before' },
  'receipt written': { file: 'store/receipts/receipts.js', name: 'applyReceipts', when: 'written' },
  'receipt committed': { file: 'store/transaction.js', name: 'inTransaction', when: 'after' },
  'takeover written': { file: 'store/nodes/reclaim.js', name: 'reclaimMessages', when: 'written' },
  'takeover committed': { file: 'store/nodes/reclaim.js', name: 'reclaimMessages', when: 'after' },
  'request taken': { file: 'flows/sms/sms.js', name: 'createSmsFlow', method: 'accept', when: 'before' },
  'webhook claimed': { file: 'store/webhooks/webhook-work.js', name: 'claimDeliveries', when: 'after' },
  'webhook written': { file: 'outbound/call.js', name: 'send', when: 'written' },
  'webhook answered': { file: 'outbound/call.js', name: 'send', when: 'after' },
  'webhook settle written': { file: 'store/webhooks/webhook-work.js', name: 'settleDeliveries', when: 'written' },
  'migration written': { file: 'store/migrate.js', name: 'connection', method: 'query', when: 'written' },
  'migration answered': { file: 'store/migrate.js', name: 'connection', method: 'query', when: 'after' },
}
