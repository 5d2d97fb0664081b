import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/** Markup that is safe as it stands; made by `html` alone. */
export interface Html {
  readonly markup: string
}

/** Markup with values in it; every value that isn't markup itself is escaped. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  return { markup: parts.reduce((text, part, index) => text + toMarkup(values[index - 1] ?? '') + part) }
}

/** Sends a whole page. Nothing in it is loaded from anywhere, and no script can run. */
export function sendPage(reply: FastifyReply, title: string, body: Html): FastifyReply {
  reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  return reply.send(`<!doctype html>\n${page(title, body).markup}`)
}

function toMarkup(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  if ('markup' in value) return value.markup
  return value.map((one) => one.markup).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

const STYLE = `:root{color-scheme:light dark;--paper:#faf9f6;--card:#fff;--sunk:#f1efe9;--ink:#17191c;--ink2:#4a4e55;--line:#ddd9cf;
--accent:#1f3fb0;--ok:#17693a;--ok-bg:#e3f1e7;--mute:#5b5f66;--mute-bg:#eceae4}
@media (prefers-color-scheme:dark){:root{--paper:#121417;--card:#191c20;--sunk:#0d0f11;--ink:#eceae4;--ink2:#b4b8bf;--line:#2b3037;
--accent:#93a9ff;--ok:#6fd09a;--ok-bg:#10291b;--mute:#a4a9b1;--mute-bg:#24282e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 "Instrument Sans",system-ui,sans-serif;font-variant-numeric:tabular-nums}
body::before{content:"";display:block;height:5px;background:repeating-linear-gradient(-45deg,#b3261e 0 12px,#faf9f6 12px 20px,#1f3fb0 20px 32px,#faf9f6 32px 40px)}
header,main{max-width:760px;margin:0 auto;padding:16px 20px}
header{display:flex;gap:20px;align-items:baseline;flex-wrap:wrap}
header strong{font-size:17px}
header strong a{color:inherit;text-decoration:none}
h1{font-size:22px;line-height:1.25;margin:8px 0;overflow-wrap:anywhere}
h2{font-size:14px;margin:28px 0 8px}
.lead{font-size:17px;line-height:1.4;margin:0 0 20px}
.over{margin:12px 0 0;color:var(--ink2)}
a{color:var(--accent)}
code,pre{font-family:"IBM Plex Mono",ui-monospace,monospace;font-size:.93em}
pre{background:var(--sunk);border:1px solid var(--line);border-radius:6px;padding:12px;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line)}
th,td{text-align:left;padding:8px 12px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--ink2);font-weight:600;font-size:12px}
dt{font-weight:600;margin-top:16px}
dd{margin:4px 0 0;color:var(--ink2)}
.state{display:inline-block;padding:1px 8px;border-radius:4px;white-space:nowrap}
.live{color:var(--ok);background:var(--ok-bg)}
.held{color:var(--mute);background:var(--mute-bg)}`

/** Its text is hashed in the policy to the letter, so it is put together here, where no formatter indents it. */
const STYLE_ELEMENT: Html = { markup: `<style>${STYLE}</style>` }

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function page(title: string, body: Html): Html {
  // The icon is empty, so that no browser asks for /favicon.ico.
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} · Tidings</title>
      <link rel="icon" href="data:," />
      ${STYLE_ELEMENT}
    </head>
    <body>
      <header>
        <strong><a href="/">Tidings</a></strong> <a href="/dashboard">Dashboard</a> <a href="/errors">Errors</a>
        <a href="/docs">API</a>
      </header>
      <main>${body}</main>
    </body>
  </html>`
}
