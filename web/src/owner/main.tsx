/** The owner's phone: opened twice a year, without an installation. One thing to do on each page, in his own words. */

import { mount } from '@/app/Frame'
import { SignedIn } from '@/session/session'
import { CustomerDoor } from './CustomerDoor'
import { OwnerApp } from './OwnerApp'
import './owner.css'

mount(
  <SignedIn door={CustomerDoor}>
    <OwnerApp />
  </SignedIn>,
)
