import type { ErrorCode } from '../domain/errors.ts'

interface FrameworkFault {
  readonly code: ErrorCode
  readonly message: string
}

const NOT_JSON = 'Send the body as JSON, with the header content-type: application/json'

/** Faults that Fastify finds before a route of ours is asked, by its code for them. Source: Fastify, "Errors". */
export const FAULT_OF_FRAMEWORK: Readonly<Record<string, FrameworkFault | undefined>> = {
  FST_ERR_BAD_URL: { code: 'invalid_url', message: 'The URL has a percent sign that encodes nothing' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found', message: 'Not Found' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', message: NOT_JSON },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', message: 'The body is larger than this route takes' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'malformed_http',
    message: 'The body is not as long as Content-Length says',
  },
}

/** Faults in HTTP itself, by the code of Node's parser; every other one is `malformed_http`. Source: Node.js, "Errors". */
export const FAULT_OF_PARSER: Readonly<Record<string, FrameworkFault | undefined>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', message: 'The headers are larger than 8 KiB' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: 'body_too_large', message: 'The chunk extensions are larger than 16 KiB' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request_timeout', message: 'The request did not arrive in time' },
}
