/** The one timer of a page. Clocks say when their face changes next; it wakes for the earliest and stops on a hidden tab. */

type Listener = () => void

let offset = 0
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Map<Listener, number>()

/** The server's time as far as we know. */
export const serverNow = () => Date.now() + offset

/**
 * When something happens that follows what the server recorded then: not earlier. The clock is known to a second or two, and a step that is taken at
 * once would else lie before the record that it is taken on.
 */
export const serverNowAfter = (recorded: string) => Math.max(serverNow(), Date.parse(recorded) + 1)

/** Takes the server's clock: a wrong clock of the machine must not move a deadline. */
export function learnServerTime(serverTime: number): void {
  const found = serverTime - Date.now()
  // Answers carry whole seconds and take time to arrive: only a real difference counts.
  if (Math.abs(found - offset) > 2_000) {
    offset = found
    for (const listener of [...listeners.keys()]) listener()
  }
}

function plan(): void {
  clearTimeout(timer)
  timer = undefined
  if (listeners.size === 0 || document.hidden) return
  const due = Math.min(...listeners.values())
  timer = setTimeout(
    () => {
      const now = serverNow()
      for (const [listener, at] of [...listeners]) {
        if (at > now + 100) continue
        listeners.delete(listener)
        listener()
      }
      plan()
    },
    Math.max(50, due - serverNow()),
  )
}

if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) for (const listener of [...listeners.keys()]) listener()
    plan()
  })
}

/** Calls `listener` once, so many milliseconds from now. */
export function wake(listener: Listener, inMs: number): void {
  listeners.set(listener, serverNow() + inMs)
  plan()
}

export function forget(listener: Listener): void {
  listeners.delete(listener)
  plan()
}
