/**
 * Carries the queue to the server: does the one job that `next` names, writes what came of it down, and asks again. One page at
 * a time may run it: whoever starts it holds a lock for as long.
 */

import { PHOTO_GONE } from '@/words/both'
import type { Keep } from './keep'
import { advance, type Event, empty, filled, type Matter, next, type Queue } from './queue'

/** What the server says of a job. `lost`: no answer, or one that may be different later. */
export type Answer<T> =
  | { kind: 'done'; value: T }
  | { kind: 'lost' }
  | { kind: 'refused'; code: string; zh: string; en: string }

export interface Wire {
  file(unit: string, blob: Blob, name: string): Promise<Answer<string>>
  step(matter: Matter, data: Record<string, unknown>): Promise<Answer<void>>
}

export class Courier {
  #queue: Queue = empty
  #busy = false
  #stopped = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #listeners = new Set<(queue: Queue) => void>()

  constructor(
    readonly keep: Keep,
    readonly wire: Wire,
    readonly now: () => number = Date.now,
  ) {}

  get queue(): Queue {
    return this.#queue
  }

  /** Takes up what an earlier page left. */
  async begin(online: boolean): Promise<void> {
    this.#queue = { matters: await this.keep.load(), online, read: true }
    await this.#apply({ type: 'restart' })
    await this.run()
  }

  listen(listener: (queue: Queue) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves once the matter is safe on the device. */
  async add(matter: Matter, files: ReadonlyMap<string, Blob>): Promise<void> {
    await this.keep.add(matter, files)
    this.#queue = advance(this.#queue, { type: 'add', matter })
    this.#tell()
    void this.run()
  }

  async signal(online: boolean): Promise<void> {
    await this.#apply({ type: 'signal', online })
    await this.run()
  }

  async retry(matter: string): Promise<void> {
    await this.#apply({ type: 'retry', matter })
    await this.run()
  }

  async drop(id: string): Promise<void> {
    await this.#gone(id, { type: 'drop', matter: id })
    await this.run()
  }

  /** Another page takes over: nothing more is sent or written by this one. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** Works until nothing can be done now. */
  async run(): Promise<void> {
    if (this.#busy || this.#stopped) return
    this.#busy = true
    clearTimeout(this.#timer)
    try {
      for (;;) {
        const job = next(this.#queue, this.now())
        if (!job || this.#stopped) return
        if (job.type === 'sleep') {
          this.#timer = setTimeout(() => void this.run(), Math.max(100, job.until - this.now()))
          return
        }
        if (job.type === 'send-file') await this.#sendFile(job.matter, job.file.id, job.file.name)
        else await this.#sendStep(job.matter)
      }
    } finally {
      this.#busy = false
    }
  }

  async #sendFile(id: string, file: string, name: string): Promise<void> {
    const matter = this.#queue.matters.find((it) => it.id === id)
    const blob = await this.keep.file(file)
    if (!matter || this.#stopped) return
    if (!blob) {
      await this.#apply({ type: 'refused', matter: id, refusal: PHOTO_GONE })
      return
    }
    const answer = await this.wire.file(matter.unit, blob, name)
    if (this.#stopped) return
    if (answer.kind === 'done') {
      await this.#apply({ type: 'file-kept', file, digest: answer.value }, file)
    } else await this.#failed(id, answer)
  }

  async #sendStep(matter: Matter): Promise<void> {
    const answer = await this.wire.step(matter, filled(matter))
    if (this.#stopped) return
    if (answer.kind === 'done') await this.#gone(matter.id, { type: 'answered', matter: matter.id })
    else await this.#failed(matter.id, answer)
  }

  async #failed(matter: string, answer: Exclude<Answer<unknown>, { kind: 'done' }>): Promise<void> {
    if (answer.kind === 'lost') await this.#apply({ type: 'lost', matter, now: this.now() })
    else await this.#apply({ type: 'refused', matter, refusal: { code: answer.code, zh: answer.zh, en: answer.en } })
  }

  async #gone(id: string, event: Event): Promise<void> {
    const matter = this.#queue.matters.find((it) => it.id === id)
    if (matter) await this.keep.remove(matter)
    this.#queue = advance(this.#queue, event)
    this.#tell()
  }

  async #apply(event: Event, sentFile?: string): Promise<void> {
    const before = this.#queue
    this.#queue = advance(before, event)
    const changed = this.#queue.matters.filter((it) => !before.matters.includes(it))
    if (changed.length > 0) await this.keep.save(changed, sentFile)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#queue)
  }
}
