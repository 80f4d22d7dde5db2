/** Who signs beside: a member of a post or the party that a link names, and how he did. */

import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { kindsQuery } from '@/api/ask'
import type { KindOf, RecordOf, StepOf } from '@/api/types'
import { TextInput } from '@/design/controls'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { Below, Chip } from './Field'
import { RecordPicker } from './RecordPicker'

export type How = 'drawn' | 'paper' | 'proxy'
const HOWS: readonly How[] = ['drawn', 'paper', 'proxy']

export interface Signed {
  /** Id of the member, where it is not a party. */
  member?: string
  how?: How
  note?: string
}

/** By who is asked to sign. */
export type Signings = Record<string, Signed>

const PARTY = 'party:'

/** The link under which a party is asked to sign; a post otherwise. */
const linkOf = (who: string): string | null => (who.startsWith(PARTY) ? who.slice(PARTY.length) : null)

/** Signatures as the server takes them; what was left open stays out. */
export function toSignatures(signings: Signings, record: RecordOf | undefined): object[] {
  return Object.entries(signings).flatMap(([who, it]) => {
    const party = record?.links[linkOf(who) ?? '']?.id
    if (!it.how || !(it.member || party)) return []
    return [
      {
        how: it.how,
        ...(it.member ? { member: it.member } : { party }),
        ...(it.note?.trim() ? { note: it.note } : {}),
      },
    ]
  })
}

/** Those who must sign and have not. */
export const unsigned = (step: StepOf, signings: Signings, record: RecordOf | undefined): string[] =>
  step.cosign
    .filter((it) => it.required && toSignatures({ [it.who]: signings[it.who] ?? {} }, record).length === 0)
    .map((it) => it.who)

interface Props {
  unit: string
  kind: KindOf
  step: StepOf
  record: RecordOf | undefined
  signings: Signings
  faults: ReadonlyMap<string, string>
  onChange: (who: string, signed: Signed) => void
}

export function Cosign({ unit, kind, step, record, signings, faults, onChange }: Props) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const id = useId()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const members = kinds.find((it) => it.role === 'member')?.kind
  return step.cosign.map(({ who, required }) => {
    const link = kind.links.find((it) => it.name === linkOf(who))
    const party = record?.links[link?.name ?? '']
    // Without the party there is nobody to sign.
    if (link && !party) return null
    const it = signings[who] ?? {}
    const name = link ? names.label({ label: party?.label ?? text(link.title) }) : names.post(who)
    return (
      <fieldset key={who} className="field">
        <legend>
          {words.form.cosign} · {name}
          {required ? <span className="needed">{words.form.required}</span> : null}
        </legend>
        {link || !members ? null : (
          <>
            <label htmlFor={`${id}-${who}`} className="unseen">
              {words.form.cosign} {name}
            </label>
            <RecordPicker
              id={`${id}-${who}`}
              unit={unit}
              kind={members}
              value={it.member ?? ''}
              upward
              onChange={(member) => onChange(who, { ...it, member: member ?? '' })}
            />
          </>
        )}
        <div className="picks">
          {HOWS.map((how) => (
            <Chip
              key={how}
              name={`${id}-${who}-how`}
              type="radio"
              checked={it.how === how}
              onPick={() => {
                const { how: was, ...rest } = it
                onChange(who, was === how ? rest : { ...it, how })
              }}
            >
              {words.form.signedHow[how]}
            </Chip>
          ))}
        </div>
        {it.how === 'proxy' ? (
          <TextInput
            aria-label={words.form.proxyNote}
            placeholder={words.form.proxyNote}
            value={it.note ?? ''}
            onChange={(event) => onChange(who, { ...it, note: event.target.value })}
          />
        ) : null}
        <Below id={`${id}-${who}`} fault={faults.get(who)} />
      </fieldset>
    )
  })
}
