import { expect, it } from 'vitest'
import type { KindOf, RecordRow, StepNow } from '@/api/types'
import { batchOf, keysOf, oneOfEachState, shared } from '@/list/bulk'

const row = (id: string, state: string, version = 1) => ({ id, state, version }) as RecordRow
const step = (name: string, cosign: { required: boolean; who: string }[] = []) => ({ name, cosign })
const now = (name: string, may = true) => ({ step: name, may }) as StepNow

it('asks one record of each state', () => {
  const rows = [row('a', 'open'), row('b', 'open'), row('c', 'done'), row('d', 'open')]
  expect(oneOfEachState(rows).map((it) => it.id)).toEqual(['a', 'c'])
})

it('offers what all states admit to whoever asks, and nothing that another must sign', () => {
  const kind = {
    steps: [step('send'), step('close'), step('sign', [{ required: true, who: 'home' }]), step('note')],
  } as KindOf
  const one = [now('send'), now('close'), now('sign'), now('note', false)]
  const other = [now('close'), now('sign'), now('note')]
  expect(shared(kind, [one, other]).map((it) => it.name)).toEqual(['close'])
  expect(shared(kind, [])).toEqual([])
})

it('sends the same key for the same content of the same record, and another for another', () => {
  let made = 0
  const keyOf = keysOf(() => `k${++made}`)
  const send = (rows: RecordRow[], what: string) => batchOf(rows, 'close', { data: { what } }, keyOf)
  const first = send([row('a', 'open', 3), row('b', 'open')], 'x')
  expect(first[0]).toEqual({ data: { what: 'x' }, record: 'a', step: 'close', version: 3, idempotency_key: 'k1' })
  expect(send([row('a', 'open', 3)], 'x')[0]).toEqual(first[0])
  expect(send([row('a', 'open', 4)], 'x')[0]?.idempotency_key).toBe('k3')
  expect(send([row('a', 'open', 3)], 'y')[0]?.idempotency_key).toBe('k4')
})
