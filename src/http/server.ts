import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastify } from 'fastify'
import { createPaths } from './allow.ts'
import { authorize } from './auth.ts'
import { addJsonParser } from './body.ts'
import { registerDocumentation } from './documentation.ts'
import { toRefusal } from './errors.ts'
import { refuseSchemaFaults } from './faults.ts'
import { directions, endLines, guard } from './guard.ts'
import { createLeavings } from './leavings.ts'
import { createHeldRefusals } from './held-refusals.ts'
import { lineRoutes } from './line-routes.ts'
import * as limits from './limits.ts'
import { meterRoutes } from './metered-routes.ts'
import { closeWith, dress, HTTP_OPTIONS, refuseMalformed } from './listen.ts'
import { createAccepts, isLarge, shed, type Accepts } from './overload.ts'
import type { HttpParts, Server } from './parts.ts'
import { createPressure, watchPressure } from './pressure.ts'
import { sendRefusal } from './refuse.ts'
import { readRequestId } from './request-id.ts'
import { auditRoute } from './routes/audit.ts'
import { callbackRoutes } from './routes/callbacks.ts'
import { cancelRoutes } from './routes/cancel.ts'
import { convertedRoutes } from './routes/converted.ts'
import { dashboardRoutes } from './routes/dashboard.ts'
import { eraseRoutes } from './routes/erase.ts'
import { errorRoutes } from './routes/errors.ts'
import { eventRoutes } from './routes/events.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { exportRoutes } from './routes/export.ts'
import { healthRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { inboundRoutes } from './routes/inbound.ts'
import { inboxDeedRoutes } from './routes/inbox-deeds.ts'
import { inboxEventRoutes } from './routes/inbox-events.ts'
import { inboxWaitRoutes } from './routes/inbox-wait.ts'
import { inboxRoutes } from './routes/inbox.ts'
import { keyRoutes } from './routes/keys.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { notificationHistoryRoutes } from './routes/notification-history.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { optOutRoutes } from './routes/opt-outs.ts'
import { pauseRoutes, pushPauseRoutes } from './routes/pauses.ts'
import { pageRoutes } from './routes/pages.ts'
import { referenceRoutes } from './routes/reference.ts'
import { sessionRoutes } from './routes/session.ts'
import { resendRoutes } from './routes/resend.ts'
import { pushDeviceRoutes } from './routes/push-devices.ts'
import { smsRoutesRoute } from './routes/sms-routes.ts'
import { smsRoutes } from './routes/sms.ts'
import { templateRoutes } from './routes/templates.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { webPushRoutes } from './routes/web-push.ts'
import { topicRoutes } from './routes/topics.ts'
import { webhookDeliveryRoutes } from './routes/webhook-deliveries.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { safeHeaders } from './safe-headers.ts'
import { SCHEMAS } from './schemas.ts'
import { traceRoutes } from './traced-routes.ts'
import { createWaits } from './waits.ts'
import { createRefusalLog, logServed, type LogRefused } from './wide-event.ts'

/** The whole HTTP side. `listen` serves it; `close()` lets what is under way finish. */
export function createServer(parts: HttpParts, pressure = createPressure()): Server {
  const logRefused = createRefusalLog(parts)
  const app = bareServer(parts, logRefused)
  watchPressure(app, pressure)
  const accepts = createAccepts(pressure, parts.chance, parts.room)
  const held = createHeldRefusals(parts)
  const paths = createPaths()
  app.addHook('onRoute', (route) => paths.add(route))
  app.decorateReply('refusal', null)
  app.decorateRequest('arrivedAt', 0)
  app.decorateRequest('caller')
  app.setSchemaErrorFormatter((faults) => refuseSchemaFaults(faults))
  app.setErrorHandler((error, request, reply) => {
    // Fastify hangs up after every body it could not use; that is needed only when some of it is still to come.
    if (request.raw.complete && !parts.isStopping()) reply.removeHeader('connection')
    const refusal = directions(toRefusal(error), request, reply, paths)
    held.send(refusal, !isLarge(request), () => {
      sendRefusal(reply, refusal, request.id)
      logRefused(request, reply)
    })
  })
  for (const schema of SCHEMAS) app.addSchema(schema)
  addJsonParser(app, parts.publicUrl, accepts)
  guard(app, parts, paths)
  // Behind the question for a key, which comes to stand before it: strangers take nobody's place.
  shed(app, pressure, parts)
  authorize(app, parts)
  endLines(app)
  meterRoutes(app, parts)
  traceRoutes(app, parts)
  logServed(app, parts)
  registerDocumentation(app, {
    version: parts.version,
    serverUrl: parts.publicUrl,
    keysRequired: parts.auth.required,
  })
  registerRoutes(app, parts, accepts)
  return app
}

function bareServer(parts: HttpParts, logRefused: LogRefused): Server {
  const app = fastify({
    // Fastify would make a logger for each request; ours writes one line when it is over.
    logger: false,
    genReqId: (request) => readRequestId(request, parts.newRequestId),
    http: HTTP_OPTIONS,
    requestTimeout: limits.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: limits.KEEP_ALIVE_MS,
    // What stands in a path is judged by its route.
    routerOptions: { maxParamLength: limits.URL_LENGTH },
    maxRequestsPerSocket: limits.REQUESTS_PER_SOCKET,
    bodyLimit: limits.SEND_BYTES,
    return503OnClosing: false,
    // All faults at once, with what is needed to suggest something; nothing is coerced, dropped or filled in.
    ajv: {
      customOptions: {
        allErrors: true,
        verbose: true,
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allowUnionTypes: true,
      },
    },
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket, parts),
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...safeHeaders(parts.publicUrl), 'Request-Id': request.id })
      sendRefusal(reply, toRefusal(error), request.id)
      logRefused(request, reply)
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  dress(app.server, parts)
  closeWith(app, app.server, async () => undefined)
  return app
}

