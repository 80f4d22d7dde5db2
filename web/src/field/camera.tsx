/** Photos taken on the spot: the camera, not the gallery. Made small at once; whoever submits meanwhile leaves none behind. */

import { useRef, useState } from 'react'
import { newKey } from '@/api/client'
import type { QueuedFile } from '@/offline/queue'
import { PhotoQueue, type Sending } from '@/photo/PhotoQueue'
import { shrink } from '@/photo/shrink'
import { useWords } from '@/words'

export type Taken = Sending & { field: string }

export interface Camera {
  files: readonly Taken[]
  add: (field: string, all: readonly File[]) => void
  /** What stands in a field becomes this, such as a signature that was drawn anew. */
  put: (field: string, blob: Blob | null, name: string) => void
  remove: (id: string) => void
  /** Waits for what is still being made smaller. `one`: fields that hold a single file. */
  ready: (
    takenAt: string,
    one?: (field: string) => boolean,
  ) => Promise<{ queued: QueuedFile[]; blobs: Map<string, Blob> }>
  /** Names of fields with a file, once everything is ready. */
  filled: () => Promise<string[]>
}

export function useCamera(): Camera {
  const [files, setFiles] = useState<Taken[]>([])
  const latest = useRef(files)
  const preparing = useRef<Promise<void>>(Promise.resolve())
  const set = (all: Taken[]) => {
    latest.current = all
    setFiles(all)
  }
  const taken = (field: string, name: string, blob: Blob): Taken => ({
    id: newKey(),
    field,
    name,
    blob,
    state: 'kept',
  })
  return {
    files,
    add: (field, all) => {
      preparing.current = preparing.current.then(async () => {
        const fresh = await Promise.all(all.map(async (file) => taken(field, file.name, await shrink(file))))
        set([...latest.current, ...fresh])
      })
    },
    put: (field, blob, name) =>
      set([...latest.current.filter((it) => it.field !== field), ...(blob ? [taken(field, name, blob)] : [])]),
    remove: (id) => set(latest.current.filter((it) => it.id !== id)),
    ready: async (takenAt, one = () => false) => {
      await preparing.current
      return {
        queued: latest.current.map(
          (it): QueuedFile => ({
            id: it.id,
            field: it.field,
            name: it.name,
            bytes: it.blob.size,
            takenAt,
            ...(one(it.field) ? { one: true } : {}),
          }),
        ),
        blobs: new Map(latest.current.map((it) => [it.id, it.blob])),
      }
    },
    filled: async () => {
      await preparing.current
      return [...new Set(latest.current.map((it) => it.field))]
    },
  }
}

export function Cameras({ camera, field, title }: { camera: Camera; field: string; title: string }) {
  const words = useWords()
  return (
    <div className="field">
      <span>{title}</span>
      <div>
        <PhotoQueue all={camera.files.filter((it) => it.field === field)} onRetry={() => {}} onRemove={camera.remove} />
        <label className="pick">
          {/* Proof is taken on the spot. */}
          <input
            type="file"
            accept="image/*"
            capture="environment"
            aria-label={title}
            onChange={(event) => {
              camera.add(field, [...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
          <span>{words.field.photo}</span>
        </label>
      </div>
    </div>
  )
}
