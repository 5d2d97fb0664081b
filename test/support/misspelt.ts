interface Planted {
  readonly phone: string
  readonly message: string
  readonly key: string
  /** JSON that is right. */
  readonly body: string
}

/** Bytes that are no request, or none that is taken, with what may not be found in a log wherever it can stand. */
export function misspeltRequests({ phone, message, key, body }: Planted): readonly string[] {
  const person = `${encodeURIComponent(phone)}/${message}`
  const head = `Host: a\r\nAuthorization: Bearer ${key}\r\n`
  const post = `POST /smss HTTP/1.1\r\n${head}Content-Type: application/json\r\n`
  return [
    `FROB /clients/${person} HTTP/1.1\r\n${head}\r\n`,
    `GET /clients/${person} HTTP/3.0\r\n${head}\r\n`,
    `GET /clients/${person} HTTP/1.1\r\n${head}Host: ${message}\r\n\r\n`,
    `GET /clients/${person} HTTP/1.1\r\nHost: ${message}@a\r\n\r\n`,
    `GET /${person}/${'x'.repeat(5_000)} HTTP/1.1\r\n${head}\r\n`,
    `GET /clients/%zz${person} HTTP/1.1\r\n${head}\r\n`,
    `GET /smss HTTP/1.1\r\n${head}X-${message}: ${message.repeat(800)}\r\n\r\n`,
    `GET /smss HTTP/1.1\r\n${head}${message} ${phone}\r\n\r\n`,
    `${post}Content-Length: ${phone}\r\n\r\n${body}`,
    `${post}Transfer-Encoding: chunked\r\n\r\n${message}\r\n${body}`,
    `CONNECT ${message}:1 HTTP/1.1\r\n${head}\r\n`,
    `${body}\r\n\r\n`,
  ]
}

/** Too large, too deep, with a field that is none, two in one, and with what a shell left of its quotes. */
export function misspeltBodies({ message, body }: Pick<Planted, 'message' | 'body'>): readonly string[] {
  return [
    body.replace(message, message.repeat(10_000)),
    `${'{"a":'.repeat(20)}${body}${'}'.repeat(20)}`,
    body.replace('"', `"${message}`),
    `${body}${body}`,
    `'${body.replaceAll('"', '')}'`,
  ]
}
