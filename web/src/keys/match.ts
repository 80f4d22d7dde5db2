/** Which binding a key press means. Pure: never while an input method composes, single keys never while a text box has focus. */

export interface Press {
  key: string
  ctrl: boolean
  alt: boolean
  meta: boolean
  composing: boolean
  /** A text box has focus. */
  typing: boolean
}

export interface Binding {
  /** `j`, `Enter`, `F2`, `Ctrl+Enter`, `g h` (one after the other). */
  keys: string
  /** For the list behind `?`. */
  label: string
  everywhere?: boolean
  run: () => void
}

/** Keys that the browser or an input method has. */
const TAKEN = /^(F1|F3|F4|F5|F6|F7|F9|F10|F11|F12)$/

export function isAllowed(keys: string): boolean {
  return !keys.split(' ').some((it) => TAKEN.test(it) || /^Alt\+/.test(it) || /^Ctrl\+[ntw]$/i.test(it))
}

export interface Found {
  binding: Binding | null
  /** The first key of a pair, if this was one. */
  first: string | null
}

export function find(bindings: readonly Binding[], press: Press, first: string | null, singleKeys: boolean): Found {
  if (press.composing || press.alt || press.meta) return { binding: null, first: null }
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key
  const said = press.ctrl ? `Ctrl+${key}` : key
  const single = !press.ctrl && key.length === 1
  const quiet = single && (press.typing || !singleKeys)
  // Enter and arrows belong to the text box that has focus.
  if (quiet || (press.typing && !press.ctrl && !/^(F2|F8|Escape)$/.test(key))) return { binding: null, first: null }
  const pair = first === null ? null : (bindings.findLast((it) => it.keys === `${first} ${said}`) ?? null)
  if (pair) return { binding: pair, first: null }
  const binding = bindings.findLast((it) => it.keys.toLowerCase() === said.toLowerCase()) ?? null
  const begins = bindings.some((it) => it.keys.startsWith(`${said} `))
  return { binding, first: !binding && begins ? said : null }
}
