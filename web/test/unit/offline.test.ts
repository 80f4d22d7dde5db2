import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, Courier, type Wire } from '@/offline/courier'
import { open } from '@/offline/keep'
import { advance, type Event, empty, filled, type Matter, next, type Queue, unsent } from '@/offline/queue'

const matter = (id: string, record = id, files = 0): Matter => ({
  id,
  key: `key-${id}`,
  unit: 'WT',
  kind: 'patrol',
  record,
  step: 'complete',
  opens: false,
  title: id,
  data: { note: 'x' },
  links: {},
  occurredAt: '2026-03-31T10:24:00+08:00',
  files: Array.from({ length: files }, (_, n) => ({
    id: `${id}-${n}`,
    field: 'photos',
    name: 'a.jpg',
    bytes: 10,
    takenAt: '',
  })),
  state: 'waiting',
  tries: 0,
  after: 0,
})
const play = (events: Event[], from: Queue = empty) => events.reduce(advance, from)

describe('the queue', () => {
  it('sends each file of a matter before its step', () => {
    let queue = play([{ type: 'add', matter: matter('a', 'a', 2) }])
    expect(next(queue, 0)).toMatchObject({ type: 'send-file', file: { id: 'a-0' } })
    queue = advance(queue, { type: 'file-kept', file: 'a-0', digest: 'sha256:0' })
    expect(next(queue, 0)).toMatchObject({ type: 'send-file', file: { id: 'a-1' } })
    queue = advance(queue, { type: 'file-kept', file: 'a-1', digest: 'sha256:1' })
    const job = next(queue, 0)
    expect(job?.type).toBe('send-step')
    if (job?.type === 'send-step') expect(filled(job.matter)).toEqual({ note: 'x', photos: ['sha256:0', 'sha256:1'] })
  })

  it('puts one digest into a field that holds one, and a list into one of photos', () => {
    const file = (id: string, field: string, one: boolean) => ({
      id,
      field,
      name: id,
      bytes: 1,
      takenAt: '',
      digest: `sha256:${id}`,
      one,
    })
    const it = {
      ...matter('a'),
      files: [file('p', 'photos', false), file('q', 'photos', false), file('s', 'signature', true)],
    }
    expect(filled(it)).toEqual({ note: 'x', photos: ['sha256:p', 'sha256:q'], signature: 'sha256:s' })
  })

  it('keeps the order of one record and lets others go on', () => {
    const queue = play([
      { type: 'add', matter: matter('a1', 'a') },
      { type: 'add', matter: matter('a2', 'a') },
      { type: 'add', matter: matter('b1', 'b') },
      { type: 'refused', matter: 'a1', refusal: { code: 'state-wrong', zh: '', en: '' } },
    ])
    expect(next(queue, 0)).toMatchObject({ matter: { id: 'b1' } })
    expect(next(advance(queue, { type: 'answered', matter: 'b1' }), 0)).toBeNull()
    expect(next(advance(queue, { type: 'drop', matter: 'a1' }), 0)).toMatchObject({ matter: { id: 'a2' } })
    expect(next(advance(queue, { type: 'retry', matter: 'a1' }), 0)).toMatchObject({ matter: { id: 'a1' } })
  })

  it('waits longer after each lost answer and at once tries again with a signal', () => {
    let queue = play([
      { type: 'add', matter: matter('a') },
      { type: 'lost', matter: 'a', now: 0 },
    ])
    expect(next(queue, 0)).toEqual({ type: 'sleep', until: 2_000 })
    queue = advance(queue, { type: 'lost', matter: 'a', now: 2_000 })
    expect(next(queue, 2_000)).toEqual({ type: 'sleep', until: 7_000 })
    queue = advance(queue, { type: 'signal', online: false })
    expect(next(queue, 99_000)).toBeNull()
    expect(next(advance(queue, { type: 'signal', online: true }), 2_000)?.type).toBe('send-step')
  })
})

/** A server that loses answers: what arrived stays arrived, under its key. */
function server(fate: () => 'done' | 'lost-before' | 'lost-after') {
  const files = new Map<string, string>()
  const steps: { key: string; data: Record<string, unknown> }[] = []
  const wire: Wire = {
    file: async (_, blob) => {
      const now = fate()
      if (now === 'lost-before') return { kind: 'lost' }
      const text = await blob.text()
      files.set(`sha256:${text}`, text)
      return now === 'done' ? { kind: 'done', value: `sha256:${text}` } : { kind: 'lost' }
    },
    step: async (it, data): Promise<Answer<void>> => {
      const now = fate()
      if (now === 'lost-before') return { kind: 'lost' }
      if (!steps.some((step) => step.key === it.key)) steps.push({ key: it.key, data })
      return now === 'done' ? { kind: 'done', value: undefined } : { kind: 'lost' }
    },
  }
  return { files, steps, wire }
}

describe('the courier', () => {
  it('survives a closed browser at any moment: every step arrives once, with all its photos, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom('done', 'lost-before', 'lost-after') as fc.Arbitrary<'done' | 'lost-before' | 'lost-after'>,
          { maxLength: 40 },
        ),
        fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
        async (fates, photos) => {
          const factory = new IDBFactory()
          const there = server(() => fates.shift() ?? 'done')
          let now = 0
          let courier = new Courier(await open(factory), there.wire, () => now)
          await courier.begin(true)
          for (const [n, count] of photos.entries()) {
            const it = matter(`m${n}`, n % 2 ? 'odd' : 'even', count)
            await courier.add(it, new Map(it.files.map((file) => [file.id, new Blob([file.id])])))
          }
          for (let life = 0; life < 60 && courier.queue.matters.length > 0; life += 1) {
            now += 400_000
            courier.stop()
            // The page is opened anew: nothing is left but what the device kept.
            courier = new Courier(await open(factory), there.wire, () => now)
            await courier.begin(true)
            await courier.signal(true)
          }
          expect(unsent(courier.queue)).toEqual({ matters: 0, files: 0, refused: 0 })
          expect(there.steps.map((it) => it.key).sort()).toEqual(photos.map((_, n) => `key-m${n}`).sort())
          for (const [n, count] of photos.entries()) {
            const step = there.steps.find((it) => it.key === `key-m${n}`)
            expect(step?.data.photos ?? []).toEqual(Array.from({ length: count }, (_, at) => `sha256:m${n}-${at}`))
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  it('does not say that all is sent before it has read what an earlier page left', async () => {
    const factory = new IDBFactory()
    const never = server(() => 'lost-before')
    const earlier = new Courier(await open(factory), never.wire, () => 0)
    await earlier.begin(false)
    await earlier.add(matter('left', 'one', 0), new Map())
    earlier.stop()
    const courier = new Courier(await open(factory), never.wire, () => 0)
    expect(courier.queue).toMatchObject({ matters: [], read: false })
    await courier.begin(false)
    expect(courier.queue).toMatchObject({ matters: [{ id: 'left' }], read: true })
  })
})
