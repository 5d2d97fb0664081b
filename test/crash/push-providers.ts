import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import webPush from 'web-push'
import { ROOT } from '../support/documents.ts'
import { startProgram, waitForOutput, type Program } from '../support/program.ts'
import type { Addresses } from './cluster.ts'
import type { Copy } from './facts.ts'
import { readLines } from './journal.ts'

/** Where a push may go: two projects of Firebase, Apple, browsers. */
export const WAYS = ['main', 'courier', 'apns', 'web'] as const
export type Way = (typeof WAYS)[number]

/** Devices that are registered for it belong to the project `courier`. */
export const COURIER_APP = 'com.example.courier'

export interface PushProviders {
  /** Points a node at all of them. */
  readonly env: Readonly<Record<string, string>>
  /** Another browser subscribes: what it gives to its page. */
  subscribe(): Promise<{ readonly endpoint: string }>
  /** The file that each writes what it took into. */
  readonly ledgers: Readonly<Record<Way, string>>
  /** Of the push service of browsers. */
  readonly webUrl: string
  stop(): Promise<void>
}

/** Another project of Firebase, Apple and a push service of browsers, beside the project that the cluster has; each in a process of its own. */
export async function startPushProviders(directory: string, { fcm }: Addresses): Promise<PushProviders> {
  const file = (name: string): string => join(directory, name)
  const ledgers = {
    main: file('fcm.ledger'),
    courier: file('courier.ledger'),
    apns: file('apns.ledger'),
    web: file('web.ledger'),
  }
  const start = (name: string, way: Way, flags: readonly string[]): Program =>
    startProgram([join(ROOT, 'dist/main.js'), 'fake', name, '--ledger', ledgers[way], ...flags], {
      cwd: directory,
      env: {},
      log: file(`${way}.log`),
    })
  const [courierKey, appleKey] = [file('courier.json'), file('apple.p8')]
  const courier = start('fcm', 'courier', ['--project', 'courier-2', '--account', courierKey])
  const apns = start('apns', 'apns', ['--key', appleKey])
  const web = start('webpush', 'web', [])
  const [courierUrl, webUrl] = [await listening(courier), await listening(web)]
  await listening(apns)
  const projects = [
    { name: 'main', default: true, credentials: file('account.json'), base_url: fcm },
    { name: 'courier', apps: [COURIER_APP], credentials: courierKey, base_url: courierUrl },
  ]
  writeFileSync(file('projects.json'), JSON.stringify({ projects }))
  const vapid = webPush.generateVAPIDKeys()
  return {
    ledgers,
    webUrl,
    env: {
      ...linesOf(apns),
      APNS_KEY: readFileSync(appleKey, 'utf8'),
      FCM_SERVICE_ACCOUNT: '',
      FCM_BASE_URL: '',
      FCM_PROJECTS_FILE: file('projects.json'),
      WEBPUSH_VAPID_SUBJECT: 'mailto:push@example.com',
      WEBPUSH_VAPID_PUBLIC_KEY: vapid.publicKey,
      WEBPUSH_VAPID_PRIVATE_KEY: vapid.privateKey,
      WEBHOOKS_ALLOW_HTTP: 'on',
      WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
      SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
    async subscribe() {
      const body = JSON.stringify({ subscribe: vapid.publicKey })
      const answer = await fetch(`${webUrl}/control`, { method: 'POST', body })
      return ((await answer.json()) as { readonly subscribe: { readonly endpoint: string } }).subscribe
    },
    async stop() {
      for (const program of [courier, apns, web]) await program.kill()
    },
  }
}

/** What each took. `tokens`: those of browsers, by the id of their subscription. */
export function readTaken(
  { ledgers, webUrl }: PushProviders,
  tokens: ReadonlyMap<string, string>,
): Readonly<Record<Way, readonly Copy[]>> {
  const read = (way: Way, copyOf: (field: (name: string) => string) => [string, string]): Copy[] =>
    readLines(ledgers[way]).map((line) => {
      const [name, providerMessageId] = copyOf((field) => String((line as Line)[field]))
      return { name, attempt: null, providerMessageId }
    })
  return {
    main: read('main', (field) => [field('token'), field('name')]),
    courier: read('courier', (field) => [field('token'), field('name')]),
    apns: read('apns', (field) => [`apns:${field('device')}`, field('apns_id')]),
    web: read('web', (field) => [tokens.get(field('id')) ?? field('id'), `${webUrl}/message/${field('push')}`]),
  }
}

type Line = Readonly<Record<string, unknown>>

/** What the look-alike says that points the service at it. */
function linesOf(program: Program): Record<string, string> {
  return Object.fromEntries(
    [...program.output().matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

function listening(lookAlike: Program): Promise<string> {
  return waitForOutput(lookAlike, /^listening on (\S+)\n/m)
}
