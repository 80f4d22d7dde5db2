/** A value of a parameter in words, with what the pack writes. */

import { useWords } from '@/words'
import { valueText } from './history'

export function Value({ unit, value }: { unit: string; value: string }) {
  const words = useWords()
  const said = valueText(unit, value, words)
  return (
    <>
      {said} {said === value ? null : <code className="quiet small">{value}</code>}
    </>
  )
}
