/** The keys of this page and those that work everywhere. */

import { useEffect, useRef } from 'react'
import { KeyCap } from '@/design/KeyCap'
import { type Binding, useBindings } from '@/keys/keys'
import { useWords } from '@/words'

export function KeyHelp({ close }: { close: () => void }) {
  const words = useWords()
  const all = useBindings()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const rows = (of: readonly Binding[]) =>
    of.map((it) => (
      <div key={it.keys} className="keys-row">
        <dt>
          {it.keys.split(' ').map((key) => (
            <KeyCap key={key}>{key.length === 1 ? key.toUpperCase() : key.replace('+', ' ')}</KeyCap>
          ))}
        </dt>
        <dd>{it.label}</dd>
      </div>
    ))
  const here = all.filter((it) => !it.everywhere)
  return (
    <dialog ref={dialog} className="sheet keys" onClose={close} aria-labelledby="keys-title">
      <div className="row-between">
        <h2 id="keys-title">{words.shell.keys}</h2>
        <button type="button" className="plain" onClick={() => dialog.current?.close()}>
          {words.shell.close}
        </button>
      </div>
      {here.length > 0 ? <h3>{words.shell.keysHere}</h3> : null}
      <dl>{rows(here)}</dl>
      <h3>{words.shell.keysEverywhere}</h3>
      <dl>{rows(all.filter((it) => it.everywhere))}</dl>
    </dialog>
  )
}
