/** The words of the chosen language. Chinese is in the bundle; English is loaded when somebody asks for it. */

import { createContext, useContext } from 'react'
import type { Words } from './zh'
import { zh } from './zh'

export type { Words }

export type Language = 'zh' | 'en'

/** A text of the server in both languages. */
export interface Text {
  zh: string
  en: string
}

interface Spoken {
  language: Language
  words: Words
}

const Speech = createContext<Spoken>({ language: 'zh', words: zh })

export const SpeechProvider = Speech.Provider
export const useWords = () => useContext(Speech).words
export const useLanguage = () => useContext(Speech).language

/** Picks the language of a server's text. */
export function useText(): (text: Text | undefined | null) => string {
  const { language } = useContext(Speech)
  return (text) => text?.[language] ?? ''
}

export async function load(language: Language): Promise<Words> {
  return language === 'zh' ? zh : (await import('./en')).en
}
