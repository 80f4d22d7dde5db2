/** The device's queue, opened once a page. One page at a time carries it: others wait for the lock. */

import { recordPath } from '@/api/ask'
import { address, ask } from '@/api/client'
import { sendFile } from '@/api/files'
import { type Answer, Courier, type Wire } from '@/offline/courier'
import { type Keep, open, persist } from '@/offline/keep'
import { isOffline, Refused } from '@/refusal/refusal'

export { type Queue, unsent } from '@/offline/queue'

async function answered<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'done', value: await work() }
  } catch (error) {
    if (!(error instanceof Refused) || isOffline(error)) return { kind: 'lost' }
    const { status, code, zh, en, reasons } = error.problem
    // Ended sessions and a server that is not well are no answers: it is sent again.
    if (status === 401 || status === 429 || status >= 500 || status === 0) return { kind: 'lost' }
    const first = reasons?.[0]
    return { kind: 'refused', code, zh: first?.zh ?? zh, en: first?.en ?? en }
  }
}

const wire: Wire = {
  file: (unit, blob, name) => answered(() => sendFile(unit, blob, name)),
  step: (matter, data) =>
    answered(async () => {
      const body = {
        data,
        links: matter.links,
        occurred_at: matter.occurredAt,
        offline: true,
        ...(matter.signatures ? { signatures: matter.signatures } : {}),
      }
      const path = matter.opens
        ? address(`/api/units/${encodeURIComponent(matter.unit)}/records`)
        : `${recordPath(matter.unit, matter.record)}/steps/${encodeURIComponent(matter.step)}`
      await ask('POST', path, {
        body: matter.opens ? { kind: matter.kind, id: matter.record, ...body } : body,
        key: matter.key,
      })
    }),
}

/** Stands in until the database of the device is open. */
let ready: (keep: Keep) => void
const opened = new Promise<Keep>((resolve) => {
  ready = resolve
})
const late: Keep = {
  load: async () => (await opened).load(),
  add: async (...it) => (await opened).add(...it),
  save: async (...it) => (await opened).save(...it),
  file: async (...it) => (await opened).file(...it),
  remove: async (...it) => (await opened).remove(...it),
}

export const courier = new Courier(late, wire)

void open().then((keep) => {
  ready(keep)
  void persist()
  const work = async () => {
    await courier.begin(navigator.onLine)
    addEventListener('online', () => void courier.signal(true))
    addEventListener('offline', () => void courier.signal(false))
    // The lock is held as long as the page lives.
    await new Promise(() => {})
  }
  if (navigator.locks) void navigator.locks.request('guanjia-courier', work)
  else void work()
})
