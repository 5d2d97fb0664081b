// A tiny sign-up: asks for a phone number, texts a code through Tidings, asks for the code.
//   PORT=3000 TIDINGS_URL=http://localhost:5000 node sign-up.mjs
import { randomInt } from 'node:crypto'
import { createServer } from 'node:http'

const tidings = process.env.TIDINGS_URL ?? 'http://localhost:5000'
const port = Number(process.env.PORT ?? 3000)

/** The code that each number was texted. */
const codes = new Map()

createServer((request, response) => void serve(request, response)).listen(port, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${port}`),
)

async function serve(request, response) {
  const form = await formOf(request)
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const page = request.method === 'POST' ? await act(pathname, form) : askForNumber()
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="en"><title>Sign up</title><main>${page}</main></html>`)
}

async function act(pathname, form) {
  const phone = form.get('phone') ?? ''
  if (pathname === '/code') return textCode(phone)
  if (pathname === '/check' && codes.get(phone) === form.get('code')) return '<h1>Welcome</h1>'
  return `<h1>That is not the code</h1>${askForCode(phone)}`
}

async function textCode(phone) {
  const code = String(randomInt(100_000, 1_000_000))
  const answer = await fetch(`${tidings}/smss`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contact: phone, subject: 'Sign-up', message: `Your code is ${code}`, category: 'otp' }),
  })
  if (!answer.ok) return `<h1>That did not work</h1>${askForNumber()}`
  codes.set(phone, code)
  return `<h1>Look at your phone</h1>${askForCode(phone)}`
}

function askForNumber() {
  return `<h1>Sign up</h1><form method="post" action="/code">
    <label>Phone number <input name="phone" type="tel" required></label> <button>Text me a code</button></form>`
}

function askForCode(phone) {
  return `<form method="post" action="/check"><input type="hidden" name="phone" value="${escape(phone)}">
    <label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code" required></label> <button>Sign up</button></form>`
}

async function formOf(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  return new URLSearchParams(text)
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
