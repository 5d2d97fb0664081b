import { afterEach, beforeEach } from 'vitest'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { startNode, type NodeOptions, type TestNode } from './node.ts'

export interface TestNodes {
  start(options: NodeOptions): Promise<TestNode>
  /** Before the test's end, as a crash would. */
  kill(node: TestNode): Promise<void>
  /** Before the test's end, in order. */
  close(node: TestNode): Promise<void>
}

/** A database of its own for each test of the file, and nodes on it, which are closed after it. */
export function useNodes(): TestNodes {
  const nodes = new Set<TestNode>()
  const current: { database: TestDatabase | null } = { database: null }

  beforeEach(async () => {
    current.database = await createTestDatabase()
  })

  afterEach(async () => {
    await Promise.allSettled([...nodes].map((node) => node.close()))
    nodes.clear()
    await current.database?.drop()
  })

  return {
    async start(options) {
      if (current.database === null) throw new Error('nodes are started in tests')
      const node = await startNode(current.database.url, options)
      nodes.add(node)
      return node
    },
    kill(node) {
      nodes.delete(node)
      return node.kill()
    },
    close(node) {
      nodes.delete(node)
      return node.close()
    },
  }
}
