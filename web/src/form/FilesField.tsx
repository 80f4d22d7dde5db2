/** Photos, files and signatures of a form: sent at once, so that submitting waits for nothing; the field holds their digests. */

import { useRef, useState } from 'react'
import { newKey } from '@/api/client'
import { sendFile } from '@/api/files'
import { SignaturePad } from '@/design/SignaturePad'
import { PhotoQueue, type Sending } from '@/photo/PhotoQueue'
import { shrink } from '@/photo/shrink'
import { useText, useWords } from '@/words'
import type { Asked, Typed } from './model'

interface Props {
  field: Asked
  unit: string
  value: Typed
  onChange: (value: Typed) => void
  id: string
}

export default function FilesField({ field, unit, value, onChange, id }: Props) {
  const words = useWords()
  const text = useText()
  const [all, setAll] = useState<Sending[]>([])
  const kept = useRef(Array.isArray(value) ? value : value && typeof value === 'string' ? [value] : [])
  const signature = field.type === 'signature'

  const tell = () => onChange(signature ? (kept.current.at(-1) ?? '') : [...kept.current])
  const set = (name: string, some: Partial<Sending>) =>
    setAll((was) => was.map((it) => (it.id === name ? { ...it, ...some } : it)))

  const send = async (it: Sending) => {
    set(it.id, { state: 'sending' })
    try {
      const digest = await sendFile(unit, it.blob, it.name)
      set(it.id, { state: 'kept', digest })
      kept.current = signature ? [digest] : [...kept.current, digest]
      tell()
    } catch {
      set(it.id, { state: 'lost' })
    }
  }
  const add = async (files: readonly File[]) => {
    const fresh = await Promise.all(
      files.map(
        async (file): Promise<Sending> => ({
          id: newKey(),
          name: file.name,
          blob: await shrink(file),
          state: 'waiting',
        }),
      ),
    )
    setAll((was) => [...was, ...fresh])
    for (const it of fresh) await send(it)
  }
  const remove = (name: string) => {
    const gone = all.find((it) => it.id === name)
    setAll((was) => was.filter((it) => it.id !== name))
    kept.current = kept.current.filter((it) => it !== gone?.digest)
    tell()
  }
  if (signature) {
    return (
      <SignaturePad
        label={text(field.title)}
        onChange={(drawn) => {
          if (drawn) void send({ id: newKey(), name: 'signature.png', blob: drawn.image, state: 'waiting' })
          else {
            kept.current = []
            tell()
          }
        }}
      />
    )
  }
  return (
    <div>
      <PhotoQueue all={all} onRemove={remove} onRetry={(name) => void all.filter((it) => it.id === name).map(send)} />
      <label className="pick">
        <input
          id={id}
          type="file"
          multiple
          aria-label={text(field.title)}
          onChange={(event) => {
            void add([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        <span>{words.form.addPhoto}</span>
      </label>
    </div>
  )
}
