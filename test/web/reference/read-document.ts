import { createServer } from '../../../src/http/server.ts'
import { groupsOf, type Document, type Operation } from '../../../web/reference/document.ts'
import { createStandIns } from '../../http/stand-ins.ts'

/** The document as the service answers it. */
export async function readDocument(): Promise<Document> {
  const app = createServer(createStandIns().parts)
  const document = (await app.inject('/openapi.json')).json<Document>()
  await app.close()
  return document
}

export function operationsIn(document: Document): readonly Operation[] {
  return groupsOf(document).flatMap((group) => group.operations)
}
