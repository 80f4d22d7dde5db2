/** What every bundle stands in: words, theme, queries, and a page for what breaks. */

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Component, type ReactNode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { setSpoken } from '@/api/client'
import { Notice } from '@/refusal/Refusal'
import { isOffline } from '@/refusal/refusal'
import { type Language, load, SpeechProvider, useWords, type Words } from '@/words'
import { zh } from '@/words/zh'
import { useAppearance, useDensity, useSettings } from './settings'
import 'virtual:tokens.css'
import '@/design/base.css'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => isOffline(error) && count < 3,
      networkMode: 'always',
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always' },
  },
})

export function Frame({ children }: { children: ReactNode }) {
  const { language } = useSettings()
  const appearance = useAppearance()
  const density = useDensity()
  const [spoken, setSpeech] = useState<{ language: Language; words: Words }>({ language: 'zh', words: zh })

  useEffect(() => {
    let here = true
    void load(language).then((words) => here && setSpeech({ language, words }))
    setSpoken(language === 'zh' ? 'zh-CN' : 'en')
    return () => {
      here = false
    }
  }, [language])

  useEffect(() => {
    const root = document.documentElement
    // The glyph forms of Chinese stay those of simplified Chinese in both languages.
    root.lang = spoken.words.language
    root.dataset.theme = appearance
    root.dataset.density = density
  }, [spoken, appearance, density])

  return (
    <QueryClientProvider client={queries}>
      <SpeechProvider value={spoken}>
        <Guard>{children}</Guard>
      </SpeechProvider>
    </QueryClientProvider>
  )
}

class Boundary extends Component<
  { children: ReactNode; at: string; fallback: (again: () => void) => ReactNode },
  { broken: boolean }
> {
  override state = { broken: false }
  static getDerivedStateFromError() {
    return { broken: true }
  }
  /** Another address is another page. */
  override componentDidUpdate(was: { at: string }) {
    if (this.state.broken && was.at !== this.props.at) this.setState({ broken: false })
  }
  override render() {
    return this.state.broken ? this.props.fallback(() => this.setState({ broken: false })) : this.props.children
  }
}

/** A page that breaks says so, in its own place. */
export function Guard({ children, at = '' }: { children: ReactNode; at?: string }) {
  const words = useWords()
  return (
    <Boundary
      at={at}
      fallback={() => (
        <Notice title={words.shell.broken} lines={[words.shell.brokenAdvice]}>
          <button type="button" className="plain" onClick={() => location.reload()}>
            {words.shell.reload}
          </button>
        </Notice>
      )}
    >
      {children}
    </Boundary>
  )
}

export function mount(page: ReactNode): void {
  const root = document.getElementById('root')
  if (root) createRoot(root).render(<Frame>{page}</Frame>)
}
