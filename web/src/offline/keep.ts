/** Where the queue lives on the device: IndexedDB. A matter and its files are written in one transaction, before the form says so. */

import type { Matter, Queue } from './queue'

const MATTERS = 'matters'
const FILES = 'files'

export interface Keep {
  load(): Promise<Matter[]>
  /** Writes a matter and its files, all or nothing. */
  add(matter: Matter, files: ReadonlyMap<string, Blob>): Promise<void>
  /** Writes what changed, and lets the bytes of a file go that the server has: all or nothing. */
  save(matters: readonly Matter[], sentFile?: string): Promise<void>
  file(id: string): Promise<Blob | undefined>
  remove(matter: Matter): Promise<void>
}

export function open(factory: IDBFactory = indexedDB, name = 'guanjia-field'): Promise<Keep> {
  return new Promise((resolve, reject) => {
    const asked = factory.open(name, 1)
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(MATTERS, { keyPath: 'id' })
      asked.result.createObjectStore(FILES)
    }
    asked.onerror = () => reject(asked.error)
    asked.onsuccess = () => resolve(keep(asked.result))
  })
}

function keep(db: IDBDatabase): Keep {
  const write = (work: (matters: IDBObjectStore, files: IDBObjectStore) => void) =>
    new Promise<void>((resolve, reject) => {
      const tx = db.transaction([MATTERS, FILES], 'readwrite', { durability: 'strict' })
      tx.oncomplete = () => resolve()
      tx.onerror = () => reject(tx.error)
      tx.onabort = () => reject(tx.error)
      work(tx.objectStore(MATTERS), tx.objectStore(FILES))
    })
  const read = <T>(store: string, ask: (store: IDBObjectStore) => IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      const asked = ask(db.transaction(store).objectStore(store))
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
  return {
    load: async () => {
      const all = (await read(MATTERS, (store) => store.getAll())) as (Matter & { at: number })[]
      return all.sort((a, b) => a.at - b.at).map(({ at: _, ...matter }) => matter)
    },
    add: (matter, blobs) =>
      write((matters, files) => {
        matters.put({ ...matter, at: Date.now() })
        for (const [id, blob] of blobs) files.put(blob, id)
      }),
    save: (changed, sentFile) =>
      write((matters, files) => {
        for (const matter of changed) {
          const asked = matters.get(matter.id)
          asked.onsuccess = () => asked.result && matters.put({ ...matter, at: asked.result.at })
        }
        if (sentFile) files.delete(sentFile)
      }),
    file: (id) => read(FILES, (store) => store.get(id)) as Promise<Blob | undefined>,
    remove: (matter) =>
      write((matters, files) => {
        matters.delete(matter.id)
        for (const file of matter.files) files.delete(file.id)
      }),
  }
}

/** Asks the browser not to clear the queue when space gets short. */
export async function persist(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false
}

export type { Queue }
