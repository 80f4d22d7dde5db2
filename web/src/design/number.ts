/** Numbers as the interface writes them. Points and money come as texts or integers; nothing is computed with fractions here. */

const MINUS = '−'

/** Points as the server's text: always two decimals, minus as U+2212. */
export function points(text: string): string {
  return text.startsWith('-') ? MINUS + text.slice(1) : text
}

/** A loss: 0.39 becomes −0.39; nothing lost is empty. */
export function loss(text: string): string {
  const bare = text.replace(/^[-−]/, '')
  return /^[0.]*$/.test(bare) ? '' : MINUS + bare
}

const hundredths = (text: string): number => {
  const [whole = '0', part = ''] = text.replace('−', '-').split('.')
  const sign = whole.startsWith('-') ? -1 : 1
  return Number(whole) * 100 + sign * Number(`${part}00`.slice(0, 2))
}

const fromHundredths = (n: number): string => {
  const size = Math.abs(n)
  return `${n < 0 ? '-' : ''}${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`
}

/** a − b of two texts with two decimals, in hundredths. */
export function difference(a: string, b: string): string {
  return fromHundredths(hundredths(a) - hundredths(b))
}

export function sum(all: readonly string[]): string {
  return fromHundredths(all.reduce((total, it) => total + hundredths(it), 0))
}

export const asNumber = (text: string): number => hundredths(text) / 100

/** Fen as yuan: 24300 becomes 243.00. */
export function yuan(fen: number): string {
  return points(fromHundredths(fen))
}

/** What a person types for an amount, as fen; `null` if it is none. */
export function fen(typed: string): number | null {
  const text = typed
    .trim()
    .replace(/[¥￥,，\s]/g, '')
    .replace('−', '-')
  return /^-?\d{1,12}(\.\d{1,2})?$/.test(text) ? hundredths(text) : null
}

/** Basis points as per cent: 9750 becomes 97.5. */
export function percent(bp: number): string {
  const text = fromHundredths(bp)
  return text.replace(/\.?0+$/, '')
}
