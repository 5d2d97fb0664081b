import { expect, test } from 'vitest'
import { NO_WAYS, toPushWays } from '../../src/domain/push/push-ways.ts'
import { pageProject } from '../../src/wiring/channels.ts'

test('the page that registers a browser sends its test push to the project of its own web app', () => {
  const common = { channel: 'fcm', apps: [] } as const
  const ways = toPushWays([
    { ...common, name: 'fcm', project: 'main-1' },
    { ...common, name: 'fcm-shop', project: 'shop-2' },
  ])
  expect(pageProject(ways, { projectId: 'shop-2' })).toEqual({ pushProject: 'shop-2', callProject: 'shop' })
  const usual = { pushProject: 'main-1', callProject: null }
  for (const projectId of ['main-1', 'another-3', null]) expect(pageProject(ways, { projectId })).toEqual(usual)
  expect(pageProject(NO_WAYS, { projectId: 'shop-2' })).toEqual({ pushProject: null, callProject: null })
})