/** In a plugin, so that they are read after the document's generator has been set up. */
function registerRoutes(app: Server, parts: HttpParts, accepts: Accepts): void {
  const waits = createWaits(app)
  const leavings = createLeavings(app)
  app.register((scope: Server, _options, done) => {
    smsRoutes(scope, parts, accepts, waits)
    notificationRoutes(scope, parts, accepts, waits)
    pushDeviceRoutes(scope, parts, accepts, waits)
    notificationHistoryRoutes(scope, parts)
    cancelRoutes(scope, parts)
    convertedRoutes(scope, parts)
    resendRoutes(scope, parts, accepts)
    pauseRoutes(scope, parts)
    pushPauseRoutes(scope, parts)
    historyRoutes(scope, parts)
    tokenRoutes(scope, parts)
    webPushRoutes(scope, parts)
    topicRoutes(scope, parts)
    exportRoutes(scope, parts)
    eraseRoutes(scope, parts, leavings)
    inboundRoutes(scope, parts)
    optOutRoutes(scope, parts)
    inboxRoutes(scope, parts)
    inboxEventRoutes(scope, parts)
    eventRoutes(scope, parts)
    inboxWaitRoutes(scope, parts, leavings)
    inboxDeedRoutes(scope, parts, leavings)
    keyRoutes(scope, parts)
    sessionRoutes(scope, parts)
    auditRoute(scope, parts)
    templateRoutes(scope, parts)
    webhookRoutes(scope, parts)
    webhookDeliveryRoutes(scope, parts, leavings)
    healthRoutes(scope, parts)
    smsRoutesRoute(scope, parts)
    metricsRoutes(scope, parts)
    errorRoutes(scope, parts)
    pageRoutes(scope, parts)
    referenceRoutes(scope, parts)
    dashboardRoutes(scope, parts)
    done()
  })
  app.register((scope: Server, _options, done) => {
    lineRoutes(scope, parts, accepts, waits, leavings)
    done()
  })
  app.register((scope: Server, _options, done) => {
    callbackRoutes(scope, parts)
    done()
  })
  app.register((scope: Server, _options, done) => {
    evidenceRoutes(scope, parts)
    done()
  })
}
