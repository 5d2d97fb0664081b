import { readdir } from 'node:fs/promises'
import { getHeapStatistics } from 'node:v8'
import type { ProcessReadings } from './readings.ts'

/** This process, as `/metrics` tells of it. */
export const THIS_PROCESS: ProcessReadings = {
  node: process.version,
  cpu: () => process.cpuUsage(),
  memory: () => ({
    rss: process.memoryUsage.rss(),
    heapUsed: getHeapStatistics().used_heap_size,
    heapLimit: getHeapStatistics().heap_size_limit,
  }),
  // Linux and some others; the listing itself holds one.
  openFiles: () =>
    readdir('/proc/self/fd').then(
      (names) => names.length - 1,
      () => null,
    ),
  startedAt: performance.timeOrigin / 1000,
}
