/** The receiver signs on the worker's phone: it is handed to him, shows what he signs for and a place to draw his name, and nothing else. */

import { useEffect, useId, useState } from 'react'
import type { KindOf, RecordRow } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button, TextInput } from '@/design/controls'
import { SignaturePad } from '@/design/SignaturePad'
import type { How, Signed } from '@/form/Cosign'
import { Below, Chip } from '@/form/Field'
import type { FormModel } from '@/form/model'
import { Sheet } from '@/form/Sheet'
import { shown } from '@/form/show'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { readAs } from './receiver'

/** A name that was drawn, when, and for what. */
export interface Drawn {
  image: Blob
  at: number
  read: string
}

/** Who does not draw his name here signed on paper, or somebody signs for him. */
const OTHERS: readonly How[] = ['paper', 'proxy']

interface Props {
  kind: KindOf
  model: FormModel
  /** The form as it would be sent now. */
  data: Record<string, unknown>
  zone: string
  about: RecordRow
  /** What he is called. */
  name: string
  signed: Signed
  drawn: Drawn | null
  fault: string | undefined
  onChange: (signed: Signed, drawn: Drawn | null) => void
}

export function HandOver({ kind, model, data, zone, about, name, signed, drawn, fault, onChange }: Props) {
  const words = useWords()
  const text = useText()
  const id = useId()
  const [handed, hand] = useState(false)
  const by = { now: serverNow(), zone, words, text }
  const lines = model.fields
    .filter((it) => !it.private)
    .map((it): [string, string] => [text(it.title), shown(kind, it.name, data[it.name], by)])
    .filter(([, said]) => said !== '')
  return (
    <fieldset className="field" aria-describedby={fault ? `${id}-fault` : undefined}>
      <legend>
        {words.form.cosign} · {name}
      </legend>
      {drawn ? (
        <div className="drawn-by">
          <DrawnName image={drawn.image} alt={words.field.signedBy(name, when(drawn.at, by.now, zone, words))} />
          <p>{words.field.signedBy(name, when(drawn.at, by.now, zone, words))}</p>
        </div>
      ) : null}
      <Button wide onClick={() => hand(true)}>
        {drawn ? words.field.signAgain : words.field.handOver(name)}
      </Button>
      <details className="hand-over-else">
        <summary>{words.field.otherWay}</summary>
        <div className="picks">
          {OTHERS.map((how) => (
            <Chip
              key={how}
              name={`${id}-how`}
              type="radio"
              checked={signed.how === how}
              onPick={() => onChange(signed.how === how ? {} : { ...signed, how }, null)}
            >
              {words.form.signedHow[how]}
            </Chip>
          ))}
        </div>
        {signed.how === 'proxy' ? (
          <TextInput
            aria-label={words.form.proxyNote}
            placeholder={words.form.proxyNote}
            value={signed.note ?? ''}
            onChange={(event) => onChange({ ...signed, note: event.target.value }, null)}
          />
        ) : null}
      </details>
      <Below id={id} fault={fault} />
      {handed ? (
        <Sign
          name={name}
          about={about}
          lines={lines}
          close={() => hand(false)}
          done={(image) => {
            onChange({ how: 'drawn' }, { image, at: serverNow(), read: readAs(data) })
            hand(false)
          }}
        />
      ) : null}
    </fieldset>
  )
}

interface SignProps {
  name: string
  about: RecordRow
  lines: [string, string][]
  done: (image: Blob) => void
  close: () => void
}

function Sign({ name, about, lines, done, close }: SignProps) {
  const words = useWords()
  const names = useNames()
  const [image, setImage] = useState<Blob | null>(null)
  return (
    <Sheet title={words.field.signTitle(name)} close={close} whole>
      <div className="hand-over">
        <p>
          <b>{names.place(about)}</b> {names.label(about)}
        </p>
        <dl>
          {lines.map(([title, said]) => (
            <div key={title}>
              <dt className="quiet small">{title}</dt>
              <dd>{said}</dd>
            </div>
          ))}
        </dl>
        <SignaturePad label={words.field.signTitle(name)} onChange={(it) => setImage(it?.image ?? null)} />
        <div className="hand-over-foot">
          <Button onClick={close}>{words.field.notYet}</Button>
          <Button kind="primary" disabled={!image} onClick={() => image && done(image)}>
            {words.field.signDone}
          </Button>
        </div>
      </div>
    </Sheet>
  )
}

/** The name as it was drawn. */
function DrawnName({ image, alt }: { image: Blob; alt: string }) {
  const [url, setUrl] = useState('')
  useEffect(() => {
    const made = URL.createObjectURL(image)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [image])
  return url ? <img className="drawn" src={url} alt={alt} /> : null
}
