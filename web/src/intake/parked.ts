/** Calls that were parked for the next caller. They stay on this machine through a switch of user. */

import type { Values } from '@/form/model'

export interface Parked {
  id: string
  at: number
  unit: string
  kind: string
  said: string
  home: string
  homeName: string
  values: Values
  /** The event that it belongs to. */
  cause?: string
}

const KEY = 'guanjia.parked'

export function parked(): Parked[] {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? '[]') as Parked[]) ?? []
  } catch {
    return []
  }
}

export function park(all: Parked[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(all))
  } catch {
    // Without storage what is parked lives as long as the page.
  }
}
