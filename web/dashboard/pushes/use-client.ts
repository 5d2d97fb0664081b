import { useMemo } from 'preact/hooks'
import { usePage } from '../page.ts'
import { createPushesClient, type PushesClient } from './client.ts'

export function usePushesClient(): PushesClient {
  const { session } = usePage()
  return useMemo(() => createPushesClient(session.fetch), [session])
}
