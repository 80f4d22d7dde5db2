/** What one person set for this machine: language, theme, density, single keys. */

import { useSyncExternalStore } from 'react'
import type { Appearance, Density } from '@/design/theme'
import type { Language } from '@/words'

export interface Settings {
  language: Language
  /** Absent: as the system has it. */
  appearance?: Appearance
  /** Absent: by the size of the window. */
  density?: Density
  singleKeys: boolean
}

const KEY = 'guanjia.settings'
const listeners = new Set<() => void>()
let current: Settings = read()

function read(): Settings {
  const first: Settings = { language: 'zh', singleKeys: true }
  try {
    return { ...first, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>) }
  } catch {
    return first
  }
}

export function change(some: Partial<Settings>): void {
  current = { ...current, ...some }
  try {
    localStorage.setItem(KEY, JSON.stringify(current))
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useSettings = () => useSyncExternalStore(subscribe, () => current)
export const settings = () => current

/** Whether a media query holds, kept up to date. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const it = matchMedia(query)
      it.addEventListener('change', listener)
      return () => it.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
}

export function useAppearance(): Appearance {
  const { appearance } = useSettings()
  const dark = useMedia('(prefers-color-scheme: dark)')
  return appearance ?? (dark ? 'dark' : 'light')
}

export function useDensity(): Density {
  const { density } = useSettings()
  const small = useMedia('(max-width: 1400px), (max-height: 800px)')
  return density ?? (small ? 'compact' : 'normal')
}

const UNIT = 'guanjia.unit'

/** The project that was looked at last on this machine. */
export function lastUnit(): string | null {
  try {
    return localStorage.getItem(UNIT)
  } catch {
    return null
  }
}

export function rememberUnit(unit: string): void {
  try {
    localStorage.setItem(UNIT, unit)
  } catch {
    // Then the first one opens.
  }
}
