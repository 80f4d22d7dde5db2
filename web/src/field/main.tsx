/** The phone of engineers, stewards, cleaners and guards: one job on top, one main button at the thumb, everything works without a signal. */

import { mount, queries } from '@/app/Frame'
import { SignedIn } from '@/session/session'
import { FieldApp } from './FieldApp'
import { keepAnswers } from './kept'
import './field.css'

keepAnswers(queries)

mount(
  <SignedIn>
    <FieldApp />
  </SignedIn>,
)

if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('/sw.js')
