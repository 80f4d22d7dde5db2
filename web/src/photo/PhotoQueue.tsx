/** Photos and files on their way: each is sent and acknowledged on its own, and one that did not arrive can be sent again by itself. */

import { useEffect, useState } from 'react'
import { Button } from '@/design/controls'
import { useWords } from '@/words'

export interface Sending {
  id: string
  name: string
  blob: Blob
  state: 'waiting' | 'sending' | 'kept' | 'lost'
  digest?: string
}

export function PhotoQueue(props: { all: Sending[]; onRetry: (id: string) => void; onRemove: (id: string) => void }) {
  return (
    <ul className="photos">
      {props.all.map((it) => (
        <li key={it.id}>
          <Photo it={it} onRetry={() => props.onRetry(it.id)} onRemove={() => props.onRemove(it.id)} />
        </li>
      ))}
    </ul>
  )
}

function Photo({ it, onRetry, onRemove }: { it: Sending; onRetry: () => void; onRemove: () => void }) {
  const words = useWords()
  const [url, setUrl] = useState('')
  useEffect(() => {
    if (!it.blob.type.startsWith('image/')) return
    const made = URL.createObjectURL(it.blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [it.blob])
  const size = `${Math.max(1, Math.round(it.blob.size / 1024))} KB`
  const caption = it.state === 'kept' ? size : it.state === 'lost' ? words.form.uploadFailed : words.form.uploading
  return (
    <div>
      <figure className="photo">
        {url ? <img src={url} alt={it.name} /> : <span className="small">{it.name}</span>}
        <figcaption>{caption}</figcaption>
      </figure>
      {it.state === 'lost' ? <Button onClick={onRetry}>{words.refusal.retry}</Button> : null}
      <button type="button" className="plain small" aria-label={words.form.removeFile(it.name)} onClick={onRemove}>
        ×
      </button>
    </div>
  )
}
