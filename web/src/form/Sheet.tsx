/** A sheet over the page: the browser's own dialog keeps the focus inside and the page behind still. */

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { useWords } from '@/words'
import './sheet.css'

export function Sheet({
  title,
  close,
  children,
  side = false,
  whole = false,
}: {
  title: string
  close: () => void
  children: ReactNode
  side?: boolean
  /** Over the whole screen, where somebody else is to see nothing but this. */
  whole?: boolean
}) {
  const words = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const it = dialog.current
    it?.showModal()
    return () => it?.close()
  }, [])
  const press = (event: KeyboardEvent<HTMLDialogElement>) => {
    // Ctrl Enter submits from anywhere in the sheet.
    if (event.key === 'Enter' && event.ctrlKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      event.currentTarget.querySelector('form')?.requestSubmit()
    }
    event.stopPropagation()
  }
  return (
    <dialog
      ref={dialog}
      className={`sheet${side ? ' sheet-side' : ''}${whole ? ' sheet-whole' : ''}`}
      aria-labelledby={id}
      onKeyDown={press}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <div className="row-between sheet-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="plain" onClick={close}>
          {words.shell.close}
        </button>
      </div>
      {children}
    </dialog>
  )
}
