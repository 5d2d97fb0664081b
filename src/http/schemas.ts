import { ErrorObject, ErrorPage, ErrorPageAnswer, ErrorPageList } from '../contract/error.ts'
import { Converted } from '../contract/converted.ts'
import { Check, Checks, Done, Ready } from '../contract/health.ts'
import { HISTORY_SCHEMAS } from '../contract/history.ts'
import { INBOUND_SCHEMAS } from '../contract/inbound.ts'
import {
  InboxDeleted,
  InboxItem,
  InboxItemAnswer,
  InboxList,
  InboxPlay,
  InboxThread,
  InboxThreadList,
  InboxWaited,
} from '../contract/inbox.ts'
import {
  AuditEntry,
  AuditList,
  Key,
  KeyAnswer,
  KeyChange,
  KeyList,
  KeyMade,
  KeyRequest,
  KeyRotation,
} from '../contract/keys.ts'
import {
  Delivery,
  DeliveryList,
  Notification,
  NotificationAccepted,
  NotificationAnswer,
  PUSH_REQUESTS,
} from '../contract/notifications.ts'
import { PushWait, Wording, WordingDryRun } from '../contract/push-parts.ts'
import { Session, SessionAnswer, SignIn } from '../contract/session.ts'
import { PushDryRun, PushDryRunData, SmsDryRun, SmsDryRunData } from '../contract/dry-run.ts'
import {
  ItemError,
  SmsBatchAnswer,
  SmsBatchAnswerItem,
  SmsBatchItem,
  SmsBatchMessage,
  SmsBatchRequest,
} from '../contract/sms-batch.ts'
import { Pause, PauseList, PauseRequest, Resumed, ResumeRequest } from '../contract/pauses.ts'
import { NotificationResend, SmsResend } from '../contract/resend.ts'
import { Attempt, Sms, SmsAccepted, SmsAnswer, SmsRequest } from '../contract/sms.ts'
import { SMS_ROUTES_SCHEMAS } from '../contract/sms-routes.ts'
import { TEMPLATE_SCHEMAS } from '../contract/templates.ts'
import { TOPIC_SCHEMAS } from '../contract/topics.ts'
import { WEB_PUSH_SCHEMAS } from '../contract/web-push.ts'
import { WEBHOOK_SCHEMAS } from '../contract/webhooks.ts'

/** What the server registers, so that routes can name it. */
export const SCHEMAS = [
  ...PUSH_REQUESTS,
  PushWait,
  Wording,
  WordingDryRun,
  Attempt,
  AuditEntry,
  AuditList,
  Check,
  Checks,
  Converted,
  Delivery,
  DeliveryList,
  Done,
  ErrorObject,
  ErrorPage,
  ErrorPageAnswer,
  ErrorPageList,
  InboxDeleted,
  InboxItem,
  InboxItemAnswer,
  InboxList,
  InboxPlay,
  InboxThread,
  InboxThreadList,
  InboxWaited,
  ItemError,
  Key,
  KeyAnswer,
  KeyChange,
  KeyList,
  KeyMade,
  KeyRequest,
  KeyRotation,
  Notification,
  NotificationAccepted,
  NotificationAnswer,
  PushDryRun,
  PushDryRunData,
  NotificationResend,
  Pause,
  PauseList,
  PauseRequest,
  Ready,
  ResumeRequest,
  Resumed,
  Session,
  SessionAnswer,
  SignIn,
  Sms,
  SmsAccepted,
  SmsAnswer,
  SmsBatchAnswer,
  SmsBatchAnswerItem,
  SmsBatchItem,
  SmsBatchMessage,
  SmsBatchRequest,
  SmsDryRun,
  SmsDryRunData,
  SmsRequest,
  SmsResend,
  ...HISTORY_SCHEMAS,
  ...INBOUND_SCHEMAS,
  ...SMS_ROUTES_SCHEMAS,
  ...TEMPLATE_SCHEMAS,
  ...TOPIC_SCHEMAS,
  ...WEB_PUSH_SCHEMAS,
  ...WEBHOOK_SCHEMAS,
]
