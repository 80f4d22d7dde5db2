import { afterEach, expect, it, vi } from 'vitest'
import { ask } from '@/api/client'

const answer = (csrf: string) => Promise.resolve(new Response(JSON.stringify({ csrf }), { status: 200 }))

afterEach(() => {
  vi.unstubAllGlobals()
  globalThis.guanjiaEarly = undefined
})

/** What the page asked for while it was still loading. */
function early(csrf: string) {
  globalThis.guanjiaEarly = { answers: new Map([['/api/me', answer(csrf)]]), until: Date.now() + 10_000 }
  vi.stubGlobal('fetch', () => answer('new'))
}

it('takes an answer that is on its way once', async () => {
  early('early')
  expect(await ask('GET', '/api/me')).toEqual({ csrf: 'early' })
  expect(await ask('GET', '/api/me')).toEqual({ csrf: 'new' })
})

it('takes no answer from before a sign-in', async () => {
  early('of the session that ended')
  await ask('POST', '/api/session', { body: {} })
  expect(await ask('GET', '/api/me')).toEqual({ csrf: 'new' })
})
