/**
 * The queue of a device without a signal, as a pure state machine: events in, a new state and what to do out. A matter is one step with
 * its files. Each file is acknowledged on its own and is sent before the step that names it; a step leaves the queue when the server has
 * answered, and one that the server refused stays, with the reason, until somebody has decided about it. Nothing is dropped by itself.
 */

export interface QueuedFile {
  /** Made on the device. */
  id: string
  field: string
  name: string
  bytes: number
  takenAt: string
  /** The field holds one digest and not a list of them: a signature. */
  one?: boolean
  /** `sha256:…` once the server has it. */
  digest?: string
}

export interface Matter {
  id: string
  /** Idempotency-Key: the same at every try. */
  key: string
  unit: string
  kind: string
  /** Id of the record; made on the device if the matter opens it. */
  record: string
  step: string
  opens: boolean
  title: string
  data: Record<string, unknown>
  links: Record<string, string>
  /** Who signed beside, as the server takes it. */
  signatures?: object[]
  occurredAt: string
  files: QueuedFile[]
  state: 'waiting' | 'sending' | 'refused'
  tries: number
  /** Not before, in milliseconds since the epoch. */
  after: number
  refusal?: { code: string; zh: string; en: string }
}

export interface Queue {
  matters: readonly Matter[]
  online: boolean
  /** Whether what an earlier page left has been read: before that nobody may say that all is sent. */
  read: boolean
}

export type Event =
  | { type: 'add'; matter: Matter }
  | { type: 'signal'; online: boolean }
  | { type: 'file-kept'; file: string; digest: string }
  | { type: 'answered'; matter: string }
  | { type: 'lost'; matter: string; now: number }
  | { type: 'refused'; matter: string; refusal: { code: string; zh: string; en: string } }
  | { type: 'retry'; matter: string }
  | { type: 'drop'; matter: string }
  /** The page was closed while something was on its way: whether it arrived is unknown, so it is sent again under its key. */
  | { type: 'restart' }

/** What to do next. */
export type Job =
  | { type: 'send-file'; matter: string; file: QueuedFile }
  | { type: 'send-step'; matter: Matter }
  | { type: 'sleep'; until: number }

/** Seconds between tries. */
const PAUSES = [2, 5, 15, 60, 300]

export const empty: Queue = { matters: [], online: true, read: false }

const change = (queue: Queue, id: string, into: (matter: Matter) => Matter): Queue => ({
  ...queue,
  matters: queue.matters.map((it) => (it.id === id ? into(it) : it)),
})

export function advance(queue: Queue, event: Event): Queue {
  switch (event.type) {
    case 'add':
      return queue.matters.some((it) => it.id === event.matter.id)
        ? queue
        : { ...queue, matters: [...queue.matters, event.matter] }
    case 'signal':
      return {
        ...queue,
        online: event.online,
        matters: event.online ? queue.matters.map((it) => (it.after > 0 ? { ...it, after: 0 } : it)) : queue.matters,
      }
    case 'file-kept':
      return {
        ...queue,
        matters: queue.matters.map((it) =>
          it.files.some((file) => file.id === event.file)
            ? {
                ...it,
                files: it.files.map((file) => (file.id === event.file ? { ...file, digest: event.digest } : file)),
              }
            : it,
        ),
      }
    case 'answered':
    case 'drop':
      return { ...queue, matters: queue.matters.filter((it) => it.id !== event.matter) }
    case 'lost':
      return change(queue, event.matter, (it) => ({
        ...it,
        state: 'waiting',
        tries: it.tries + 1,
        after: event.now + (PAUSES[Math.min(it.tries, PAUSES.length - 1)] ?? 300) * 1000,
      }))
    case 'refused':
      return change(queue, event.matter, (it) => ({ ...it, state: 'refused', refusal: event.refusal }))
    case 'retry':
      return change(queue, event.matter, ({ refusal: _, ...it }) => ({ ...it, state: 'waiting', after: 0 }))
    case 'restart':
      return {
        ...queue,
        matters: queue.matters.map((it) => (it.state === 'sending' ? { ...it, state: 'waiting' } : it)),
      }
  }
}

/**
 * The one job that can be done now, if there is any. The steps of one record go in their order: what follows a refused one waits for a
 * decision about it; other records go on.
 */
export function next(queue: Queue, now: number): Job | null {
  if (!queue.online) return null
  const held = new Set<string>()
  let wake = Number.POSITIVE_INFINITY
  for (const matter of queue.matters) {
    if (held.has(matter.record)) continue
    held.add(matter.record)
    if (matter.state !== 'waiting') continue
    if (matter.after > now) {
      wake = Math.min(wake, matter.after)
      continue
    }
    const file = matter.files.find((it) => !it.digest)
    return file ? { type: 'send-file', matter: matter.id, file } : { type: 'send-step', matter }
  }
  return wake === Number.POSITIVE_INFINITY ? null : { type: 'sleep', until: wake }
}

/** The form with the digests of the files that it names. */
export function filled(matter: Matter): Record<string, unknown> {
  const data: Record<string, unknown> = { ...matter.data }
  for (const file of matter.files) {
    if (!file.digest) continue
    if (file.one) {
      data[file.field] = file.digest
      continue
    }
    const held = data[file.field]
    data[file.field] = Array.isArray(held) ? [...held, file.digest] : [file.digest]
  }
  return data
}

export const unsent = (queue: Queue): { matters: number; files: number; refused: number } => ({
  matters: queue.matters.length,
  files: queue.matters.reduce((sum, it) => sum + it.files.filter((file) => !file.digest).length, 0),
  refused: queue.matters.filter((it) => it.state === 'refused').length,
})
