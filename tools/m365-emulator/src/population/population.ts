import type { Population } from '../directory/computed-users.ts'
import { seededRandom, weighted } from '../directory/random.ts'
import { type User, UserSeed } from '../directory/user.ts'
import { LOCALES, type Locale, type LocaleName, withoutAccents } from './names.ts'
import { mix, objectIds } from './object-ids.ts'
import type { PopulationSeed } from './population-seed.ts'

const JOBS = [
  'Engineer',
  'Account Manager',
  'Analyst',
  'Director',
  'Technician',
  'Assistant',
  'Consultant',
  'Receptionist',
]
const DEPARTMENTS = [
  'Sales',
  'Engineering',
  'Support',
  'Finance',
  'Human Resources',
  'Operations',
  'Legal',
  'Research & Development',
]
const EPOCH = Date.UTC(2012, 0, 1)
const MINUTE = 60_000

type Draw = {
  share: () => number
  pick: <T>(items: readonly T[]) => T
  digits: (pattern: string) => string
}

/** Computes every user from position and seed; stores nothing. */
export function computedPopulation(seed: PopulationSeed, domain: string): Population {
  const ids = objectIds(seed.seed, seed.size)
  const template = UserSeed.parse({ id: ids.idAt(0), userPrincipalName: `nobody@${domain}`, displayName: 'Nobody' })
  const locales = (Object.entries(seed.locales) as [LocaleName, number][]).filter(([, weight]) => weight > 0)
  if (locales.length === 0) throw new Error('At least one locale must have a weight.')

  const at = (position: number): User => {
    const draw = drawing(mix(position ^ mix(seed.seed)))
    const id = ids.idAt(position)
    const created = { createdDateTime: `${new Date(EPOCH + position * 7 * MINUTE).toISOString().slice(0, 19)}Z` }
    if (draw.share() < seed.rooms) return { ...template, ...created, id, ...room(position, draw, domain) }
    const localeName = weighted(locales, draw.share())
    const person = named(LOCALES[localeName], seed, draw)
    const own = {
      ...template,
      ...created,
      id,
      ...person.names,
      preferredLanguage: localeName,
      accountEnabled: draw.share() >= seed.disabled,
    }
    const alias = `${withoutAccents(person.given)}.${withoutAccents(person.surname)}${position}`
    if (draw.share() < seed.guests) return { ...own, ...guest(alias, draw, domain) }
    const userType = draw.share() < seed.emptyUserType ? null : own.userType
    const mail = `${alias}@${domain}`
    return {
      ...own,
      userType,
      userPrincipalName: mail,
      mail,
      employeeId: String(100_000 + position),
      ...work(localeName, seed, draw),
    }
  }
  return {
    size: seed.size,
    at,
    positionOf: ids.positionOf,
    positionOfName(name) {
      const digits = /(\d{1,9})(?:_[^@]*)?@/.exec(name)?.[1]
      const position = Number(digits ?? Number.NaN)
      return position < seed.size && at(position).userPrincipalName.toLowerCase() === name ? position : undefined
    },
  }
}

function drawing(seed: number): Draw {
  const share = seededRandom(seed)
  return {
    share,
    pick: (items) => items[Math.floor(share() * items.length)] as (typeof items)[number],
    digits: (pattern) => pattern.replaceAll('#', () => String(Math.floor(share() * 10))),
  }
}

function named(locale: Locale, { duplicateNames }: PopulationSeed, draw: Draw) {
  const isDuplicate = draw.share() < duplicateNames
  const given = isDuplicate ? (locale.given[0] as string) : draw.pick(locale.given)
  const surname = isDuplicate ? (locale.surnames[0] as string) : draw.pick(locale.surnames)
  const displayName = locale.surnameFirst ? `${surname} ${given}` : `${given} ${surname}`
  return { given, surname, names: { displayName, givenName: given, surname } }
}

function room(position: number, draw: Draw, domain: string) {
  const mail = `room${position}@${domain}`
  const displayName = `${draw.pick(['Conf Room', 'Meeting Room', 'Shared mailbox'])} ${position}`
  return { displayName, userPrincipalName: mail, mail, accountEnabled: false }
}

function guest(alias: string, draw: Draw, domain: string) {
  const elsewhere = draw.pick(['partner.example', 'supplier.example', 'mail.example'])
  const isAccepted = draw.share() < 0.8
  return {
    userType: 'Guest' as const,
    userPrincipalName: `${alias}_${elsewhere}#EXT#@${domain}`,
    mail: `${alias}@${elsewhere}`,
    externalUserState: isAccepted ? ('Accepted' as const) : ('PendingAcceptance' as const),
  }
}

function work(localeName: LocaleName, { noPhone, oddPhones }: PopulationSeed, draw: Draw) {
  const { phones, cities, country, usageLocation }: Locale = LOCALES[localeName]
  const phone = () => draw.digits(draw.share() < oddPhones ? draw.pick(phones) : (phones[0] as string))
  const hasPhone = draw.share() >= noPhone
  return {
    jobTitle: draw.pick(JOBS),
    department: draw.pick(DEPARTMENTS),
    city: draw.pick(cities),
    country,
    usageLocation,
    officeLocation: `${1 + Math.floor(draw.share() * 40)}/${1000 + Math.floor(draw.share() * 3000)}`,
    ...(hasPhone && { businessPhones: [phone()] }),
    ...(hasPhone && draw.share() < 0.5 && { mobilePhone: phone() }),
  }
}
