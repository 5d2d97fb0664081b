import { expect, test } from '@playwright/test'

const tidings = process.env.TIDINGS_URL ?? 'http://localhost:5000'

test('a newcomer signs up with the code from the SMS', async ({ page, request }) => {
  // A number of one's own for each test: nobody else's code can be taken for this one.
  const phone = `+201009${String(Math.floor(Math.random() * 1_000_000)).padStart(6, '0')}`
  const since = new Date().toISOString()

  await page.goto('/')
  await page.getByLabel('Phone number').fill(phone)
  await page.getByRole('button', { name: 'Text me a code' }).click()

  // Answers as soon as the SMS was captured: no sleep, no polling.
  const answer = await request.get(`${tidings}/inbox/wait`, {
    params: { to: phone, since, extract: 'code' },
    timeout: 40_000,
  })
  expect(answer.ok(), await answer.text()).toBe(true)
  const { code } = await answer.json()

  await page.getByLabel('Code').fill(code)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(page.getByRole('heading')).toHaveText('Welcome')
})
