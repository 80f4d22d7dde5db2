import { describe, expect, it } from 'vitest'
import type { EvidenceItem } from '@/api/types'
import { dutyOf, isContestable } from '@/score/Contest'

const item = (more: Partial<EvidenceItem>): EvidenceItem => ({
  part: 0,
  record: 'r',
  number: 'r',
  project: 'WT',
  verdict: 'missed',
  reason: { zh: '', en: '' },
  ...more,
})

describe('an appeal', () => {
  it('names the duty that was judged, and which of its occurrences', () => {
    expect(dutyOf(item({ judged: 'repair/follow-up', occurrence: 2, due_at: '2026-03-13' }))).toEqual({
      duty: 'follow-up',
      occurrence: 2,
    })
  })

  it.each([
    ['what must not happen', item({ judged: 'finding/none-of', occurrence: 1 })],
    ['a mark', item({ judged: 'mark/given', verdict: 'mark', due_at: '2026-03-13' })],
    ['a quota', item({})],
  ])('names none for %s', (_, it) => {
    expect(dutyOf(it)).toBeNull()
  })

  it('is only against what counted against one', () => {
    const found = ['missed', 'late', 'mark', 'met', 'pending', 'excused', 'withdrawn'].filter((verdict) =>
      isContestable(item({ verdict })),
    )
    expect(found).toEqual(['missed', 'late', 'mark'])
  })
})
