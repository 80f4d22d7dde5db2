/** A parameter is set for a unit and those below it, from a day to come on, with the reason. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { ask, newKey } from '@/api/client'
import type { ParameterOf, Unit } from '@/api/types'
import { Refusal } from '@/refusal/Refusal'
import { useWords } from '@/words'
import '@/form/form.css'

interface Props {
  unit: string
  /** Where it may be set as well, if there is a choice. */
  units?: readonly Unit[]
  it: ParameterOf
  close?: () => void
}

export function SetForm({ unit, units = [], it, close }: Props) {
  const words = useWords()
  const queries = useQueryClient()
  const [value, setValue] = useState(it.value)
  const [from, setFrom] = useState('')
  const [reason, setReason] = useState('')
  const [where, setWhere] = useState(unit)
  const save = useMutation({
    mutationFn: () =>
      ask('POST', `/api/units/${encodeURIComponent(where)}/parameters/${encodeURIComponent(it.parameter)}`, {
        body: { value, from, reason: reason.trim() },
        key: newKey(),
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['parameters'] })
      setFrom('')
      setReason('')
      close?.()
    },
  })
  return (
    <form
      className="rules-set"
      onSubmit={(event) => {
        event.preventDefault()
        if (from && value && reason.trim()) save.mutate()
      }}
    >
      {save.error ? <Refusal error={save.error} /> : null}
      {units.length > 1 ? (
        <select
          className="select"
          aria-label={words.rules.where}
          value={where}
          onChange={(event) => setWhere(event.target.value)}
        >
          {units.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
        </select>
      ) : null}
      <Input aria-label={words.rules.value} value={value} onChange={(event) => setValue(event.target.value)} />
      <Input
        type="date"
        aria-label={words.rules.fromDay}
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <Input
        aria-label={words.form.reason}
        placeholder={words.form.reason}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!from || !reason.trim()}>
        {words.rules.set}
      </Button>
      {close ? <Button onClick={close}>{words.form.cancel}</Button> : null}
    </form>
  )
}
