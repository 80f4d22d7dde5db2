/** Plain controls for what all three bundles share: the browser's own, in our tokens. They weigh nothing and speak to every screen reader. */

import type { ButtonHTMLAttributes, InputHTMLAttributes, TextareaHTMLAttributes } from 'react'
import './controls.css'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'default'
  /** Something is on its way: pressing again does nothing. */
  busy?: boolean
  wide?: boolean
}

export function Button({
  kind = 'default',
  busy = false,
  wide = false,
  type = 'button',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={busy ? 'button' : type}
      className={`button button-${kind}${wide ? ' button-wide' : ''}`}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
    />
  )
}

interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  /** Unit behind the number. */
  unit?: string
}

export function TextInput({ unit, className = '', ...rest }: InputProps) {
  const input = <input {...rest} className={`input ${className}`} />
  return unit ? (
    <span className="input-unit">
      {input}
      <span aria-hidden="true">{unit}</span>
    </span>
  ) : (
    input
  )
}

export function TextArea({ className = '', ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea rows={2} {...rest} className={`input input-area ${className}`} />
}
